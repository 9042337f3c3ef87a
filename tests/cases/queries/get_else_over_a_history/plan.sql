SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p8.c1 || '"' || ',' || to_json(p8.c2)::text || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1, r6.c2 AS c2
FROM (SELECT f1.e AS c1, coalesce(k5.c1, $1::text) AS c2
FROM fact_1004 f1
LEFT JOIN LATERAL (SELECT u4.v AS c1
FROM LATERAL (SELECT f2.e, f2.v, f2.t0, true FROM fact_1001 f2 WHERE f2.e = f1.e AND f2.t0 < 9223372036854775807 UNION ALL SELECT f3.e, f3.v, f3.t1, false FROM fact_1001 f3 WHERE f3.e = f1.e AND f3.t1 < 9223372036854775807) u4 (e, v, t0, op)
ORDER BY 1 LIMIT 1) k5 ON true
WHERE f1.t1 = 9223372036854775807) r6
ORDER BY r6.c1, r6.c2 COLLATE "C" LIMIT least(1000 + 1)) q7) p8)
FROM clock m
