-- Fact tables: the end of a period stands in the key of each index, so that what had ended is left out
-- before its row is read; and a small index of periods by place, since rows lie about in the order in
-- which they ended, for reading all that held at a time.
DO $$
DECLARE
  fact record;
BEGIN
  FOR fact IN
    SELECT c.relname AS name,
      CASE WHEN v.atttypid = 'text'::regtype THEN 'left(v, 256)' ELSE 'v' END AS key,
      CASE WHEN v.atttypid IN ('text'::regtype, 'numeric'::regtype) THEN '' ELSE 'INCLUDE (v)' END
        AS covering
    FROM pg_class c
    JOIN pg_attribute v ON v.attrelid = c.oid AND v.attname = 'v'
    WHERE c.relkind = 'r'
      AND c.relnamespace = current_schema()::regnamespace
      AND c.relname ~ '^fact_[0-9]+$'
  LOOP
    EXECUTE format('DROP INDEX %I, %I', fact.name || '_entity', fact.name || '_value');
    EXECUTE format('CREATE INDEX %I ON %I (e, t0, t1) %s',
      fact.name || '_entity', fact.name, fact.covering);
    EXECUTE format('CREATE INDEX %I ON %I (%s, e, t0, t1)',
      fact.name || '_value', fact.name, fact.key);
    EXECUTE format('CREATE INDEX %I ON %I USING brin (t0, t1) WITH (pages_per_range = 4, autosummarize = on)',
      fact.name || '_period', fact.name);
  END LOOP;
END
$$;
