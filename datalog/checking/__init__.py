"""Is a query sound, what does each variable hold, and can it have an answer at all?

check            the whole of it, for one query
scoping          which variables a clause names
variable_kinds   what kind of value each variable holds
entity_types     which types an entity can have
rules            rules in place of their calls; recursive ones are made for each call
"""
