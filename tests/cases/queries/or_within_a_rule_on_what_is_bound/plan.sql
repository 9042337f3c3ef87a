SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p11.c1)::text || ']'), ',') FILTER (WHERE p11.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q10.* FROM (SELECT r9.c1 AS c1
FROM (SELECT DISTINCT f8.v AS c1
FROM LATERAL (SELECT h3."from" AS c1
FROM fact_1 f2
JOIN edge h3 ON h3."type" = 1010 AND h3."to" = f2.e AND h3.t1 = 9223372036854775807
WHERE left(f2.v, 256) = left($1::text, 256) AND f2.v = $2::text AND f2.t1 = 9223372036854775807
UNION SELECT h5."to" AS c1
FROM fact_1 f4
JOIN edge h5 ON h5."type" = 1010 AND h5."from" = f4.e AND h5.t1 = 9223372036854775807
WHERE left(f4.v, 256) = left($3::text, 256) AND f4.v = $4::text AND f4.t1 = 9223372036854775807
UNION SELECT h7."to" AS c1
FROM fact_1 f6
JOIN edge h7 ON h7."type" = 1012 AND h7."from" = f6.e AND h7.t1 = 9223372036854775807
WHERE left(f6.v, 256) = left($5::text, 256) AND f6.v = $6::text AND f6.t1 = 9223372036854775807) u1
JOIN fact_1001 f8 ON f8.e = u1.c1 AND f8.t1 = 9223372036854775807) r9
ORDER BY r9.c1 COLLATE "C" LIMIT least(1000 + 1)) q10) p11)
FROM clock m
