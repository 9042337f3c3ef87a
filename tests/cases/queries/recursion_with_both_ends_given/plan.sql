SELECT m.t,
m.instant,
m.schema_t,
(SELECT concat('{"rows":[', string_agg(('[' || to_json(p23.c1)::text || ']'), ',') FILTER (WHERE p23.n <= 1000), '],"complete":', (count(*) <= 1000)::text, '}')
FROM (SELECT row_number() OVER () AS n, q22.* FROM (SELECT r21.c1 AS c1
FROM (SELECT f20.v AS c1
FROM fact_1 f10
CROSS JOIN LATERAL (SELECT f19.* FROM fact_1 f19 WHERE left(f19.v, 256) = left($1::text, 256) AND f19.v = $2::text AND f19.t1 = 9223372036854775807 OFFSET 0) f19
CROSS JOIN LATERAL (SELECT f20.* FROM fact_1001 f20 WHERE f20.e = f19.e AND f20.t1 = 9223372036854775807 OFFSET 0) f20
WHERE left(f10.v, 256) = left($3::text, 256) AND f10.v = $4::text AND f10.t1 = 9223372036854775807 AND NOT EXISTS (SELECT
FROM fact_1 f1
WHERE left(f1.v, 256) = left($5::text, 256) AND f1.v = $6::text AND f1.t1 = 9223372036854775807 AND EXISTS (SELECT
FROM LATERAL (WITH RECURSIVE p2 (c1) AS (SELECT (f1.e)::bigint
FROM (SELECT) one
UNION SELECT (h3."to")::bigint
FROM p2
JOIN edge h3 ON h3."type" = 1010 AND h3."from" = p2.c1 AND h3.t1 = 9223372036854775807),
p4 (c1) AS (SELECT DISTINCT * FROM (SELECT (NULL::boolean)::boolean
FROM fact_1 f5
JOIN edge h6 ON h6."type" = 1010 AND h6."to" = f5.e AND h6.t1 = 9223372036854775807
JOIN p2 p7 ON p7.c1 = h6."from"
WHERE left(f5.v, 256) = left($7::text, 256) AND f5.v = $8::text AND f5.t1 = 9223372036854775807) q)
SELECT 1 AS c0 FROM p4 p8) u9)) AND EXISTS (SELECT
FROM LATERAL (WITH RECURSIVE p11 (c1) AS (SELECT (f10.e)::bigint
FROM (SELECT) one
UNION SELECT (h12."to")::bigint
FROM p11
JOIN edge h12 ON h12."type" = 1010 AND h12."from" = p11.c1 AND h12.t1 = 9223372036854775807),
p13 (c1) AS (SELECT DISTINCT * FROM (SELECT (NULL::boolean)::boolean
FROM fact_1 f14
JOIN edge h15 ON h15."type" = 1010 AND h15."to" = f14.e AND h15.t1 = 9223372036854775807
JOIN p11 p16 ON p16.c1 = h15."from"
WHERE left(f14.v, 256) = left($9::text, 256) AND f14.v = $10::text AND f14.t1 = 9223372036854775807) q)
SELECT 1 AS c0 FROM p13 p17) u18)) r21
ORDER BY r21.c1 COLLATE "C" LIMIT least(1000 + 1)) q22) p23)
FROM clock m
