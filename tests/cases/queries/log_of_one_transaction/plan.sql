SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || CASE WHEN p8.c1 < 1048576 THEN coalesce((SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = p8.c1), CASE WHEN p8.c1 > 4503599627370496 THEN '"T' || (p8.c1 - 4503599627370496) || '"' ELSE '"E' || p8.c1 || '"' END) ELSE CASE WHEN p8.c1 > 4503599627370496 THEN '"T' || (p8.c1 - 4503599627370496) || '"' ELSE '"E' || p8.c1 || '"' END END || ',' || to_json(p8.c2)::text || ',' || coalesce(CASE WHEN p8.c3 >= 1048576 THEN CASE WHEN p8.c3 > 4503599627370496 THEN '"T' || (p8.c3 - 4503599627370496) || '"' ELSE '"E' || p8.c3 || '"' END ELSE p8.v3 END, 'null') || ',' || p8.c4::text || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1, r6.c2 AS c2, r6.c3 AS c3, r6.v3 AS v3, r6.k3 AS k3, r6.c4 AS c4
FROM (SELECT l1.e AS c1, s5.name AS c2, l1.r AS c3, coalesce(l1.v, CASE WHEN l1.r < 1048576 THEN (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = l1.r) END, 'null') AS v3, CASE WHEN l1.v IS NULL THEN NULL WHEN l1.a IN (29, 30, 31, 32, 33, 38, 42, 43, 1006) THEN 'b' WHEN l1.a IN (10, 11) THEN 'i' WHEN l1.a IN (3) THEN 'k' WHEN l1.a IN (16, 34, 1003, 1004, 1005, 1011) THEN 'n' ELSE 't' END AS k3, l1.op AS c4
FROM log l1
JOIN schema_name s5 ON s5.id::bigint = l1.a
WHERE l1.t = $1::bigint - 4503599627370496 AND EXISTS (SELECT
FROM LATERAL (SELECT f2.e, f2.v, f2.t0, true FROM fact_1 f2 WHERE f2.e = l1.e AND f2.t0 < 9223372036854775807 UNION ALL SELECT f3.e, f3.v, f3.t1, false FROM fact_1 f3 WHERE f3.e = l1.e AND f3.t1 < 9223372036854775807) u4 (e, v, t0, op))) r6
ORDER BY r6.c1, r6.c2 COLLATE "C", r6.c3, r6.v3, r6.c4 LIMIT least(1000 + 1)) q7) p8)
FROM clock m
