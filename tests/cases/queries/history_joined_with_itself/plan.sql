SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p8.c1 || '"' || ',' || to_json(p8.c2)::text || ',' || to_json(p8.c3)::text || ',' || '"' || p8.c4::text || '"' || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1, r6.c2 AS c2, r6.c3 AS c3, r6.c4 AS c4
FROM (SELECT u2.e AS c1, u2.v AS c2, u4.v AS c3, x5."t" AS c4
FROM LATERAL (SELECT f1.e, f1.v, f1.t1, false FROM fact_1001 f1 WHERE false = $1::boolean AND f1.t1 < 9223372036854775807) u2 (e, v, t0, op)
CROSS JOIN LATERAL (SELECT f3.e, f3.v, f3.t0, true FROM fact_1001 f3 WHERE f3.e = u2.e AND f3.t0 = u2.t0 AND true = $2::boolean AND f3.t0 < 9223372036854775807) u4 (e, v, t0, op)
JOIN tx x5 ON x5.t = u2.t0) r6
ORDER BY r6.c1, r6.c2 COLLATE "C", r6.c3 COLLATE "C", r6.c4 LIMIT least(1000 + 1)) q7) p8)
FROM clock m
