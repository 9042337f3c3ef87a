"""A search as one flat graph, in raw JSON: what was found, what joins it, and what stayed out.

    {"nodes": [{"id": "E1048577", "type": "Dataset", "depth": 1, "side": "UPSTREAM",
                "up": 1, "down": null, "in": 2, "out": 1, "extra": {…}}, …],
     "edges": [{"id": "E1048590", "type": "DerivedFrom",
                "from": "E1048576", "to": "E1048577", "extra": {…}}, …],
     "frontier": [{"id": "E1048577", "direction": "UPSTREAM", "level": 1,
                   "shown": 0, "hidden": {"Dataset": 2}}, …],
     "refused": false}

nodes      Ordered by depth, then entity. Roots that do not exist at the view are not there.
up, down   The level at which the walk upstream (downstream) reached the node, null where it did
           not; roots are at level 0 of each side that was asked. depth is the lesser of the two.
side       ROOT where depth is 0, else UPSTREAM, DOWNSTREAM or BOTH.
in, out    Live lineage edges from upstream, to downstream; of all lineage edge types (`degrees`).
edges      Every live edge of the walked types between two nodes, ordered by edge (`edges`).
frontier   Nodes with neighbours that are not among the nodes, in the order of the nodes, UPSTREAM
           first. level: the node's on that side. shown, hidden: how many neighbours in that
           direction are among the nodes, and are not, by type in order of name (`frontier`).
refused    Whether the budget of nodes kept a candidate out.
extra      The shape of the node, or of the edge (left out where the graph has none).
"""
