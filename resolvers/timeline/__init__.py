"""Time as a thing to ask about: which transactions, what came and went, and between which times.

filters          `where` of transactions to clauses
  span           `since` and `until`: after one time and up to another
history          the history field: of an entity or an edge, whether it is there or gone
edge_changes     edges that began, ended or changed: of a transaction, of an entity, of one edge
  any_time       an edge live or ended: its ends, who began and who ended it
diff             the lineageDiff field: one search at two times
  differences      two raw graphs to what differs, and who did it
changes          the changes field: counts in buckets of time, for a slider
since            what is new in a list
"""
