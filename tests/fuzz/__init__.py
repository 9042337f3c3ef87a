"""Random queries over small random histories: the model and PostgreSQL must agree.

history    small random histories, written through the writer
asked      a query with all that it is asked with; as JSON, to be kept and asked again
drawing    a random query around a witness: values that its clauses hold under
constants  values of facts as the constants of a query
recursion  random sets of rules
queries    a whole random query
  finding  what it is given, what it finds, in which order
variants   the same query under other names, in another order
judging    what the engine answers, beside what the model does
shrinking  the smallest query that still fails
benches    the histories as databases, and as the model sees them
running    many queries, counted, their failures made small
__main__   `make fuzz`
"""
