"""A generated warehouse that is shaped like the real one, told as transactions.

degrees   how many ends things have and how much changes, measured on the real history
history   the transactions: what comes, what changes, which edges end and which begin instead
tables    the same in ordinary tables, with foreign keys and the indexes that an expert would make
"""
