"""The log holds its tables to account: verify compares, rebuild makes anew.

verify           a database held to its log, as of one t, while others write
  reading          the log in pieces that fit into memory
  replay           from the log of an entity to the rows that there must be. Pure
  entities         the derived tables against the replay
  chain            the chain of hashes, recomputed
  findings         what is found wrong
rebuild          everything derived made anew beside the old, and swapped
  tables           the new tables
progress         how far long work has come
"""
