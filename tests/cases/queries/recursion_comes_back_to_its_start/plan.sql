SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p9.c1 || '"' || ']'), ',') FILTER (WHERE p9.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q8.* FROM (SELECT r7.c1 AS c1
FROM (SELECT f1.e AS c1
FROM fact_1001 f1
WHERE f1.t1 = 9223372036854775807 AND EXISTS (SELECT
FROM LATERAL (WITH RECURSIVE p2 (c1) AS (SELECT (h3."from")::bigint
FROM edge h3
WHERE h3."type" = 1010 AND h3."to" = f1.e AND h3.t1 = 9223372036854775807
UNION SELECT (h4."from")::bigint
FROM p2
JOIN edge h4 ON h4."type" = 1010 AND h4."to" = p2.c1 AND h4.t1 = 9223372036854775807)
SELECT p5.c1 AS c1 FROM p2 p5) u6
WHERE u6.c1 = f1.e)) r7
ORDER BY r7.c1 LIMIT least(1000 + 1)) q8) p9)
FROM clock m
