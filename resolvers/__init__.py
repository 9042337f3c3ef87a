"""Answers: from a GraphQL selection to a Datalog tree, one statement per operation.

selection      what was selected, without GraphQL
limits         how much one answer may hold
plan           root fields to a plan: the tree, its statement, what it takes to run and finish it
  draft          a plan being made: names, slots, places, faults
  slots          what fills them, before a request comes
  alike          root fields of one shape, to be compiled once
  events         the fields of Subscription, of one transaction
  roots          the fields of Query; `nodes`, `federated`, `named`, `lineage` make some of them
  subjects       an entity or edge of a type, and one shape out of those of several types
  bare           the columns that are told as they are, and shapes without what is hidden
  entities       entities as JSON, with their relations; `edges`, `transactions` the rest
  fields         what the fields of a type are
  datalog/       queries in Datalog text, as a root field and on their own
  aggregates     what is told of all that a connection lists, as a whole and in groups
  connections    pages with edges, nodes and totals; `pages` says which, `orders` in which order
  filters        `where` to clauses; `conditions` of one attribute; `clauses` they are made of
cost           how many rows a plan should read
answer         a plan and a request to an answer: bind, ask once, check, finish
  together       requests of one statement that come while it is busy, read by one
  cursors        where a page ends, signed
  handed         columns of which lists are passed on as they came
  json_numbers   JSON read and written again without a change
  search/        entities by their words, with where these were found; what completes a text
  lineage/       a search as Datalog, and its raw graph to the lineage graph
  reach/         what is reached along lineage, counted, and how
timeline/      transactions with filters, edges that came and went, what differs between times
explain        what a plan is: Datalog by level, SQL, arguments
errors         what can be wrong with a question
"""
