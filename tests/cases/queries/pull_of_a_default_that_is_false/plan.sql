SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p4.c1)::text || ',' || (SELECT '{' || substr(concat(',"Thing/flag":' || coalesce(v5.values[6], 'false')), 2) || '}' FROM (SELECT) one
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = p4.c2 AND w.t1 = 9223372036854775807 LIMIT 1) v5 ON true) || ']'), ',') FILTER (WHERE p4.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q3.* FROM (SELECT r2.c1 AS c1, r2.c2 AS c2
FROM (SELECT f1.v AS c1, f1.e AS c2
FROM fact_1001 f1
WHERE f1.t1 = 9223372036854775807) r2
ORDER BY r2.c1 COLLATE "C", r2.c2 LIMIT least(1000 + 1)) q3) p4)
FROM clock m
