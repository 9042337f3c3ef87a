SELECT m.t,
m.instant,
m.schema_t,
m.m1,
('{"nodes":[' || (SELECT (coalesce(string_agg(coalesce(v9.urn, 'null'), ',') FILTER (WHERE p8.n <= $1::bigint), '') || '],"more":' || (count(*) > $1::bigint)::text)
FROM (SELECT row_number() OVER (ORDER BY r7.c2, r7.c1) AS n, r7.* FROM (WITH w6 AS MATERIALIZED ((SELECT f1.e AS c1, f1.v AS c2
FROM fact_1007 f1
WHERE f1.t0 <= m.m1 AND m.m1 < f1.t1 AND NOT EXISTS (SELECT
FROM fact_3 f2
WHERE f2.e = f1.e AND left(f2.v, 256) = left('DELETED', 256) AND f2.v = 'DELETED' AND f2.t0 <= m.m1 AND m.m1 < f2.t1)
ORDER BY f1.v, f1.e LIMIT (SELECT $1::bigint + 1))) SELECT * FROM w6 UNION ALL (SELECT f3.e AS c1, NULL::integer AS c2
FROM fact_2 f3
WHERE f3.v = 1005 AND f3.t0 <= m.m1 AND m.m1 < f3.t1 AND NOT EXISTS (SELECT
FROM fact_1007 f4
WHERE f4.e = f3.e AND f4.t0 <= m.m1 AND m.m1 < f4.t1) AND NOT EXISTS (SELECT
FROM fact_3 f5
WHERE f5.e = f3.e AND left(f5.v, 256) = left('DELETED', 256) AND f5.v = 'DELETED' AND f5.t0 <= m.m1 AND m.m1 < f5.t1) AND (SELECT count(*) FROM w6) <= $1::bigint
ORDER BY NULL::integer, f3.e LIMIT (SELECT $1::bigint + 1))) r7
ORDER BY 1 LIMIT (SELECT $1::bigint + 1)) p8
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p8.c1 AND w.t0 <= m.m1 AND m.m1 < w.t1 ORDER BY w.t0 DESC LIMIT 1) v9 ON true) || '}')
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($2::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $3::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
