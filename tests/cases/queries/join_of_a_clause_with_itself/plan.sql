SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p4.c1 || '"' || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1
FROM (SELECT DISTINCT h1."from" AS c1
FROM edge h1
WHERE h1."type" = 1010 AND h1."to" = h1."from" AND h1.t1 = 9223372036854775807) r2
ORDER BY r2.c1 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
