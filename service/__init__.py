"""The running process.

settings         read once from HEADWATER_* variables
limits           those of answers; `connections` are those to PostgreSQL
app              what the server opens, serves and closes
exchange         one HTTP request and its answer: what all of them go through
graphql_view     GraphQL over HTTP; `graphql_request` reads one or several, `http_accept` negotiates
  http_cache     ETags, 304, and what caches may keep for ever
  http_body      answers as messages: compressed, and large ones piece by piece
hosts            the names that the server answers to
room             how much of large answers is held, for clients that have not taken them
schema_text      the served schema as SDL
graphiql/        the page on which people ask questions, and its files
documents/       documents that requests name instead of sending them
streaming/       answers that go on: subscriptions
health           whether the process lives, and can answer
logs             one event a line
cli/             the command `headwater`
"""
