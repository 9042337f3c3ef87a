SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || CASE WHEN p5.c1 = trunc(p5.c1) AND abs(p5.c1) < 1e15 THEN p5.c1::text || '.0' ELSE p5.c1::text END || ',' || CASE WHEN p5.c2 = trunc(p5.c2) AND abs(p5.c2) < 1e15 THEN p5.c2::text || '.0' ELSE p5.c2::text END || ',' || CASE WHEN p5.c3 = trunc(p5.c3) AND abs(p5.c3) < 1e15 THEN p5.c3::text || '.0' ELSE p5.c3::text END || ',' || CASE WHEN p5.c4 = trunc(p5.c4) AND abs(p5.c4) < 1e15 THEN p5.c4::text || '.0' ELSE p5.c4::text END || ']'), ',') FILTER (WHERE p5.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q4.* FROM (SELECT r3.c1 AS c1, r3.c2 AS c2, r3.c3 AS c3, r3.c4 AS c4
FROM (SELECT var_pop(r2.c1)::float8 AS c1, sqrt(var_pop(r2.c1)::float8) AS c2, avg(r2.c1)::float8 AS c3, percentile_cont(0.5) WITHIN GROUP (ORDER BY r2.c1::float8) AS c4
FROM (SELECT f1.v AS c1, f1.e AS c2
FROM fact_1003 f1
WHERE f1.t1 = 9223372036854775807) r2
HAVING count(*) > 0) r3
ORDER BY r3.c1, r3.c2, r3.c3, r3.c4 LIMIT least(1000 + 1)) q4) p5)
FROM clock m
