"""The fact log in PostgreSQL, and everything that derives from it. Alone speaks asyncpg.

ids              the bands of ids, opaque ids, urns
errors           the two roots of all faults
moment           points in time
catalogue        the schema as values
values           values of attributes: JSON, canonical text, PostgreSQL; `value_parsers` by type
sql              SQL in pieces: the only place that turns text into SQL
times            days and instants to PostgreSQL and back
database         the way to PostgreSQL; `database_errors` what it can do to us
  database_faults  what asyncpg raises, as these
  lending          connections that stay at hand between reads
embedded/        the PostgreSQL that comes along
migrate          migrations, in `migrations/`
tables           the fact tables, one for each attribute
transaction      transactions as values
log              datoms, their hashes, the chain of hashes
schema/          the schema as facts: read, changed, written
writing/         the serial writer: from a transaction to rows
following/       the log as a queue: when it grows, what comes next
loading/         files of transactions
audit/           verify and rebuild
quantities       how many facts there are of what: values
statistics       reads them; analyzes after much was written
"""
