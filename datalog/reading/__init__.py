"""From EDN text to a query as values, and from what a caller gives to what it is asked.

The grammar stands above each function that reads.

inputs      a query with what is given to it: views, rules, patterns, values
filling     values in a query: sent in slots, or standing in the place of their variables
rows        rows in the place of a database
spans       as of when a database is seen
values      from JSON or EDN to what a variable of some kind takes
query       the whole of a query
given       `:in`
finding     `:find`, `:keys`, `:order-by`
pulling     pull patterns
rules       `%`
clauses     `:where`
functions   calls: conditions, functions, `ground`
database_functions   those that become patterns: `get-else`, `get-some`, `missing?`, `tx-data`, …
searching   those that search texts: `fulltext`, `best-match`
calling     a call, and where it stands
bindings    what the values of an input or of a function are bound to
notes       what is noted while a query is read: where clauses stand, names of our own
terms       variables, constants, attributes, lookup refs
edn         EDN text to forms with their places
writing     values to EDN text
atoms       the tokens of EDN that hold no others: numbers, strings, characters, names, tags
forms       EDN as values
errors      what can be wrong with a text, and with what is given
"""
