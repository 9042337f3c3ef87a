SELECT m.t,
m.instant,
m.schema_t,
('[' || (SELECT coalesce(string_agg(coalesce(v6.urn, 'null'), ',' ORDER BY f1.e), '')
FROM fact_1006 f1
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = f1.e AND w.t1 = 9223372036854775807 LIMIT 1) v6 ON true
WHERE f1.t1 = 9223372036854775807 AND left(f1.v, 256) >= left($1::text, 256) AND left(f1.v, 256) <= left($1::text, 256) || repeat(chr(1114111), 256) AND starts_with(f1.v, $1::text) AND NOT EXISTS (SELECT
FROM fact_3 f2
WHERE f2.e = f1.e AND left(f2.v, 256) = left('DELETED', 256) AND f2.v = 'DELETED' AND f2.t1 = 9223372036854775807) AND ((NOT EXISTS (SELECT
FROM fact_1007 f3
WHERE f3.e = f1.e AND f3.t1 = 9223372036854775807)) OR (EXISTS (SELECT
FROM edge h4
JOIN fact_1029 f5 ON f5.e = h4."to" AND left(f5.v, 256) = left($2::text, 256) AND f5.v = $3::text AND f5.t1 = 9223372036854775807
WHERE h4."type" = 1035 AND h4."from" = f1.e AND h4.t1 = 9223372036854775807)))) || ']')
FROM clock m
