SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p5.c1 || '"' || ',' || '"E' || p5.c2 || '"' || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2
FROM (SELECT f1.e AS c1, f2.e AS c2
FROM fact_1003 f1
JOIN fact_1004 f2 ON f2.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807 AND f1.v < f2.v) r3
ORDER BY r3.c1, r3.c2 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
