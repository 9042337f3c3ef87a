SELECT m.t,
m.instant,
m.schema_t,
coalesce((SELECT ('{"name":' || coalesce(v4.values[1], 'null') || ',"steward":' || coalesce((SELECT coalesce(v6.values[1], 'null')
FROM LATERAL (SELECT v4.ends[1]) h5 (c1)
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = h5.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v6 ON true
WHERE h5.c1 IS NOT NULL LIMIT 1), 'null') || '}')
FROM LATERAL (SELECT coalesce($1::bigint, (SELECT f2.e
FROM fact_1 f2
WHERE left(f2.v, 256) = left($2::text, 256) AND f2.v = $2::text AND f2.t1 = 9223372036854775807 LIMIT 1)) AS c1 OFFSET 0) u1
JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v4 ON v4.type IN (1005)
WHERE u1.c1 IS NOT NULL LIMIT 1), 'null')
FROM clock m
