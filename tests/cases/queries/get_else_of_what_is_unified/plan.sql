SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p7.c1 || '"' || ',' || '"E' || p7.c2 || '"' || ']'), ',') FILTER (WHERE p7.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q6.* FROM (SELECT r5.c1 AS c1, r5.c2 AS c2
FROM (SELECT f3.e AS c1, f1.e AS c2
FROM fact_1001 f1
JOIN fact_1003 f2 ON f2.e = f1.e AND f2.t1 = 9223372036854775807
JOIN fact_1001 f3 ON f3.t1 = 9223372036854775807
LEFT JOIN fact_1003 f4 ON f4.e = f3.e AND f4.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807 AND coalesce(f4.v, $3::integer) = f2.v) r5
ORDER BY r5.c1, r5.c2 LIMIT least(1000 + 1)) q6) p7)
FROM clock m
