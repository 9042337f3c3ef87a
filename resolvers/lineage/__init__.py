"""Lineage: a part of the graph, flat, and exactly what was left out.

field     the root field: a search as Datalog, and what is asked of each node and edge
walks     which way a walk goes, and what it may see
  grouping  which neighbours stand together
shapes    what is asked of each node and edge
expand    the root field that goes on from a cursor
graph     the raw graph of a search to the graph of the answer
changes   what a transaction did to the graph within reach
layers    ranks, cycles and back edges
  arrows  the same graph in arrays, and how its ends are taken away
"""
