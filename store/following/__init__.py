"""The log as a queue: who follows it holds one t, and reads on from there.

head             when the log has grown: told by PostgreSQL, and looked for besides
listening        one connection that PostgreSQL tells of every commit
onward           the next transactions after a t that somebody follows
"""
