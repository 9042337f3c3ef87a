SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || p8.c1::text || ']'), ',') FILTER (WHERE p8.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q7.* FROM (SELECT r6.c1 AS c1
FROM (SELECT coalesce(f5.v, $1::integer) AS c1
FROM fact_1 f1
LEFT JOIN fact_1003 f5 ON f5.e = f1.e AND f5.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($2::text, 256) AND f1.v = $3::text AND f1.t1 = 9223372036854775807 AND (EXISTS (SELECT FROM fact_1 f2 WHERE f2.e = f1.e AND f2.t1 = 9223372036854775807) OR EXISTS (SELECT FROM edge h3 WHERE h3.e = f1.e AND h3.t1 = 9223372036854775807) OR EXISTS (SELECT FROM tx x4 WHERE x4.t = f1.e - 4503599627370496))) r6
ORDER BY r6.c1 LIMIT least(1000 + 1)) q7) p8)
FROM clock m
