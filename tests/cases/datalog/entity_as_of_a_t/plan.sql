SELECT m.t,
m.instant,
m.schema_t,
m.m1,
coalesce((SELECT (('{"id":"E' || u1.c1::text || '","type":"Dataset","urn":' || coalesce(v7.urn, 'null') || ',"lifecycle":' || coalesce('"' || v7.lifecycle || '"', 'null') || ',"name":' || coalesce(v7.values[1], 'null') || ',"rows":' || coalesce(v7.values[2], 'null') || ',"size":' || coalesce(v7.values[3], 'null') || ',"price":' || coalesce(v7.values[4], 'null') || ',"ratio":' || coalesce(v7.values[5], 'null')) || (',"seenAt":' || coalesce(v7.values[6], 'null') || ',"day":' || coalesce(v7.values[7], 'null') || ',"hidden":' || coalesce(v7.values[8], 'null') || ',"layer":' || coalesce(v7.values[9], 'null') || ',"home":' || coalesce(v7.values[10], 'null') || ',"extra":' || coalesce(v7.values[11], 'null') || ',"token":' || coalesce(v7.values[12], 'null') || ',"tags":' || CASE WHEN v7.values[13] = '~' THEN (SELECT concat('[', string_agg(to_json(f.v)::text, ',' ORDER BY f.v), ']') FROM fact_1018 f WHERE f.e = u1.c1 AND f.t0 <= m.m1 AND m.m1 < f.t1) ELSE coalesce(v7.values[13], '[]') END) || (',"replacement":' || coalesce('"E' || v7.values[14] || '"', 'null') || $1::text))
FROM LATERAL (SELECT $2::bigint AS c1
FROM (SELECT) one
WHERE EXISTS (SELECT FROM fact_1 f2 WHERE f2.e = $2::bigint AND f2.t0 <= m.m1 AND m.m1 < f2.t1)
UNION SELECT f5.e AS c1
FROM fact_1 f5
WHERE left(f5.v, 256) = left($3::text, 256) AND f5.v = $3::text AND f5.t0 <= m.m1 AND m.m1 < f5.t1) u1
JOIN fact_2 f6 ON f6.e = u1.c1 AND f6.v = 1005 AND f6.t0 <= m.m1 AND m.m1 < f6.t1
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v7 ON true
ORDER BY u1.c1 LIMIT 1), 'null')
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($4::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $5::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
