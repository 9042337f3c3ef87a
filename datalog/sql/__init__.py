"""A checked and planned tree as one SQL statement that gives JSON text.

compile          an operation to a statement
calls            root fields of one shape, read together
joint            requests of one statement, read together; `gathering` is what both are made with
levels           the rows of one level
  clauses          the steps of a plan; `table_rows` join one table each, `log_rows` the log
  fixpoint         recursions; `arms` are read until kinds settle, `rounds` join what is new
  relations        where the rows of a recursion stand
  fulltext         values in which words are found
  functions        what predicates and functions say and give
  of_types         what asks nothing but a type
  unification      terms meet columns
  rows             FROM and WHERE in the making; `columns` say where a value stands
  comparing        conditions on columns; `facts` are values whose attribute is a variable
  ordering         the order of rows, and what comes after a given one
shapes           rows to JSON text, one function per kind of shape
  outputs          what a shape needs of its level
  entity_output    what an entity, an edge or a transaction has
  pages            a page by keyset; `page_output` what it says of itself
  grouping         rows as a summary, or in groups; `measures` are exact, `group_output` tells them
  answer           the rows of a query that someone wrote; `aggregates` are made of their groups
  held           rows read once for all levels inside: of a query, or a walk from many roots
  pulling          what a pull tells of an entity
  timeline         counts of datoms by buckets of time
  basis            what an answer is true at
  graph            a lineage graph; `search` is the breadth-first walk, `neighbours` one hop of it
  adjacent         what a walk may see over one edge; `passing` a hop through what is not shown
  passages         the hops of a graph that goes through nodes, made once
  sight            what the walk of a graph may see
  frontier         where a lineage graph ends
  json_text        columns as JSON text; `writing` puts pieces side by side
"""
