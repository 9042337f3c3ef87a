SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p11.c1)::text || ',' || to_json(p11.c2)::text || ',' || to_json(p11.c3)::text || ']'), ',') FILTER (WHERE p11.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q10.* FROM (SELECT r9.c1 AS c1, r9.c2 AS c2, r9.c3 AS c3
FROM (SELECT DISTINCT f8.v AS c1, f1.v AS c2, u7.c2 AS c3
FROM fact_1001 f1
CROSS JOIN LATERAL (WITH RECURSIVE p2 (c1, c2) AS (SELECT (h4."from")::bigint, (f3.v)::text COLLATE "C"
FROM fact_1007 f3
JOIN edge h4 ON h4."type" = 1010 AND h4."to" = f1.e AND h4.t1 = 9223372036854775807
WHERE f3.e = f1.e AND f3.t1 = 9223372036854775807
UNION SELECT (h5."from")::bigint, (p2.c2)::text COLLATE "C"
FROM p2
JOIN edge h5 ON h5."type" = 1010 AND h5."to" = p2.c1 AND h5.t1 = 9223372036854775807)
SELECT p6.c1 AS c1, p6.c2 AS c2 FROM p2 p6) u7
JOIN fact_1001 f8 ON f8.e = u7.c1 AND f8.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807) r9
ORDER BY r9.c1 COLLATE "C", r9.c2 COLLATE "C", r9.c3 COLLATE "C" LIMIT least(1000 + 1)) q10) p11)
FROM clock m
