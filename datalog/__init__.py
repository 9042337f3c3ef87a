"""The query language and the only road to SQL: syntax, check, plan, SQL. It does no I/O.

syntax           the language as values
tree             a tree of queries, and the JSON that each level makes of its rows
vocabulary       from the name of an attribute to where its facts live
kinds            what a variable can hold
reading/         from EDN text, and from what a caller gives, to the language as values
checking/        is the query sound, and can it have an answer
planning/        what is read, and in which order
sql/             the plan as one SQL statement
explanation      how a query is answered: its clauses in order, and how many rows
text             the queries of an operation as EDN text, for `explain`
printing/        queries as EDN text that reads back the same
errors           every fault that a query can have
reason           nothing, and why
"""
