"""Answers: from a GraphQL selection to a Datalog tree, one statement per operation."""
