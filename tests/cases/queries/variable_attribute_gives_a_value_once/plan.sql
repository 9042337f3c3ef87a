SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p8.c1)::text || ',' || coalesce(CASE WHEN p8.c2 >= 1048576 THEN CASE WHEN p8.c2 > 4503599627370496 THEN '"T' || (p8.c2 - 4503599627370496) || '"' ELSE '"E' || p8.c2 || '"' END ELSE p8.v2 END, 'null') || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1, r6.c2 AS c2, r6.v2 AS v2, r6.k2 AS k2
FROM (SELECT r5.c1 AS c1, r5.c2 AS c2, (array_agg(r5.v2 ORDER BY r5.v2))[1] AS v2, (array_agg(r5.k2 ORDER BY r5.v2))[1] AS k2
FROM (SELECT DISTINCT s4.name AS c1, l2.r AS c2, coalesce(l2.v, CASE WHEN l2.r < 1048576 THEN (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = l2.r) END, 'null') AS v2, CASE WHEN l2.v IS NULL THEN NULL WHEN l2.a IN (29, 30, 31, 32, 33, 38, 42, 43, 1006) THEN 'b' WHEN l2.a IN (10, 11) THEN 'i' WHEN l2.a IN (3) THEN 'k' WHEN l2.a IN (16, 34, 1003, 1004, 1005, 1011) THEN 'n' ELSE 't' END AS k2
FROM fact_1 f1
CROSS JOIN LATERAL (SELECT l2.* FROM log l2 WHERE l2.e = f1.e AND l2.op AND NOT EXISTS (SELECT FROM log l3 WHERE l3.e = l2.e AND l3.a = l2.a AND l3.t > l2.t AND l3.r IS NOT DISTINCT FROM l2.r AND l3.v IS NOT DISTINCT FROM l2.v) OFFSET 0) l2
JOIN schema_name s4 ON s4.id::bigint = l2.a
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r5
GROUP BY r5.c1, r5.c2, CASE r5.k2 WHEN 'n' THEN 'n' || trim_scale(btrim(r5.v2, '"')::numeric)::text WHEN 't' THEN 't' || (r5.v2::json #>> '{}') WHEN 'k' THEN 't' || (r5.v2::json #>> '{}') WHEN 'j' THEN 't' || r5.v2 ELSE r5.k2 || r5.v2 END) r6
ORDER BY r6.c1 COLLATE "C", r6.c2, r6.v2 LIMIT least(1000 + 1)) q7) p8)
FROM clock m
