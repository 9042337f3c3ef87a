-- it: ?e would be Team, and Dataset
SELECT m.t,
m.instant,
m.schema_t,
'[]'
FROM clock m
