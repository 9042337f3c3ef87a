"""How far one walk goes, and what it costs: closures, depth 5, the widest dataset, 10^7 edges.

graph      a graph of ten million edges, drawn as arrays
building   its database: the log that a writer would have made, and what derives from it
measure    lineage against WITH RECURSIVE by hand
"""
