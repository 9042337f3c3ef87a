"""Queries in Datalog text: one road to their answers, for GraphQL and for the command line.

question   what is asked, and what is answered
compose    a question as a shape, its values in the slots of a plan
field      the root field `datalog`, beside whatever other fields stand in the operation
ask        a question as an operation of its own, answered, and again where the schema has changed
"""
