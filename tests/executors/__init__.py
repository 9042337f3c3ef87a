"""Both executors give the same bytes: the compiled one, and graphql-core's walk over the values."""
