SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p15.c1)::text || ']'), ',') FILTER (WHERE p15.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q14.* FROM (SELECT r13.c1 AS c1
FROM (SELECT DISTINCT f12.v AS c1
FROM fact_1 f1
CROSS JOIN LATERAL (WITH RECURSIVE p2 (c1, tag) AS (SELECT (f1.e)::bigint, 0
FROM (SELECT) one
UNION SELECT q.* FROM p2 CROSS JOIN LATERAL (SELECT (h5."to")::bigint, 1
FROM edge h5
WHERE h5."type" = 1010 AND h5."from" = p2.c1 AND h5.t1 = 9223372036854775807 AND p2.tag = 0
UNION ALL SELECT (h6."to")::bigint, 0
FROM edge h6
WHERE h6."type" = 1010 AND h6."from" = p2.c1 AND h6.t1 = 9223372036854775807 AND p2.tag = 1) q),
p7 (c1) AS (SELECT DISTINCT * FROM (SELECT (h9."to")::bigint
FROM p2 p8
JOIN edge h9 ON h9."type" = 1010 AND h9."from" = p8.c1 AND h9.t1 = 9223372036854775807
WHERE p8.tag = 1) q)
SELECT p10.c1 AS c1 FROM p7 p10) u11
JOIN fact_1001 f12 ON f12.e = u11.c1 AND f12.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r13
ORDER BY r13.c1 COLLATE "C" LIMIT least(1000 + 1)) q14) p15)
FROM clock m
