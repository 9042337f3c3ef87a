SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || p4.c1::text || ',' || '"' || p4.c2::text || '"' || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1, r2.c2 AS c2
FROM (SELECT DISTINCT f1.v AS c1, ($1::bigint / nullif(((f1.v)::bigint - $2::bigint), 0)) AS c2
FROM fact_1004 f1
WHERE f1.t1 = 9223372036854775807 AND ($3::bigint / nullif(((f1.v)::bigint - $4::bigint), 0)) IS NOT NULL) r2
ORDER BY r2.c1, r2.c2 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
