SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || (WITH RECURSIVE w9 (above, path, seen, e, edge, a, n, again, depths) AS (
SELECT '' COLLATE "C", '' COLLATE "C", ARRAY[p4.c1]::bigint[], p4.c1, p4.c1, 0, 0::bigint, false, ARRAY[0]::int[]
UNION ALL
SELECT w9.path || c.key, w9.path || c.key || lpad(c.n::text, 10, '0'), w9.seen || c.e, c.e, c.edge, c.a, c.n, c.e = ANY(w9.seen), ARRAY[w9.depths[1] + (c.a = 1)::int]
FROM w9
CROSS JOIN LATERAL (SELECT 1 AS a, '01' AS key, row_number() OVER () AS n, t.e, t.edge FROM (SELECT DISTINCT h."to" AS e, NULL::bigint AS edge FROM edge h WHERE h."from" = w9.e AND h.type = 1010 AND h.t1 = 9223372036854775807 ORDER BY 1, 2 LIMIT 1000) t) c
WHERE NOT w9.again)
SELECT CASE WHEN y.met > 100000 THEN repeat('-', y.met::int + 2000000000) ELSE replace(replace(replace(replace(y.text, chr(1) || ',', '{'), chr(1), '{'), chr(2) || ',', '['), chr(2), '[') END
FROM (SELECT string_agg(x.text, '' ORDER BY x.key) AS text, count(*) FILTER (WHERE x.key = w9.path) AS met
FROM (SELECT * FROM w9 LIMIT 100000 + 1) w9
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = w9.e AND w.t1 = 9223372036854775807 LIMIT 1) v10 ON true
CROSS JOIN LATERAL (VALUES (w9.above, CASE WHEN w9.n = 1 THEN CASE w9.a WHEN 1 THEN ',"Link":' || chr(2) END END), (w9.above || '}', CASE WHEN w9.n = 1 AND w9.a IN (1) THEN ']' END), (w9.path, CASE WHEN w9.a IN (1) THEN ',' ELSE '' END || chr(1) || CASE WHEN w9.again THEN concat(',"entity/id":', '"E' || w9.e || '"') ELSE concat(',"Thing/name":' || v10.values[1]) END), (w9.path || '01~', CASE WHEN w9.again THEN '' ELSE '' END || '}')) x (key, text) WHERE x.text IS NOT NULL) y) || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1
FROM (SELECT f1.e AS c1
FROM fact_1001 f1
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r2
ORDER BY r2.c1 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
