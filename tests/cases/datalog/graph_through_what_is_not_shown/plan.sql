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
FROM s4 CROSS JOIN LATERAL (WITH near_1 AS MATERIALIZED (SELECT o.near, o.node FROM (WITH RECURSIVE c5 (length, nears, nodes, all_nears, all_nodes, out_nears, out_nodes, cut) AS (
SELECT 0, q.nodes, q.nodes, '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[] FROM (SELECT s4.up AS nodes) q
UNION ALL
SELECT c5.length + 1, x.nears, x.nodes, c5.all_nears || x.nears, c5.all_nodes || x.nodes, x.out_nears, x.out_nodes, x.cut
FROM c5 CROSS JOIN LATERAL (WITH beyond AS MATERIALIZED (SELECT DISTINCT f.near, z.node, z.is_passed
FROM (SELECT z.near, z.node, coalesce((SELECT t.v FROM fact_2 t WHERE t.e = z.node AND t.t1 = 9223372036854775807 LIMIT 1) IN (1005), false) AND z.node NOT IN (SELECT unnest(r.roots) FROM (SELECT * FROM w2) r) AS is_passed
FROM (SELECT DISTINCT q.near, q.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(c5.nodes) AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(c5.nodes) AND h.type IN (1032) AND h.t1 = 9223372036854775807) q) z, generate_subscripts('{1}'::int[], 1) OFFSET 0) z
JOIN unnest(c5.nears, c5.nodes) f (near, node) ON f.node = z.near),
passed AS MATERIALIZED (SELECT g.near, g.node, coalesce(b.count, 0) + row_number() OVER (PARTITION BY g.near ORDER BY g.node) <= $3::integer AS stays
FROM (SELECT b.near, b.node FROM beyond b WHERE b.is_passed EXCEPT SELECT * FROM unnest(c5.all_nears, c5.all_nodes)) g
LEFT JOIN (SELECT u.near, count(*) FROM unnest(c5.all_nears) u (near) GROUP BY u.near) b ON b.near = g.near)
SELECT i.*, o.* FROM (SELECT coalesce(array_agg(p.near) FILTER (WHERE p.stays), '{}') AS nears, coalesce(array_agg(p.node) FILTER (WHERE p.stays), '{}') AS nodes, coalesce(array_agg(p.near) FILTER (WHERE NOT p.stays), '{}') AS cut FROM passed p) i,
(SELECT coalesce(array_agg(b.near), '{}') AS out_nears, coalesce(array_agg(b.node), '{}') AS out_nodes FROM beyond b WHERE NOT b.is_passed) o) x
WHERE cardinality(c5.nodes) > 0)
SELECT o.near, o.node, c5.length FROM c5, unnest(c5.out_nears, c5.out_nodes) o (near, node)) o),
crowd_1 AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near_1) > $4::integer THEN EXISTS (SELECT FROM near_1 q GROUP BY q.near HAVING count(*) > $4::integer) ELSE false END AS yes),
fresh_1 AS MATERIALIZED ((SELECT q.node FROM near_1 q WHERE NOT (SELECT w.yes FROM crowd_1 w)
UNION ALL SELECT p.node FROM (SELECT y.node, dense_rank() OVER (PARTITION BY y.near ORDER BY y.node) AS place
FROM near_1 y WHERE (SELECT w.yes FROM crowd_1 w)) p WHERE p.place <= $4::integer)
EXCEPT SELECT unnest(s4.ups)),
near_2 AS MATERIALIZED (SELECT o.near, o.node FROM (WITH RECURSIVE c6 (length, nears, nodes, all_nears, all_nodes, out_nears, out_nodes, cut) AS (
SELECT 0, q.nodes, q.nodes, '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[] FROM (SELECT s4.down AS nodes) q
UNION ALL
SELECT c6.length + 1, x.nears, x.nodes, c6.all_nears || x.nears, c6.all_nodes || x.nodes, x.out_nears, x.out_nodes, x.cut
FROM c6 CROSS JOIN LATERAL (WITH beyond AS MATERIALIZED (SELECT DISTINCT f.near, z.node, z.is_passed
FROM (SELECT z.near, z.node, coalesce((SELECT t.v FROM fact_2 t WHERE t.e = z.node AND t.t1 = 9223372036854775807 LIMIT 1) IN (1005), false) AND z.node NOT IN (SELECT unnest(r.roots) FROM (SELECT * FROM w2) r) AS is_passed
FROM (SELECT DISTINCT q.near, q.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(c6.nodes) AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(c6.nodes) AND h.type IN (1030) AND h.t1 = 9223372036854775807) q) z, generate_subscripts('{1}'::int[], 1) OFFSET 0) z
JOIN unnest(c6.nears, c6.nodes) f (near, node) ON f.node = z.near),
passed AS MATERIALIZED (SELECT g.near, g.node, coalesce(b.count, 0) + row_number() OVER (PARTITION BY g.near ORDER BY g.node) <= $3::integer AS stays
FROM (SELECT b.near, b.node FROM beyond b WHERE b.is_passed EXCEPT SELECT * FROM unnest(c6.all_nears, c6.all_nodes)) g
LEFT JOIN (SELECT u.near, count(*) FROM unnest(c6.all_nears) u (near) GROUP BY u.near) b ON b.near = g.near)
SELECT i.*, o.* FROM (SELECT coalesce(array_agg(p.near) FILTER (WHERE p.stays), '{}') AS nears, coalesce(array_agg(p.node) FILTER (WHERE p.stays), '{}') AS nodes, coalesce(array_agg(p.near) FILTER (WHERE NOT p.stays), '{}') AS cut FROM passed p) i,
(SELECT coalesce(array_agg(b.near), '{}') AS out_nears, coalesce(array_agg(b.node), '{}') AS out_nodes FROM beyond b WHERE NOT b.is_passed) o) x
WHERE cardinality(c6.nodes) > 0)
SELECT o.near, o.node, c6.length FROM c6, unnest(c6.out_nears, c6.out_nodes) o (near, node)) o),
crowd_2 AS MATERIALIZED (SELECT CASE WHEN (SELECT count(*) FROM near_2) > $4::integer THEN EXISTS (SELECT FROM near_2 q GROUP BY q.near HAVING count(*) > $4::integer) ELSE false END AS yes),
fresh_2 AS MATERIALIZED ((SELECT q.node FROM near_2 q WHERE NOT (SELECT w.yes FROM crowd_2 w)
UNION ALL SELECT p.node FROM (SELECT y.node, dense_rank() OVER (PARTITION BY y.near ORDER BY y.node) AS place
FROM near_2 y WHERE (SELECT w.yes FROM crowd_2 w)) p WHERE p.place <= $4::integer)
EXCEPT SELECT unnest(s4.downs))
SELECT CASE WHEN c.count <= greatest($2::integer - s4.shown, 0) THEN ARRAY(SELECT node FROM fresh_1) ELSE ARRAY(SELECT node FROM fresh_1 EXCEPT SELECT unnest(c.nodes[greatest($2::integer - s4.shown, 0) + 1:])) END AS up, CASE WHEN c.count <= greatest($2::integer - s4.shown, 0) THEN ARRAY(SELECT node FROM fresh_2) ELSE ARRAY(SELECT node FROM fresh_2 EXCEPT SELECT unnest(c.nodes[greatest($2::integer - s4.shown, 0) + 1:])) END AS down, c.count
FROM (SELECT array_agg(f.node ORDER BY f.node) AS nodes, count(*) FROM (SELECT node FROM fresh_1 EXCEPT SELECT unnest(s4.downs)
UNION (SELECT node FROM fresh_2 EXCEPT SELECT unnest(s4.ups))) f) c) x
WHERE s4.level < $5::integer AND cardinality(s4.up) + cardinality(s4.down) > 0),
n3 AS MATERIALIZED (SELECT q.node, min(q.up) AS up, min(q.down) AS down, coalesce(least(min(q.up), min(q.down)), 0) AS depth FROM (
SELECT u.node, s4.level AS up, NULL::int AS down FROM s4, unnest(s4.up) u (node)
UNION ALL SELECT u.node, NULL, s4.level FROM s4, unnest(s4.down) u (node)
UNION ALL SELECT u.node, NULL, NULL FROM (SELECT * FROM w2) r, unnest(r.roots) u (node)) q
GROUP BY q.node),
c7 (length, nears, nodes, all_nears, all_nodes, out_nears, out_nodes, cut) AS (
SELECT 0, q.nodes, q.nodes, '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[] FROM (SELECT ARRAY(SELECT n.node FROM n3 n WHERE true) AS nodes) q
UNION ALL
SELECT c7.length + 1, x.nears, x.nodes, c7.all_nears || x.nears, c7.all_nodes || x.nodes, x.out_nears, x.out_nodes, x.cut
FROM c7 CROSS JOIN LATERAL (WITH beyond AS MATERIALIZED (SELECT DISTINCT f.near, z.node, z.is_passed
FROM (SELECT z.near, z.node, coalesce((SELECT t.v FROM fact_2 t WHERE t.e = z.node AND t.t1 = 9223372036854775807 LIMIT 1) IN (1005), false) AND z.node NOT IN (SELECT unnest(r.roots) FROM (SELECT * FROM w2) r) AS is_passed
FROM (SELECT DISTINCT q.near, q.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(c7.nodes) AND h.type IN (1030) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(c7.nodes) AND h.type IN (1032) AND h.t1 = 9223372036854775807) q) z, generate_subscripts('{1}'::int[], 1) OFFSET 0) z
JOIN unnest(c7.nears, c7.nodes) f (near, node) ON f.node = z.near),
passed AS MATERIALIZED (SELECT g.near, g.node, coalesce(b.count, 0) + row_number() OVER (PARTITION BY g.near ORDER BY g.node) <= $3::integer AS stays
FROM (SELECT b.near, b.node FROM beyond b WHERE b.is_passed EXCEPT SELECT * FROM unnest(c7.all_nears, c7.all_nodes)) g
LEFT JOIN (SELECT u.near, count(*) FROM unnest(c7.all_nears) u (near) GROUP BY u.near) b ON b.near = g.near)
SELECT i.*, o.* FROM (SELECT coalesce(array_agg(p.near) FILTER (WHERE p.stays), '{}') AS nears, coalesce(array_agg(p.node) FILTER (WHERE p.stays), '{}') AS nodes, coalesce(array_agg(p.near) FILTER (WHERE NOT p.stays), '{}') AS cut FROM passed p) i,
(SELECT coalesce(array_agg(b.near), '{}') AS out_nears, coalesce(array_agg(b.node), '{}') AS out_nodes FROM beyond b WHERE NOT b.is_passed) o) x
WHERE cardinality(c7.nodes) > 0),
p8 AS MATERIALIZED (SELECT o.near, o.node, min(o.length) FILTER (WHERE o.length > 1) AS length
FROM (SELECT o.near, o.node, c7.length FROM c7, unnest(c7.out_nears, c7.out_nodes) o (near, node)) o GROUP BY o.near, o.node),
c9 (length, nears, nodes, all_nears, all_nodes, out_nears, out_nodes, cut) AS (
SELECT 0, q.nodes, q.nodes, '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[], '{}'::bigint[] FROM (SELECT ARRAY(SELECT n.node FROM n3 n WHERE n.down IS NOT NULL) AS nodes) q
UNION ALL
SELECT c9.length + 1, x.nears, x.nodes, c9.all_nears || x.nears, c9.all_nodes || x.nodes, x.out_nears, x.out_nodes, x.cut
FROM c9 CROSS JOIN LATERAL (WITH beyond AS MATERIALIZED (SELECT DISTINCT f.near, z.node, z.is_passed
FROM (SELECT z.near, z.node, coalesce((SELECT t.v FROM fact_2 t WHERE t.e = z.node AND t.t1 = 9223372036854775807 LIMIT 1) IN (1005), false) AND z.node NOT IN (SELECT unnest(r.roots) FROM (SELECT * FROM w2) r) AS is_passed
FROM (SELECT DISTINCT q.near, q.node FROM (SELECT h."from" AS near, h."to" AS node FROM edge h WHERE h."from" = ANY(c9.nodes) AND h.type IN (1032) AND h.t1 = 9223372036854775807
UNION ALL SELECT h."to" AS near, h."from" AS node FROM edge h WHERE h."to" = ANY(c9.nodes) AND h.type IN (1030) AND h.t1 = 9223372036854775807) q) z, generate_subscripts('{1}'::int[], 1) OFFSET 0) z
JOIN unnest(c9.nears, c9.nodes) f (near, node) ON f.node = z.near),
passed AS MATERIALIZED (SELECT g.near, g.node, coalesce(b.count, 0) + row_number() OVER (PARTITION BY g.near ORDER BY g.node) <= $3::integer AS stays
FROM (SELECT b.near, b.node FROM beyond b WHERE b.is_passed EXCEPT SELECT * FROM unnest(c9.all_nears, c9.all_nodes)) g
LEFT JOIN (SELECT u.near, count(*) FROM unnest(c9.all_nears) u (near) GROUP BY u.near) b ON b.near = g.near)
SELECT i.*, o.* FROM (SELECT coalesce(array_agg(p.near) FILTER (WHERE p.stays), '{}') AS nears, coalesce(array_agg(p.node) FILTER (WHERE p.stays), '{}') AS nodes, coalesce(array_agg(p.near) FILTER (WHERE NOT p.stays), '{}') AS cut FROM passed p) i,
(SELECT coalesce(array_agg(b.near), '{}') AS out_nears, coalesce(array_agg(b.node), '{}') AS out_nodes FROM beyond b WHERE NOT b.is_passed) o) x
WHERE cardinality(c9.nodes) > 0),
p10 AS MATERIALIZED (SELECT o.near, o.node, min(o.length) FILTER (WHERE o.length > 1) AS length
FROM (SELECT o.near, o.node, c9.length FROM c9, unnest(c9.out_nears, c9.out_nodes) o (near, node)) o GROUP BY o.near, o.node)
SELECT ('{"nodes":' || (SELECT concat('[', string_agg(('{"id":"E' || n.node::text || '","type":' || CASE v12.type WHEN 1005 THEN '"Dataset"' WHEN 1028 THEN '"Person"' WHEN 1023 THEN '"Pipeline"' WHEN 1026 THEN '"Team"' WHEN 64 THEN '"Unknown"' ELSE 'null' END || ',"depth":' || n.depth::text || ',"side":"' || CASE WHEN n.depth = 0 THEN 'ROOT' WHEN n.down IS NULL THEN 'UPSTREAM' WHEN n.up IS NULL THEN 'DOWNSTREAM' ELSE 'BOTH' END || '","up":' || coalesce(n.up::text, 'null') || ',"down":' || coalesce(n.down::text, 'null') || ',"extra":' || CASE WHEN v12.type IN (1005) THEN coalesce(v12.values[1], 'null') ELSE 'null' END || '}'), ',' ORDER BY n.depth, n.node), ']')
FROM n3 n
LEFT JOIN LATERAL (SELECT * FROM version w WHERE w.e = n.node AND w.t1 = 9223372036854775807 LIMIT 1) v12 ON true) || ',"edges":' || (SELECT concat('[', string_agg(('{"id":"E' || h11.e::text || '","type":' || CASE h11.type WHEN 1030 THEN '"DerivedFrom"' WHEN 1032 THEN '"Writes"' ELSE 'null' END || ',"from":' || '"E' || h11."from" || '"' || ',"to":' || '"E' || h11."to" || '"' || '}'), ',' ORDER BY h11.e), ']')
FROM (SELECT * FROM edge h WHERE h."from" = ANY(ARRAY(SELECT node FROM n3)) AND h.type IN (1030, 1032) AND h.t1 = 9223372036854775807 OFFSET 0) h11 JOIN n3 b ON b.node = h11."to") || ',"frontier":' || (SELECT concat('[', string_agg(concat('{"id":"E', f.node, '","direction":"', f.direction, '","level":', f.level, ',"shown":', f.shown, ',"hidden":{', f.hidden, '},"exact":', f.exact::text, '}'), ',' ORDER BY f.depth, f.node, f.place), ']')
FROM (SELECT n.node, n.depth, 0 AS place, 'UPSTREAM' AS direction, n.up AS level, e.shown, e.hidden, e.exact
FROM (SELECT e.* FROM (SELECT q.near, sum(q.shown) AS shown, string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name) FILTER (WHERE q.hidden > 0) AS hidden, NOT bool_or(q.cut) AS exact
FROM (SELECT q.*, false AS cut FROM (SELECT y.near, y.type, count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden
FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND t.t1 = 9223372036854775807 LIMIT 1) END AS type
FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown
FROM (SELECT p.near, p.node FROM p8 p JOIN n3 n ON n.node = p.near WHERE n.up IS NOT NULL OFFSET 0) z LEFT JOIN n3 k ON k.node = z.node) w OFFSET 0) y
GROUP BY y.near, y.type) q UNION ALL SELECT w.near, NULL, 0, 0, true FROM (SELECT DISTINCT u.near FROM c7, unnest(c7.cut) u (near)) w) q LEFT JOIN schema_name s ON s.id = q.type
GROUP BY q.near HAVING sum(q.hidden) > 0 OR bool_or(q.cut)) e CROSS JOIN generate_subscripts('{1}'::int[], 1) OFFSET 0) e
JOIN n3 n ON n.node = e.near WHERE n.up IS NOT NULL
UNION ALL SELECT n.node, n.depth, 1 AS place, 'DOWNSTREAM' AS direction, n.down AS level, e.shown, e.hidden, e.exact
FROM (SELECT e.* FROM (SELECT q.near, sum(q.shown) AS shown, string_agg(concat(to_json(s.name)::text, ':', q.hidden), ',' ORDER BY s.name) FILTER (WHERE q.hidden > 0) AS hidden, NOT bool_or(q.cut) AS exact
FROM (SELECT q.*, false AS cut FROM (SELECT y.near, y.type, count(*) FILTER (WHERE y.shown) AS shown, count(*) FILTER (WHERE NOT y.shown) AS hidden
FROM (SELECT w.near, w.shown, CASE WHEN NOT w.shown THEN (SELECT t.v FROM fact_2 t WHERE t.e = w.node AND t.t1 = 9223372036854775807 LIMIT 1) END AS type
FROM (SELECT DISTINCT z.near, z.node, k.node IS NOT NULL AS shown
FROM (SELECT p.near, p.node FROM p10 p JOIN n3 n ON n.node = p.near WHERE n.down IS NOT NULL OFFSET 0) z LEFT JOIN n3 k ON k.node = z.node) w OFFSET 0) y
GROUP BY y.near, y.type) q UNION ALL SELECT w.near, NULL, 0, 0, true FROM (SELECT DISTINCT u.near FROM c9, unnest(c9.cut) u (near)) w) q LEFT JOIN schema_name s ON s.id = q.type
GROUP BY q.near HAVING sum(q.hidden) > 0 OR bool_or(q.cut)) e CROSS JOIN generate_subscripts('{1}'::int[], 1) OFFSET 0) e
JOIN n3 n ON n.node = e.near WHERE n.down IS NOT NULL) f) || ',"passages":' || (SELECT concat('[', string_agg(concat('{"from":"E', f.source, '","to":"E', f.target, '","length":', f.length, '}'), ',' ORDER BY f.source, f.target), ']')
FROM (SELECT p.node AS source, p.near AS target, p.length FROM p8 p JOIN n3 n ON n.node = p.near AND true JOIN n3 k ON k.node = p.node
WHERE p.length IS NOT NULL) f) || ',"cut":' || (EXISTS (SELECT DISTINCT u.near FROM c7, unnest(c7.cut) u (near)) OR EXISTS (SELECT DISTINCT u.near FROM c9, unnest(c9.cut) u (near)))::text || ',"refused":' || (SELECT bool_or(s4.refused)::text FROM s4) || '}'))
FROM clock m
