SELECT m.t,
m.instant,
m.schema_t,
coalesce((SELECT ('{"created":' || coalesce((SELECT ('{"id":' || '"T' || f7.t0 || '"' || ',"t":' || '"' || (f7.t0)::text || '"' || ',"instant":' || coalesce('"' || rtrim(rtrim(to_char(x8."instant" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' || '"', 'null') || ',"reason":' || coalesce(to_json(x8."reason")::text, 'null') || ',"actor":' || coalesce(to_json(x8."actor")::text, 'null') || '}')
FROM fact_1 f7
LEFT JOIN LATERAL (SELECT * FROM tx w WHERE w.t = f7.t0 LIMIT 1) x8 ON true
WHERE f7.e = u1.c1 AND f7.t1 = 9223372036854775807 LIMIT 1), 'null') || ',"changed":' || coalesce((SELECT ('{"id":' || '"T' || v9.t0 || '"' || ',"t":' || '"' || (v9.t0)::text || '"' || ',"instant":' || coalesce('"' || rtrim(rtrim(to_char(x10."instant" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' || '"', 'null') || ',"reason":' || coalesce(to_json(x10."reason")::text, 'null') || ',"actor":' || coalesce(to_json(x10."actor")::text, 'null') || '}')
FROM version v9
LEFT JOIN LATERAL (SELECT * FROM tx w WHERE w.t = v9.t0 LIMIT 1) x10 ON true
WHERE v9.e = u1.c1 AND v9.t1 = 9223372036854775807 AND v9.urn IS NOT NULL LIMIT 1), 'null') || '}')
FROM LATERAL (SELECT $1::bigint AS c1
FROM (SELECT) one
WHERE EXISTS (SELECT FROM fact_1 f2 WHERE f2.e = $1::bigint AND f2.t1 = 9223372036854775807)
UNION SELECT f5.e AS c1
FROM fact_1 f5
WHERE left(f5.v, 256) = left($2::text, 256) AND f5.v = $2::text AND f5.t1 = 9223372036854775807) u1
JOIN fact_2 f6 ON f6.e = u1.c1 AND f6.v = 1005 AND f6.t1 = 9223372036854775807
ORDER BY u1.c1 LIMIT 1), 'null')
FROM clock m
