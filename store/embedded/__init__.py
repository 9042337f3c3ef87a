"""The embedded PostgreSQL: shared by several processes, stopped by the last one out.

server           started and shared; create_database
binaries         PostgreSQL's programs, out of the wheel
account          whom the server runs as
data             its data: checked, made, placed
postmaster       its first process, spawned and watched
keeper           stops it when its last user was killed
errors           what can be wrong, and what to do
"""
