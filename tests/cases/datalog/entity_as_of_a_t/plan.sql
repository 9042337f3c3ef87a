SELECT m.t,
m.instant,
m.schema_t,
m.m1,
coalesce((SELECT (('{"id":"E' || u1.c1::text || '","type":"Dataset","urn":' || coalesce(v4.urn, 'null') || ',"lifecycle":' || coalesce('"' || v4.lifecycle || '"', 'null') || ',"name":' || coalesce(v4.values[1], 'null') || ',"rows":' || coalesce(v4.values[2], 'null') || ',"size":' || coalesce(v4.values[3], 'null') || ',"price":' || coalesce(v4.values[4], 'null') || ',"ratio":' || coalesce(v4.values[5], 'null')) || (',"seenAt":' || coalesce(v4.values[6], 'null') || ',"day":' || coalesce(v4.values[7], 'null') || ',"hidden":' || coalesce(v4.values[8], 'null') || ',"layer":' || coalesce(v4.values[9], 'null') || ',"home":' || coalesce(v4.values[10], 'null') || ',"extra":' || coalesce(v4.values[11], 'null') || ',"token":' || coalesce(v4.values[12], 'null') || ',"tags":' || CASE WHEN v4.values[13] = '~' THEN (SELECT concat('[', string_agg(to_json(f.v)::text, ',' ORDER BY f.v), ']') FROM fact_1018 f WHERE f.e = u1.c1 AND f.t0 <= m.m1 AND m.m1 < f.t1) ELSE coalesce(v4.values[13], '[]') END) || (',"replacement":' || coalesce('"E' || v4.values[14] || '"', 'null') || $1::text))
FROM LATERAL (SELECT coalesce($2::bigint, (SELECT f2.e
FROM fact_1 f2
WHERE left(f2.v, 256) = left($3::text, 256) AND f2.v = $3::text AND f2.t0 <= m.m1 AND m.m1 < f2.t1 LIMIT 1)) AS c1 OFFSET 0) u1
JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v4 ON v4.type IN (1005)
WHERE u1.c1 IS NOT NULL LIMIT 1), 'null')
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($4::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $5::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
