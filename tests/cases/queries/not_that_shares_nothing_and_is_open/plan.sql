SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p5.c1 || '"' || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1
FROM (SELECT f2.e AS c1
FROM fact_1004 f2
WHERE f2.v = $1::integer AND f2.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1003 f1
WHERE f1.v = $2::integer AND f1.t1 = 9223372036854775807)) r3
ORDER BY r3.c1 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
