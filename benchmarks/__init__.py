"""What things cost, as ratios taken in one run: no part of the rooms, imported by its test alone.

databases  the databases that are measured: built once, kept in the embedded PostgreSQL
graph      a generated lineage of a million edges
warehouse  the generated warehouse of 10^5 to 10^7 facts, and the same in ordinary tables
measuring  runs that are interleaved, their medians, and ratios with their spread
report     what was measured, as tables, goals and a file in results/
peers      Headwater over HTTP against SQL by hand, Strawberry with DataLoader, its past, its growth
memory     the server's memory during answers of 100 MB, also to 100 slow readers
datalog    queries against SQL written by hand, orders of clauses, past and present, closures
lineage    closures, depth 5, the widest dataset and ten million edges, against WITH RECURSIVE
coalescing many keys by one statement against a statement for each
profile    where the time of one request goes
writing    loads against COPY, many writers against pgbench

`make bench-data` builds, `make bench` measures all parts, one after the other. A part is a function
`measured(bench: Bench) -> AsyncIterator[Section]` that stands in `PARTS` of `__main__.py` under its
name. It takes from `Bench` the databases that are there, and leaves out what it has no data for. A
`Section` has rows to show, `Goal`s (at most, or at least) and `figures`, which the file keeps;
`report.comparison` makes one of `Compared` cases: ours, theirs, their `Ratio`, and what it may be.
`python -m benchmarks --brief NAME` runs one part in few rounds; `--help` names the parts.
"""
