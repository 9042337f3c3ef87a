SELECT m.t,
m.instant,
m.schema_t,
m.m1,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p7.c1)::text || ',' || to_json(p7.c2)::text || ']'), ',') FILTER (WHERE p7.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q6.* FROM (SELECT r5.c1 AS c1, r5.c2 AS c2
FROM (SELECT DISTINCT f1.v AS c1, f4.v AS c2
FROM fact_1001 f1
JOIN edge h2 ON h2."type" = 1010 AND h2."from" = f1.e AND (h2.t0 <= m.m1 AND m.m1 < h2.t1) IS TRUE
JOIN fact_1001 f4 ON f4.e = h2."to" AND f4.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM edge h3
WHERE h3."type" = 1010 AND h3."from" = f1.e AND h3."to" = h2."to" AND h3.t1 = 9223372036854775807)) r5
ORDER BY r5.c1 COLLATE "C", r5.c2 COLLATE "C" LIMIT least(1000 + 1)) q6) p7)
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($1::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $2::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
