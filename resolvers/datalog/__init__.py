"""Queries in Datalog text: one road to their answers, for GraphQL and for the command line.

question   what is asked, and what is answered
compose    a question as a shape, its values in the slots of a plan
places     where in a query stands what a fault is about
field      the root field `datalog`, beside whatever other fields stand in the operation
ask        a question as an operation of its own, answered, and again where the schema has changed
datoms     datoms in the order of an index, of a range of values or transactions, as questions
"""
