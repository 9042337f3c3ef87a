SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"' || p5.c1::text || '"' || ',' || p5.c2::text || ',' || (SELECT concat('[', string_agg(u.v::text, ',' ORDER BY u.n), ']') FROM unnest(p5.c3) WITH ORDINALITY u (v, n)) || ',' || (SELECT concat('[', string_agg(u.v::text, ',' ORDER BY u.n), ']') FROM unnest(p5.c4) WITH ORDINALITY u (v, n)) || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2, r3.c3 AS c3, r3.c4 AS c4
FROM (SELECT sum(r2.c1)::bigint AS c1, count(*) AS c2, (array_agg(r2.c1 ORDER BY r2.c1))[:3] AS c3, (array_agg(r2.c1 ORDER BY r2.c1 DESC))[:2] AS c4
FROM (SELECT f1.v AS c1, f1.e AS c2
FROM fact_1003 f1
WHERE f1.t1 = 9223372036854775807) r2
HAVING count(*) > 0) r3
ORDER BY r3.c1, r3.c2, r3.c3, r3.c4 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
