SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p9.c1 || '"' || ']'), ',') FILTER (WHERE p9.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q8.* FROM (SELECT r7.c1 AS c1
FROM (SELECT u1.c1 AS c1
FROM LATERAL (SELECT f4.e AS c1
FROM fact_1 f2
JOIN fact_1003 f3 ON f3.e = f2.e AND f3.v = $1::integer AND f3.t1 = 9223372036854775807
JOIN fact_1001 f4 ON f4.t1 = 9223372036854775807
WHERE left(f2.v, 256) = left($2::text, 256) AND f2.v = $3::text AND f2.t1 = 9223372036854775807
UNION SELECT f5.e AS c1
FROM fact_1004 f5
WHERE f5.v = $4::integer AND f5.t1 = 9223372036854775807) u1
JOIN fact_1001 f6 ON f6.e = u1.c1 AND f6.t1 = 9223372036854775807) r7
ORDER BY r7.c1 LIMIT least(1000 + 1)) q8) p9)
FROM clock m
