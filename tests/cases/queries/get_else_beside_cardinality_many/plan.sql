SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p5.c1 || '"' || ',' || to_json(p5.c2)::text || ',' || p5.c3::text || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2, r3.c3 AS c3
FROM (SELECT f1.e AS c1, f1.v AS c2, coalesce(f2.v, $1::integer) AS c3
FROM fact_1007 f1
LEFT JOIN fact_1004 f2 ON f2.e = f1.e AND f2.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807) r3
ORDER BY r3.c1, r3.c2 COLLATE "C", r3.c3 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
