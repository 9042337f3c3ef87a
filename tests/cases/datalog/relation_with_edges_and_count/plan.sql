SELECT m.t,
m.instant,
m.schema_t,
coalesce((SELECT ('{"urn":' || coalesce(v7.urn, 'null') || ',"owners":{"edges":[' || (SELECT (coalesce(string_agg(('{"cursor":[' || m.t::text || ',' || p10.c1::text || ',' || p10.c2::text || '],"node":{"__typename":' || CASE v11.type WHEN 1028 THEN '"Person"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"name":' || CASE v11.type WHEN 1026 THEN coalesce(v11.values[1], 'null') WHEN 1028 THEN coalesce(v11.values[1], 'null') ELSE 'null' END || '},"edge":{"key":' || coalesce(to_json(h12."key")::text, 'null') || ',"duty":' || coalesce(v13.values[1], 'null') || '}}'), ',') FILTER (WHERE p10.n <= 2), '') || '],"nodes":[' || coalesce(string_agg(('{"__typename":' || CASE v11.type WHEN 1028 THEN '"Person"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"name":' || CASE v11.type WHEN 1026 THEN coalesce(v11.values[1], 'null') WHEN 1028 THEN coalesce(v11.values[1], 'null') ELSE 'null' END || '}'), ',') FILTER (WHERE p10.n <= 2), '') || '],"totalCount":' || (SELECT count(*)::text
FROM edge h14
WHERE h14."from" = u1.c1 AND h14."type" = 1033 AND h14.t1 = 9223372036854775807) || ',"hasNextPage":' || (count(*) > 2)::text)
FROM (SELECT row_number() OVER (ORDER BY r9.c1, r9.c2) AS n, r9.* FROM (SELECT h8."to" AS c1, h8.e AS c2
FROM edge h8
WHERE h8."from" = u1.c1 AND h8."type" = 1033 AND h8.t1 = 9223372036854775807
ORDER BY h8."to", h8.e LIMIT 2 + 1) r9) p10
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p10.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v11 ON true
LEFT JOIN LATERAL (SELECT * FROM edge w WHERE w.e = p10.c2 AND w.t1 = 9223372036854775807 LIMIT 1) h12 ON true
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p10.c2 AND w.t1 = 9223372036854775807 LIMIT 1) v13 ON true) || '}}')
FROM LATERAL (SELECT $1::bigint AS c1
FROM (SELECT) one
WHERE EXISTS (SELECT FROM fact_1 f2 WHERE f2.e = $1::bigint AND f2.t1 = 9223372036854775807)
UNION SELECT f5.e AS c1
FROM fact_1 f5
WHERE left(f5.v, 256) = left($2::text, 256) AND f5.v = $2::text AND f5.t1 = 9223372036854775807) u1
JOIN fact_2 f6 ON f6.e = u1.c1 AND f6.v = 1005 AND f6.t1 = 9223372036854775807
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v7 ON true
ORDER BY u1.c1 LIMIT 1), 'null')
FROM clock m
