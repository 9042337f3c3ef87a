SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || (SELECT '{' || substr(concat(',"Thing/name":' || v5.values[1], ',"Thing/_next":' || (SELECT '[' || string_agg('{' || substr(concat(',"Thing/name":' || v10.values[1]), 2) || '}', ',' ORDER BY c9.e, c9.edge) || ']' FROM (SELECT f.e AS e, NULL::bigint AS edge FROM fact_1008 f WHERE f.v = p4.c1 AND f.t1 = 9223372036854775807 ORDER BY 1 LIMIT 1000) c9
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = c9.e AND w.t1 = 9223372036854775807 LIMIT 1) v10 ON true), ',"_Link":' || (SELECT '[' || string_agg('{' || substr(concat(',"Thing/name":' || v15.values[1]), 2) || '}', ',' ORDER BY c14.e, c14.edge) || ']' FROM (SELECT DISTINCT h."from" AS e, NULL::bigint AS edge FROM edge h WHERE h."to" = p4.c1 AND h.type = 1010 AND h.t1 = 9223372036854775807 ORDER BY 1, 2 LIMIT 1000) c14
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = c14.e AND w.t1 = 9223372036854775807 LIMIT 1) v15 ON true)), 2) || '}' FROM (SELECT) one
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p4.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v5 ON true) || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1
FROM (SELECT f1.e AS c1
FROM fact_1001 f1
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r2
ORDER BY r2.c1 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
