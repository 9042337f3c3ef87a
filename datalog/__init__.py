"""The query language and the only road to SQL; it does no I/O.

syntax           the language as values: terms, clauses, queries
tree             an operation: a tree of queries, and the JSON that each makes of its rows
text             queries as EDN, for people
errors, reason   what is wrong with a query; why one can have no answer
scoping          which variables a clause names, and names of their own for those of join forms
kinds, vocabulary, variable_kinds, entity_types
                 what variables hold, what attributes mean, which types entities can have
check            is it sound, can it have an answer: what can never match is taken out
access, grouping clauses grouped by the row that is read for them
cost, row_terms, steps, existence, plan
                 in which order rows are read, what need only exist, what can repeat
columns, comparing, ordering, json_text, writing, rows
                 SQL in the making: conditions, orders, JSON text, joined tables
unification, table_rows, clauses
                 the steps of a plan to SQL
levels, outputs, entity_output, basis
                 the rows of one level, and what is read beside them for output
pages, page_output, search, graph
                 pages by keyset; breadth-first search; the lineage graph
shapes, compile  shapes to JSON text; an operation to one statement
"""
