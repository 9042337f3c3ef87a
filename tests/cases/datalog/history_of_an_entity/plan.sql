SELECT m.t,
m.instant,
m.schema_t,
m.m1,
('[' || (SELECT coalesce(string_agg(('{"attribute":' || coalesce((SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = p3.c2), 'null') || ',"value":' || p3.v3 || ',"target":' || coalesce((SELECT coalesce(v8.urn, 'null')
FROM fact_1 f7
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p3.c3 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v8 ON true
WHERE f7.e = p3.c3 AND f7.t0 <= m.m1 AND m.m1 < f7.t1 AND (EXISTS (SELECT FROM fact_1 f4 WHERE f4.e = p3.c3 AND f4.t0 <= m.m1 AND m.m1 < f4.t1) OR EXISTS (SELECT FROM edge h5 WHERE h5.e = p3.c3 AND h5.t0 <= m.m1 AND m.m1 < h5.t1) OR EXISTS (SELECT FROM tx x6 WHERE x6.t = p3.c3 - 4503599627370496 AND x6.t <= m.m1)) LIMIT 1), 'null') || ',"added":' || p3.c5::text || ',"t":' || '"' || (p3.c4)::text || '"' || '}'), ','), '')
FROM (SELECT f1.e AS c1, l2.a AS c2, l2.r AS c3, coalesce(l2.v, CASE WHEN l2.r < 1048576 THEN (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = l2.r) END, 'null') AS v3, CASE WHEN l2.v IS NULL THEN NULL WHEN l2.a IN (29, 30, 31, 32, 33, 38, 42, 43, 1013) THEN 'b' WHEN l2.a IN (1012) THEN 'd' WHEN l2.a IN (10, 11, 1011) THEN 'i' WHEN l2.a IN (1016) THEN 'j' WHEN l2.a IN (3, 1014, 1034) THEN 'k' WHEN l2.a IN (16, 34, 1007, 1008, 1009, 1010, 1031) THEN 'n' WHEN l2.a IN (1017) THEN 'u' ELSE 't' END AS k3, l2.t AS c4, l2.op AS c5, l2.n AS c6
FROM fact_1 f1
JOIN log l2 ON l2.e = f1.e AND l2.t <= m.m1
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $1::text AND f1.t0 <= m.m1 AND m.m1 < f1.t1
ORDER BY l2.t, l2.n LIMIT 12) p3) || ']')
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($2::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $3::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
