SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p6.c1)::text || ',' || to_json(p6.c2)::text || ',' || (SELECT concat('[', string_agg(to_json(u.v)::text, ',' ORDER BY u.n), ']') FROM unnest(p6.c3) WITH ORDINALITY u (v, n)) || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1, r4.c2 AS c2, r4.c3 AS c3
FROM (SELECT min(r3.c1 COLLATE "C") AS c1, max(r3.c1 COLLATE "C") AS c2, (array_agg(r3.c2 COLLATE "C" ORDER BY r3.c2 COLLATE "C"))[:2] AS c3
FROM (SELECT DISTINCT f1.v AS c1, f2.v AS c2
FROM fact_1001 f1
JOIN fact_1007 f2 ON f2.e = f1.e AND f2.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807) r3
HAVING count(*) > 0) r4
ORDER BY r4.c1 COLLATE "C", r4.c2 COLLATE "C", r4.c3 LIMIT least(1000 + 1)) q5) p6)
FROM clock m
