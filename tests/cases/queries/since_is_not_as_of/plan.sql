SELECT m.t,
m.instant,
m.schema_t,
m.m1,
m.m2,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p5.c1 || '"' || ',' || to_json(p5.c2)::text || ',' || to_json(p5.c3)::text || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2, r3.c3 AS c3
FROM (SELECT f1.e AS c1, f1.v AS c2, f2.v AS c3
FROM fact_1001 f1
JOIN fact_1001 f2 ON f2.e = f1.e AND f2.t0 <= m.m2 AND m.m2 < f2.t1
WHERE f1.t1 = 9223372036854775807 AND f1.t0 > m.m1) r3
ORDER BY r3.c1, r3.c2 COLLATE "C", r3.c3 COLLATE "C" LIMIT least(1000 + 1)) q4) p5)
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($1::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $2::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1,
coalesce($3::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $4::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m2
FROM clock c OFFSET 0) m
