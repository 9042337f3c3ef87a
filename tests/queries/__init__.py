"""Queries that hypothesis-graphql writes: the server must answer as a naive resolver does.

past       the history by the naive model, at every t
learned    what only the server can tell: ids, the order of a transaction's facts
held       the values that fields have had
conditions filters and orders with these values
given      all arguments of a field: ids, times, filters, orders, pages
literals   values as they stand in a document
pieces     the schema of a piece of a document
writing    documents, a piece at a time
judging    filters and orders, read literally
timeline   what the naive resolver tells of transactions
pages      pages of lists
aliasing   root fields several times, and requests, with other values
resolving  the naive resolver: every field, one at a time
comparing  two answers side by side
paging     the pages after those of a document
shrinking  the smallest document that is still answered wrong
running    many documents, counted
__main__   `python -m tests.queries`: as many as wanted
"""
