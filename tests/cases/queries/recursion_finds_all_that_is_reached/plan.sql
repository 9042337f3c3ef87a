SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p10.c1)::text || ']'), ',') FILTER (WHERE p10.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q9.* FROM (SELECT r8.c1 AS c1
FROM (SELECT DISTINCT f7.v AS c1
FROM fact_1 f1
CROSS JOIN LATERAL (WITH RECURSIVE p2 (c1) AS (SELECT (h3."to")::bigint
FROM edge h3
WHERE h3."type" = 1010 AND h3."from" = f1.e AND h3.t1 = 9223372036854775807
UNION SELECT (h4."to")::bigint
FROM p2
JOIN edge h4 ON h4."type" = 1010 AND h4."from" = p2.c1 AND h4.t1 = 9223372036854775807)
SELECT p5.c1 AS c1 FROM p2 p5) u6
JOIN fact_1001 f7 ON f7.e = u6.c1 AND f7.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r8
ORDER BY r8.c1 COLLATE "C" LIMIT least(1000 + 1)) q9) p10)
FROM clock m
