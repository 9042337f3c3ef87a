"""What things cost, as ratios taken in one run: imported by nothing, no part of the tests.

graph      the generated graph: a million edges, told as transactions
warehouse  the generated warehouse of 10^5 to 10^7 facts, and the same in ordinary tables
databases  the databases that are measured: built once, kept in the embedded PostgreSQL
measuring  runs that are interleaved, their medians, and ratios with their spread
report     what was measured, as a table and as a file in results/
datalog    queries against SQL written by hand, orders of clauses, past and present, closures

`make bench-data` builds, `make bench` measures.
"""
