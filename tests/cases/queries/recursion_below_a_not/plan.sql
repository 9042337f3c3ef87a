SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p10.c1)::text || ']'), ',') FILTER (WHERE p10.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q9.* FROM (SELECT r8.c1 AS c1
FROM (SELECT DISTINCT f1.v AS c1
FROM fact_1001 f1
WHERE f1.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1 f2
WHERE left(f2.v, 256) = left($1::text, 256) AND f2.v = $2::text AND f2.t1 = 9223372036854775807 AND EXISTS (SELECT
FROM LATERAL (WITH RECURSIVE p3 (c1) AS (SELECT (h4."from")::bigint
FROM edge h4
WHERE h4."type" = 1010 AND h4."to" = f1.e AND h4.t1 = 9223372036854775807
UNION SELECT (h5."from")::bigint
FROM p3
JOIN edge h5 ON h5."type" = 1010 AND h5."to" = p3.c1 AND h5.t1 = 9223372036854775807)
SELECT p6.c1 AS c1 FROM p3 p6) u7
WHERE u7.c1 = f2.e))) r8
ORDER BY r8.c1 COLLATE "C" LIMIT least(1000 + 1)) q9) p10)
FROM clock m
