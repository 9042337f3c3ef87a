SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p6.c1)::text || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1
FROM (SELECT DISTINCT f3.v AS c1
FROM unnest((SELECT $1::text[])) g1 (c1)
JOIN fact_1 f2 ON left(f2.v, 256) = left(g1.c1, 256) AND f2.v = g1.c1 AND f2.t1 = 9223372036854775807
JOIN fact_1001 f3 ON f3.e = f2.e AND f3.t1 = 9223372036854775807) r4
ORDER BY r4.c1 COLLATE "C" LIMIT least(1000 + 1)) q5) p6)
FROM clock m
