-- it: ?e would be Team, and Dataset
WITH m AS MATERIALIZED (SELECT c.t, c.instant, c.schema_t
FROM clock c)
SELECT m.t,
m.instant,
m.schema_t,
'[]'
FROM m
