SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p4.c1 || '"' || ',' || p4.c2::text || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1, r2.c2 AS c2
FROM (SELECT f1.e AS c1, f1.v AS c2
FROM fact_1004 f1
WHERE f1.t1 = 9223372036854775807) r2
ORDER BY r2.c1, r2.c2 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
