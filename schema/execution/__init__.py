"""Requests to responses, over the schema that is served at that moment.

served           the served schema, and where it is swapped
requests         a request and its response as values
documents        text to a document: parsed, limited, validated, once
  declared         the variables of an operation, worked out with it
  seen             what a document holds, in one walk
  repeated         what is selected over and over, to be validated once
arguments        arguments and variables to plain values
selections       what is selected, free of GraphQL
executor         queries, once more on a newer schema; mutations
  kept             a query that was answered before: only values are new
  compiled         a query answered by the bytes of its statement
  queries          a query that graphql-core completes; plans of both
  mutations        a transaction written, its report read back
  statements       what a mutation says, as a transaction
  used             the variables that its report uses
  dry_run          the report of what would be written
subscriptions    a request answered again at each transaction it is about
  watched          what it is about: which transactions come next
  shaped           values made here, shaped by a selection
  explain          what a query becomes
  reaching         waiting for the t that a request asks for
  federation       what a subgraph says of itself
  introspection    what the schema says of itself
failures         what went wrong, as a response tells it
recent           a bounded map
"""
