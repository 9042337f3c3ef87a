"""Time as a thing to ask about: which transactions, what came and went, and between which times.

filters          `where` of transactions to clauses
edge_changes     edges that began, ended or changed: of a transaction, of an entity, of one edge
diff             the lineageDiff field: one search at two times
  differences      two raw graphs to what differs, and who did it
changes          the changes field: counts in buckets of time, for a slider
since            what is new in a list
"""
