SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p8.c1)::text || ',' || '"' || p8.c2::text || '"' || ',' || p8.c3::text || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1, r6.c2 AS c2, r6.c3 AS c3
FROM (SELECT u4.v AS c1, x5."t" AS c2, u4.op AS c3
FROM fact_1 f1
CROSS JOIN LATERAL (SELECT f2.e, f2.v, f2.t0, true FROM fact_1001 f2 WHERE f2.e = f1.e AND f2.t0 < 9223372036854775807 UNION ALL SELECT f3.e, f3.v, f3.t1, false FROM fact_1001 f3 WHERE f3.e = f1.e AND f3.t1 < 9223372036854775807) u4 (e, v, t0, op)
CROSS JOIN LATERAL (SELECT x5.* FROM tx x5 WHERE x5.t = u4.t0 OFFSET 0) x5
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r6
ORDER BY r6.c1 COLLATE "C", r6.c2, r6.c3 LIMIT least(1000 + 1)) q7) p8)
FROM clock m
