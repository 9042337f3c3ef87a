"""The query language and the only road to SQL; it does no I/O."""
