"""The parts of the model: what values, facts, functions, aggregates and pulls mean.

Plain Python over a list of datoms, for people to read as the definition of the language. Of the
engine it shares the syntax tree, nothing else. `tests/model.py` is the door.

values     values by family, constants as the kind of the place that they stand in
facts      datoms, and what is seen of them through a view
binding    which variables clauses name, and which they give values to
given      what `:in` is given
numbers    of what type the numbers of a variable are
functions  predicates and functions
finding    sets, bags, aggregates, order
pulling    maps of entities
log        the datoms of a database, read from its log
"""
