"""The catalogue to the Strawberry schema that is served.

schema_types     everything that is declared: the fixed part and the catalog's
  entities         entities, interfaces, edges, connections
  aggregates       what connections tell of all that they list
  filters          what `where` and `orderBy` take
  mutations        what can be written, and the inputs that say it
federation       the schema as a subgraph tells it
scalars          what input they take, what they put out
build            declared types to Strawberry classes, in two passes
public           the served schema as sorted SDL, and its hash
"""
