SELECT m.t,
m.instant,
m.schema_t,
('{"nodes":[' || (SELECT (coalesce(string_agg(coalesce(v9.values[1], 'null'), ',') FILTER (WHERE p8.n <= $1::bigint), '') || '],"more":' || (count(*) > $1::bigint)::text)
FROM (SELECT row_number() OVER (ORDER BY r7.c2, r7.c1) AS n, r7.* FROM (WITH w6 AS MATERIALIZED ((SELECT f1.e AS c1, f1.v AS c2
FROM fact_1006 f1
WHERE f1.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_3 f2
WHERE f2.e = f1.e AND left(f2.v, 256) = left('DELETED', 256) AND f2.v = 'DELETED' AND f2.t1 = 9223372036854775807)
ORDER BY left(f1.v, 256), f1.v, f1.e LIMIT (SELECT $1::bigint + 1))) SELECT * FROM w6 UNION ALL (SELECT f3.e AS c1, NULL::text COLLATE "C" AS c2
FROM fact_2 f3
WHERE f3.v = 1005 AND f3.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1006 f4
WHERE f4.e = f3.e AND f4.t1 = 9223372036854775807) AND NOT EXISTS (SELECT
FROM fact_3 f5
WHERE f5.e = f3.e AND left(f5.v, 256) = left('DELETED', 256) AND f5.v = 'DELETED' AND f5.t1 = 9223372036854775807) AND (SELECT count(*) FROM w6) <= $1::bigint
ORDER BY NULL::text COLLATE "C", f3.e LIMIT (SELECT $1::bigint + 1))) r7
ORDER BY 1 LIMIT (SELECT $1::bigint + 1)) p8
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p8.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v9 ON true) || '}')
FROM clock m
