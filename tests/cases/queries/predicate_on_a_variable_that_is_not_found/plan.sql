SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p7.c1)::text || ']'), ',') FILTER (WHERE p7.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q6.* FROM (SELECT r5.c1 AS c1
FROM (SELECT DISTINCT f1.v AS c1
FROM fact_1001 f1
JOIN fact_1003 f2 ON f2.e = f1.e AND f2.t1 = 9223372036854775807
JOIN edge h3 ON h3."type" = 1010 AND h3."to" = f1.e AND h3.t1 = 9223372036854775807
JOIN fact_1004 f4 ON f4.e = h3."from" AND f4.t1 = 9223372036854775807
WHERE f1.t1 = 9223372036854775807 AND f2.v >= f4.v) r5
ORDER BY r5.c1 COLLATE "C" LIMIT least(1000 + 1)) q6) p7)
FROM clock m
