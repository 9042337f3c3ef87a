"""Rules: are they sound, and how are their calls answered?

definitions      the definitions by name, and what is wrong with them
dependencies     which rules call which: loops, and negation through them
requirements     required parameters are bound wherever a rule is called
fresh            names that nobody has
substitution     the clauses of a rule with the arguments of a call
alternatives     the definitions of a recursive rule without an `or` around a call of their own
passing          arguments that every call of a recursion passes on as they are
expansion        rules in place of their calls; recursive ones stay, specialised for each call
"""
