SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p6.c1 || '"' || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1
FROM (SELECT f3.e AS c1
FROM fact_1004 f3
WHERE f3.v = $1::integer AND f3.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1 f1
JOIN fact_1003 f2 ON f2.e = f1.e AND f2.v = $2::integer AND f2.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($3::text, 256) AND f1.v = $4::text AND f1.t1 = 9223372036854775807)) r4
ORDER BY r4.c1 LIMIT least(1000 + 1)) q5) p6)
FROM clock m
