SELECT m.t,
m.instant,
m.schema_t,
m.m1,
coalesce((SELECT ('{"name":' || coalesce(v4.values[1], 'null') || ',"steward":' || coalesce((SELECT coalesce(v6.values[1], 'null')
FROM LATERAL (SELECT CASE WHEN v4.ends[2] > m.m1 THEN (SELECT h."to" FROM edge h WHERE h.type = 1035 AND h."from" = u1.c1 AND (h.t0 <= m.m1 AND m.m1 < h.t1) IS TRUE LIMIT 1) ELSE v4.ends[1] END OFFSET 0) h5 (c1)
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = h5.c1 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v6 ON true
WHERE h5.c1 IS NOT NULL LIMIT 1), 'null') || '}')
FROM LATERAL (SELECT coalesce($1::bigint, (SELECT f2.e
FROM fact_1 f2
WHERE left(f2.v, 256) = left($2::text, 256) AND f2.v = $2::text AND f2.t0 <= m.m1 AND m.m1 < f2.t1 LIMIT 1)) AS c1 OFFSET 0) u1
JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v4 ON v4.type IN (1005)
WHERE u1.c1 IS NOT NULL LIMIT 1), 'null')
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($3::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $4::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
