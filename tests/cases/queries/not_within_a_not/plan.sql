SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p6.c1 || '"' || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1
FROM (SELECT f1.e AS c1
FROM fact_1001 f1
WHERE f1.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1003 f2
WHERE f2.e = f1.e AND f2.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1004 f3
WHERE f3.e = f1.e AND f3.v = f2.v AND f3.t1 = 9223372036854775807))) r4
ORDER BY r4.c1 LIMIT least(1000 + 1)) q5) p6)
FROM clock m
