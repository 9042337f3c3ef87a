"""The fact log in PostgreSQL, the indexes derived from it, and the embedded server."""
