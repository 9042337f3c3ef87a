SELECT m.t,
m.instant,
m.schema_t,
m.m1,
('"' || m.t::text || '"'),
'"' || rtrim(rtrim(to_char(coalesce((SELECT x.instant FROM tx x WHERE x.t = m.m1), to_timestamp(0)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' || '"',
(SELECT count(*)::text
FROM fact_2 f1
WHERE f1.v = 1005 AND f1.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_3 f2
WHERE f2.e = f1.e AND left(f2.v, 256) = left('DELETED', 256) AND f2.v = 'DELETED' AND f2.t1 = 9223372036854775807)),
(SELECT count(*)::text
FROM fact_2 f3
WHERE f3.v = 1005 AND f3.t0 <= m.m1 AND m.m1 < f3.t1 AND NOT EXISTS (SELECT
FROM fact_3 f4
WHERE f4.e = f3.e AND left(f4.v, 256) = left('DELETED', 256) AND f4.v = 'DELETED' AND f4.t0 <= m.m1 AND m.m1 < f4.t1))
FROM (SELECT c.t, c.instant, c.schema_t,
coalesce($1::bigint, (SELECT x.t FROM tx x WHERE x.instant <= $2::timestamptz ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS m1
FROM clock c OFFSET 0) m
