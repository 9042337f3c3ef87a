SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p5.c1 || '"' || ',' || '"E' || p5.c2 || '"' || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2
FROM (SELECT DISTINCT h1."to" AS c1, h1."from" AS c2
FROM edge h1
WHERE h1."type" = 1010 AND h1.t1 = 9223372036854775807 AND EXISTS (SELECT
FROM edge h2
WHERE h2."type" = 1010 AND h2."from" = h1."to" AND h2."to" = h1."from" AND h2.t1 = 9223372036854775807)) r3
ORDER BY r3.c1, r3.c2 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
