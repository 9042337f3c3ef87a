SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p6.c1 || '"' || ',' || '"E' || p6.c2 || '"' || ',' || '"E' || p6.c3 || '"' || ']'), ',') FILTER (WHERE p6.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q5.* FROM (SELECT r4.c1 AS c1, r4.c2 AS c2, r4.c3 AS c3
FROM (SELECT DISTINCT h1."from" AS c1, h1."to" AS c2, h2."to" AS c3
FROM edge h1
JOIN edge h2 ON h2."type" = 1010 AND h2."from" = h1."to" AND h2.t1 = 9223372036854775807
JOIN edge h3 ON h3."type" = 1010 AND h3."from" = h2."to" AND h3."to" = h1."from" AND h3.t1 = 9223372036854775807
WHERE h1."type" = 1010 AND h1.t1 = 9223372036854775807) r4
ORDER BY r4.c1, r4.c2, r4.c3 LIMIT least(1000 + 1)) q5) p6)
FROM clock m
