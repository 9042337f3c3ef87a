SELECT m.t,
m.instant,
m.schema_t,
coalesce((SELECT ('{"urn":' || coalesce(v4.urn, 'null') || ',"owners":{"edges":[' || (SELECT (coalesce(string_agg(('{"cursor":[' || m.t::text || ',' || p7.c1::text || ',' || p7.c2::text || '],"node":{"__typename":' || CASE v8.type WHEN 1028 THEN '"Person"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"name":' || CASE v8.type WHEN 1026 THEN coalesce(v8.values[1], 'null') WHEN 1028 THEN coalesce(v8.values[1], 'null') ELSE 'null' END || '},"edge":{"key":' || coalesce(to_json(h9."key")::text, 'null') || ',"duty":' || coalesce(v10.values[1], 'null') || '}}'), ',') FILTER (WHERE p7.n <= 2), '') || '],"nodes":[' || coalesce(string_agg(('{"__typename":' || CASE v8.type WHEN 1028 THEN '"Person"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"name":' || CASE v8.type WHEN 1026 THEN coalesce(v8.values[1], 'null') WHEN 1028 THEN coalesce(v8.values[1], 'null') ELSE 'null' END || '}'), ',') FILTER (WHERE p7.n <= 2), '') || '],"totalCount":' || (SELECT count(*)::text
FROM edge h11
WHERE h11."from" = u1.c1 AND h11."type" = 1033 AND h11.t1 = 9223372036854775807) || ',"hasNextPage":' || (count(*) > 2)::text)
FROM (SELECT row_number() OVER (ORDER BY r6.c1, r6.c2) AS n, r6.* FROM (SELECT h5."to" AS c1, h5.e AS c2
FROM edge h5
WHERE h5."from" = u1.c1 AND h5."type" = 1033 AND h5.t1 = 9223372036854775807
ORDER BY h5."to", h5.e LIMIT 2 + 1) r6) p7
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p7.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v8 ON true
LEFT JOIN LATERAL (SELECT * FROM edge w WHERE w.e = p7.c2 AND w.t1 = 9223372036854775807 LIMIT 1) h9 ON true
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p7.c2 AND w.t1 = 9223372036854775807 LIMIT 1) v10 ON true) || '}}')
FROM LATERAL (SELECT coalesce($1::bigint, (SELECT f2.e
FROM fact_1 f2
WHERE left(f2.v, 256) = left($2::text, 256) AND f2.v = $2::text AND f2.t1 = 9223372036854775807 LIMIT 1)) AS c1 OFFSET 0) u1
JOIN LATERAL (SELECT * FROM version w WHERE w.e = u1.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v4 ON v4.type IN (1005)
WHERE u1.c1 IS NOT NULL LIMIT 1), 'null')
FROM clock m
