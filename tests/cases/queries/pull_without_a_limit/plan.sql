SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || (SELECT '{' || substr(concat(',"Thing/tags":' || CASE WHEN v5.values[7] = '~' THEN (SELECT '[' || string_agg(to_json(f.v)::text, ',' ORDER BY f.v) || ']' FROM (SELECT f.v FROM fact_1007 f WHERE f.e = p4.c1 AND f.t1 = 9223372036854775807 ORDER BY 1) f) ELSE v5.values[7] END, ',"first":' || (SELECT '[' || string_agg(to_json(f.v)::text, ',' ORDER BY f.v) || ']' FROM (SELECT f.v FROM fact_1007 f WHERE f.e = p4.c1 AND f.t1 = 9223372036854775807 ORDER BY 1 LIMIT 1) f)), 2) || '}' FROM (SELECT) one
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p4.c1 AND w.t1 = 9223372036854775807 LIMIT 1) v5 ON true) || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1
FROM (SELECT f1.e AS c1
FROM fact_1001 f1
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $2::text AND f1.t1 = 9223372036854775807) r2
ORDER BY r2.c1 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
