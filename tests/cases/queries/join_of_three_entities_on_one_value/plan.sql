SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || '"E' || p7.c1 || '"' || ',' || '"E' || p7.c2 || '"' || ',' || '"E' || p7.c3 || '"' || ']'), ',') FILTER (WHERE p7.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q6.* FROM (SELECT r5.c1 AS c1, r5.c2 AS c2, r5.c3 AS c3
FROM (SELECT DISTINCT f1.e AS c1, h2."to" AS c2, f4.e AS c3
FROM fact_1003 f1
JOIN edge h2 ON h2."type" = 1010 AND h2."from" = f1.e AND h2.t1 = 9223372036854775807
JOIN fact_1003 f3 ON f3.e = h2."to" AND f3.v = f1.v AND f3.t1 = 9223372036854775807
JOIN fact_1004 f4 ON f4.v = f1.v AND f4.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807) r5
ORDER BY r5.c1, r5.c2, r5.c3 LIMIT least(1000 + 1)) q6) p7)
FROM clock m
