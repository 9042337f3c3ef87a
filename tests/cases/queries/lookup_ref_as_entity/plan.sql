SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p5.c1)::text || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1
FROM (SELECT f2.v AS c1
FROM fact_1002 f1
JOIN fact_1001 f2 ON f2.e = f1.e AND f2.t1 = 9223372036854775807
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r3
ORDER BY r3.c1 COLLATE "C" LIMIT least(1000 + 1)) q4) p5)
FROM clock m
