"""The lineage edges of a database in memory, as compressed rows: for walks that come far.

snapshot   the edges with their periods up to a t, by either end; catching up with the log
walk       a breadth-first walk over a snapshot, as of any t that it knows
graph      what a walk came to: nodes, the edges between them, and where they end
keeper     reads the snapshot, holds it within its bytes, and lets go of what is stale

A snapshot is never the truth. It answers where a statement told what has changed since its t, so
that both are as of one transaction; everywhere else SQL walks.
"""
