SELECT m.t,
m.instant,
m.schema_t,
m.m1,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p6.c1)::text || ',' || '"' || p6.c2::text || '"' || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1, r4.c2 AS c2
FROM (SELECT f2.v AS c1, x3."t" AS c2
FROM fact_1 f1
CROSS JOIN LATERAL (SELECT f2.* FROM fact_1001 f2 WHERE f2.e = f1.e AND f2.t0 <= m.m1 AND m.m1 < f2.t1 OFFSET 0) f2
CROSS JOIN LATERAL (SELECT x3.* FROM tx x3 WHERE x3.t = f2.t0 AND x3.t <= m.m1 OFFSET 0) x3
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r4
ORDER BY r4.c1 COLLATE "C", r4.c2 LIMIT least(1000 + 1)) q5) p6)
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($3::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $4::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
