SELECT m.t,
m.instant,
m.schema_t,
coalesce((SELECT ('{"created":' || coalesce((SELECT ('{"id":' || '"T' || f4.t0 || '"' || ',"t":' || '"' || (f4.t0)::text || '"' || ',"instant":' || coalesce('"' || rtrim(rtrim(to_char(x5."instant" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' || '"', 'null') || ',"reason":' || coalesce(to_json(x5."reason")::text, 'null') || ',"actor":' || coalesce(to_json(x5."actor")::text, 'null') || '}')
FROM fact_1 f4
LEFT JOIN LATERAL (SELECT * FROM tx w WHERE w.t = f4.t0 LIMIT 1) x5 ON true
WHERE f4.e = u1.c1 AND f4.t1 = 9223372036854775807 LIMIT 1), 'null') || ',"changed":' || coalesce((SELECT ('{"id":' || '"T' || v6.t0 || '"' || ',"t":' || '"' || (v6.t0)::text || '"' || ',"instant":' || coalesce('"' || rtrim(rtrim(to_char(x7."instant" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' || '"', 'null') || ',"reason":' || coalesce(to_json(x7."reason")::text, 'null') || ',"actor":' || coalesce(to_json(x7."actor")::text, 'null') || '}')
FROM version v6
LEFT JOIN LATERAL (SELECT * FROM tx w WHERE w.t = v6.t0 LIMIT 1) x7 ON true
WHERE v6.e = u1.c1 AND v6.t1 = 9223372036854775807 AND v6.urn IS NOT NULL LIMIT 1), 'null') || '}')
FROM LATERAL (SELECT coalesce($1::bigint, (SELECT f2.e
FROM fact_1 f2
WHERE left(f2.v, 256) = left($2::text, 256) AND f2.v = $2::text AND f2.t1 = 9223372036854775807 LIMIT 1)) AS c1 OFFSET 0) u1
JOIN fact_2 f3 ON f3.e = u1.c1 AND f3.v = 1005 AND f3.t1 = 9223372036854775807
WHERE u1.c1 IS NOT NULL LIMIT 1), 'null')
FROM clock m
