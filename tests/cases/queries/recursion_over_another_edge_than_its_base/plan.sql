SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p10.c1)::text || ',' || to_json(p10.c2)::text || ']'), ',') FILTER (WHERE p10.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q9.* FROM (SELECT r8.c1 AS c1, r8.c2 AS c2
FROM (SELECT DISTINCT f7.v AS c1, f1.v AS c2
FROM fact_1001 f1
CROSS JOIN LATERAL (WITH RECURSIVE p2 (c1) AS (SELECT (h3."from")::bigint
FROM edge h3
WHERE h3."type" = 1012 AND h3."to" = f1.e AND h3.t1 = 9223372036854775807
UNION SELECT (h4."from")::bigint
FROM p2
JOIN edge h4 ON h4."type" = 1010 AND h4."to" = p2.c1 AND h4.t1 = 9223372036854775807)
SELECT p5.c1 AS c1 FROM p2 p5) u6
JOIN fact_1001 f7 ON f7.e = u6.c1 AND f7.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807) r8
ORDER BY r8.c1 COLLATE "C", r8.c2 COLLATE "C" LIMIT least(1000 + 1)) q9) p10)
FROM clock m
