SELECT m.t,
m.instant,
m.schema_t,
('[' || (SELECT coalesce(string_agg(('{"at":' || coalesce(r7.c1::text, 'null') || ',"id":' || CASE WHEN r7.c2 > 4503599627370496 THEN '"T' || (r7.c2 - 4503599627370496) || '"' ELSE '"E' || r7.c2 || '"' END || ',"type":' || coalesce(CASE CASE WHEN r7.c2 > 4503599627370496 THEN 0 ELSE coalesce(v8.type, h9.type) END WHEN 0 THEN '"Transaction"' ELSE (SELECT to_json(s.name)::text FROM schema_name s WHERE s.id = CASE WHEN r7.c2 > 4503599627370496 THEN 0 ELSE coalesce(v8.type, h9.type) END) END, 'null') || '}'), ',' ORDER BY r7.c1), '')
FROM (SELECT DISTINCT g1.c1 AS c1, u2.c1 AS c2
FROM unnest((SELECT $1::integer[]), (SELECT $2::bigint[]), (SELECT $3::text[])) g1 (c1, c2, c3)
JOIN LATERAL (SELECT coalesce(CASE WHEN (EXISTS (SELECT FROM fact_1 f3 WHERE f3.e = g1.c2 AND f3.t1 = 9223372036854775807) OR EXISTS (SELECT FROM edge h4 WHERE h4.e = g1.c2 AND h4.t1 = 9223372036854775807) OR EXISTS (SELECT FROM tx x5 WHERE x5.t = g1.c2 - 4503599627370496)) THEN g1.c2 END, (SELECT f6.e
FROM fact_1 f6
WHERE left(f6.v, 256) = left(g1.c3, 256) AND f6.v = g1.c3 AND f6.t1 = 9223372036854775807 LIMIT 1)) AS c1 OFFSET 0) u2 ON u2.c1 IS NOT NULL) r7
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = r7.c2 AND w.t1 = 9223372036854775807 LIMIT 1) v8 ON true
LEFT JOIN LATERAL (SELECT * FROM edge w WHERE w.e = r7.c2 AND w.t1 = 9223372036854775807 LIMIT 1) h9 ON true) || ']')
FROM clock m
