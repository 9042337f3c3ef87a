"""What writing costs: loads against COPY, many writers against pgbench.

anew        databases that are made anew for each round
loading     a bulk load against COPY of the same rows into the same indexed tables
script      what our writer sends for one transaction, as a script of pgbench
contending  32 writers in one process, in two, over HTTP, and pgbench with 32 clients
job         a process that writes from many tasks, for two of them side by side
beside      how long a mutation takes while a load runs
measure     all of it, as tables
"""
