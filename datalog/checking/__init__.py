"""Is a query sound, what does each variable hold, and can it have an answer at all?

check            the whole of it, for one query
scoping          which variables a clause names
calls            is what a call names there, and does it take its arguments
regular_expressions  those that Java and PostgreSQL share
variable_kinds   what kind of value each variable holds
fitting          a constant as a value of a kind; `constants` reads all of them so
entity_constants entities that are written: by urn, public id, name or lookup ref
searching        what a search may go by
tuples           tuples taken apart
entity_types     which types an entity can have
rules            rules in place of their calls; recursive ones are made for each call
"""
