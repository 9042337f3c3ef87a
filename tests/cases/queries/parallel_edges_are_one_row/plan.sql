SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || p6.c1::text || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1
FROM (SELECT count(*) AS c1
FROM (SELECT DISTINCT h2."to" AS c1, f1.e AS c2
FROM fact_1001 f1
JOIN edge h2 ON h2."type" = 1010 AND h2."from" = f1.e AND h2.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r3
HAVING count(*) > 0) r4
ORDER BY r4.c1 LIMIT least(1000 + 1, 1)) q5) p6)
FROM clock m
