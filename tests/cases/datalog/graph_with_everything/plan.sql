SELECT m.t,
m.instant,
m.schema_t,
(WITH RECURSIVE w2 AS MATERIALIZED (SELECT coalesce(array_agg(f1.e ORDER BY f1.e), '{}') AS roots
FROM fact_1 f1
WHERE left(f1.v, 256) = left($1::text, 256) AND f1.v = $1::text AND f1.t1 = 9223372036854775807),
s4 (level, up, down, ups, downs, shown, refused) AS (
SELECT 0, r.roots, r.roots, r.roots, r.roots, cardinality(r.roots), false FROM (SELECT * FROM w2) r
UNION ALL
SELECT s4.level + 1, x.up, x.down, s4.ups || x.up, s4.downs || x.down, s4.shown + least(x.count, greatest($2::integer - s4.shown, 0))::int, x.count > greatest($2::integer - s4.shown, 0)
FROM s4 CROSS JOIN LATERAL (WITH fresh_1 AS MATERIALIZED ((SELECT unnest(CASE WHEN cardinality(e.far) <= greatest($3::integer, 0) THEN e.far ELSE ARRAY(SELECT y.node FROM unnest(s4.up) u (near) CROSS JOIN LATERAL (SELECT DISTINCT q.node FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = u.near AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = u.near AND h.type IN (1032) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807)) q ORDER BY q.node LIMIT greatest($3::integer, 0)) y) END) AS node
FROM (SELECT ARRAY(SELECT q.node FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(s4.up) AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(s4.up) AND h.type IN (1032) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807)) q LIMIT (SELECT greatest($3::integer, 0)::bigint + 1)) AS far OFFSET 0) e, generate_subscripts('{1}'::int[], 1))
EXCEPT SELECT unnest(s4.ups)),
fresh_2 AS MATERIALIZED ((SELECT unnest(CASE WHEN cardinality(e.far) <= greatest($3::integer, 0) THEN e.far ELSE ARRAY(SELECT y.node FROM unnest(s4.down) u (near) CROSS JOIN LATERAL (SELECT DISTINCT q.node FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = u.near AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = u.near AND h.type IN (1030) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807)) q ORDER BY q.node LIMIT greatest($3::integer, 0)) y) END) AS node
FROM (SELECT ARRAY(SELECT q.node FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(s4.down) AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(s4.down) AND h.type IN (1030) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807)) q LIMIT (SELECT greatest($3::integer, 0)::bigint + 1)) AS far OFFSET 0) e, generate_subscripts('{1}'::int[], 1))
EXCEPT SELECT unnest(s4.downs))
SELECT CASE WHEN c.count <= greatest($2::integer - s4.shown, 0) THEN ARRAY(SELECT node FROM fresh_1) ELSE ARRAY(SELECT node FROM fresh_1 EXCEPT SELECT unnest(c.nodes[greatest($2::integer - s4.shown, 0) + 1:])) END AS up, CASE WHEN c.count <= greatest($2::integer - s4.shown, 0) THEN ARRAY(SELECT node FROM fresh_2) ELSE ARRAY(SELECT node FROM fresh_2 EXCEPT SELECT unnest(c.nodes[greatest($2::integer - s4.shown, 0) + 1:])) END AS down, c.count
FROM (SELECT array_agg(f.node ORDER BY f.node) AS nodes, count(*) FROM (SELECT node FROM fresh_1 EXCEPT SELECT unnest(s4.downs)
UNION (SELECT node FROM fresh_2 EXCEPT SELECT unnest(s4.ups))) f) c) x
WHERE s4.level < $4::integer AND cardinality(s4.up) + cardinality(s4.down) > 0),
n3 AS MATERIALIZED (SELECT q.node, min(q.up) AS up, min(q.down) AS down, coalesce(least(min(q.up), min(q.down)), 0) AS depth FROM (
SELECT u.node, s4.level AS up, NULL::int AS down FROM s4, unnest(s4.up) u (node)
UNION ALL SELECT u.node, NULL, s4.level FROM s4, unnest(s4.down) u (node)
UNION ALL SELECT u.node, NULL, NULL FROM (SELECT * FROM w2) r, unnest(r.roots) u (node)) q
GROUP BY q.node)
SELECT ('{"nodes":' || (SELECT concat('[', string_agg((('{"id":"E' || n.node::text || '","type":' || CASE v6.type WHEN 1005 THEN '"Dataset"' WHEN 1028 THEN '"Person"' WHEN 1023 THEN '"Pipeline"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"depth":' || n.depth::text || ',"side":"' || CASE WHEN n.depth = 0 THEN 'ROOT' WHEN n.down IS NULL THEN 'UPSTREAM' WHEN n.up IS NULL THEN 'DOWNSTREAM' ELSE 'BOTH' END || '","up":' || coalesce(n.up::text, 'null') || ',"down":' || coalesce(n.down::text, 'null') || ',"in":' || coalesce(i.count, 0)::text || ',"out":' || coalesce(o.count, 0)::text) || (',"extra":' || CASE WHEN v6.type IN (1005) THEN coalesce(v6.values[1], 'null') ELSE 'null' END || '}')), ',' ORDER BY n.depth, n.node), ']')
FROM n3 n
LEFT JOIN (SELECT q.near, count(*) FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1032) AND h.t1 = 9223372036854775807) q GROUP BY q.near) i ON i.near = n.node
LEFT JOIN (SELECT q.near, count(*) FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1030) AND h.t1 = 9223372036854775807) q GROUP BY q.near) o ON o.near = n.node
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = n.node AND w.t1 = 9223372036854775807 LIMIT 1) v6 ON true) || ',"edges":' || (SELECT concat('[', string_agg(('{"id":"E' || h5.e::text || '","type":' || CASE h5.type WHEN 1030 THEN '"DerivedFrom"' WHEN 1032 THEN '"Writes"' ELSE 'null' END || ',"from":' || '"E' || h5."from" || '"' || ',"to":' || '"E' || h5."to" || '"' || '}'), ',' ORDER BY h5.e), ']')
FROM (SELECT * FROM edge h WHERE h."from" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1030, 1032) AND h.t1 = 9223372036854775807 OFFSET 0) h5 JOIN n3 b ON b.node = h5."to") || ',"frontier":' || (SELECT concat('[', string_agg(concat('{"id":"E', f.node, '","direction":"', f.direction, '","level":', f.level, ',"shown":', f.shown, ',"hidden":{', f.hidden, '}}'), ',' ORDER BY f.depth, f.node, f.place), ']')
FROM (SELECT n.node, n.depth, 0 AS place, 'UPSTREAM' AS direction, n.up AS level, e.shown, e.hidden
FROM (SELECT e.* FROM (SELECT q.near, sum(q.shown) AS shown, string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name) FILTER (WHERE q.hidden > 0) AS hidden
FROM (SELECT y.near, y.type, count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden
FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND t.t1 = 9223372036854775807 LIMIT 1) END AS type
FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown
FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(ARRAY(SELECT n.node FROM n3 n WHERE n.up IS NOT NULL)) AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(ARRAY(SELECT n.node FROM n3 n WHERE n.up IS NOT NULL)) AND h.type IN (1032) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807) OFFSET 0) z LEFT JOIN n3 k ON k.node = z.node) w OFFSET 0) y
GROUP BY y.near, y.type) q LEFT JOIN schema_name s ON s.id = q.type
GROUP BY q.near HAVING sum(q.hidden) > 0) e CROSS JOIN generate_subscripts('{1}'::int[], 1) OFFSET 0) e
JOIN n3 n ON n.node = e.near WHERE n.up IS NOT NULL
UNION ALL SELECT n.node, n.depth, 1 AS place, 'DOWNSTREAM' AS direction, n.down AS level, e.shown, e.hidden
FROM (SELECT e.* FROM (SELECT q.near, sum(q.shown) AS shown, string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name) FILTER (WHERE q.hidden > 0) AS hidden
FROM (SELECT y.near, y.type, count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden
FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND t.t1 = 9223372036854775807 LIMIT 1) END AS type
FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown
FROM (SELECT z.near, z.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(ARRAY(SELECT n.node FROM n3 n WHERE n.down IS NOT NULL)) AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(ARRAY(SELECT n.node FROM n3 n WHERE n.down IS NOT NULL)) AND h.type IN (1030) AND h.t1 = 9223372036854775807) z
WHERE EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN (1005) AND t.t1 = 9223372036854775807) OFFSET 0) z LEFT JOIN n3 k ON k.node = z.node) w OFFSET 0) y
GROUP BY y.near, y.type) q LEFT JOIN schema_name s ON s.id = q.type
GROUP BY q.near HAVING sum(q.hidden) > 0) e CROSS JOIN generate_subscripts('{1}'::int[], 1) OFFSET 0) e
JOIN n3 n ON n.node = e.near WHERE n.down IS NOT NULL) f) || ',"refused":' || (SELECT bool_or(s4.refused)::text FROM s4) || '}'))
FROM clock m
