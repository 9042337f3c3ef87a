"""What is reached from entities along lineage, counted, and how: beside the graph itself.

walking       the arguments that all of these take, and the walk that they ask for
impact        what hangs on some entities: how much of what, how far away, whose
  groups      the same by any relation of the catalog that carries no lineage
  rows        the rows of a walk that is held, and what of it counts
paths         how some entities come to others: what lies between them
  simple_paths  the next paths in a graph, and how many there are
  told_paths  what is selected of them
ends          where lineage begins and ends
ancestors     what several entities have upstream in common; `lowest` of these
"""
