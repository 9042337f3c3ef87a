"""Queries as EDN text that `datalog/reading` reads back to the same tree.

queries   the whole of a query, its rules too
finding   what is found: variables, aggregates, pulls
clauses   one clause
terms     what stands in the places of a clause
"""
