"""The language as values. The grammar is Datomic's, with the extensions named below.

terms     variables, constants, blanks, lookup refs
clauses   patterns, conditions, alternatives, functions, rules called
views     the points in time that a database can be seen at
finding   aggregates and pulls
query     what a query finds, what it is given, what holds

Extensions (ours): an edge type as an attribute (`[?a :DerivedFrom ?b]`), `get-else` along a path
with default nil (a missing value sorts last), `member?`, `search`, `:order-by`, `:limit`,
`:offset`, and pulls along edges.
"""
