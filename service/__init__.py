"""The running process.

settings         read once from HEADWATER_* variables; `limits` are those of answers
app              what the server opens, serves and closes
graphql_view     GraphQL over HTTP; `graphql_request` reads it, `http_accept` negotiates
schema_text      the served schema as SDL
health           whether the process lives, and can answer
logs             one event a line
cli/             the command `headwater`
"""
