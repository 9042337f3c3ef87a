-- A version holds the far ends of its entity's edges that are to one, at the place of each edge type
-- that had such an end when it came: two numbers, the end (null where there is none) and the t since
-- when it is so. A version goes on when only an end changes: it holds the one of its own last t.

-- What is being written is not missed.
SELECT FROM clock FOR UPDATE;

ALTER TABLE version ADD COLUMN ends bigint[] NOT NULL DEFAULT '{}';
-- A writer that knows nothing of them is to fail.
ALTER TABLE version ALTER COLUMN ends DROP DEFAULT;

WITH said AS (
  SELECT e, a, bool_and(op) AS always, min(t) AS t
  FROM log
  WHERE e < 1048576 AND a IN (20, 42, 43)
  GROUP BY e, a
), way AS (
  SELECT said.e AS type, said.a = 43 AS reverse, said.always,
    row_number() OVER (ORDER BY said.e, said.a) AS place
  FROM said
  JOIN said AS came ON came.e = said.e AND came.a = 20 AND came.t = said.t
  WHERE said.a <> 20
), held AS (
  SELECT
    CASE WHEN way.reverse THEN edge."to" ELSE edge."from" END AS e,
    CASE WHEN way.reverse THEN edge."from" ELSE edge."to" END AS far,
    way.place,
    edge.t0,
    edge.t1
  FROM edge
  JOIN way ON way.type = edge.type AND way.always
), told AS (
  SELECT
    version.e,
    version.t0,
    held.place,
    max(held.far) FILTER (WHERE held.t1 >= version.t1) AS far,
    greatest(max(held.t0), max(held.t1) FILTER (WHERE held.t1 < version.t1)) AS since
  FROM version
  JOIN held ON held.e = version.e AND held.t0 < version.t1
  GROUP BY version.e, version.t0, held.place
), listed AS (
  SELECT e, t0, jsonb_object_agg(place, ARRAY[far, since]) AS ends, max(place) AS size
  FROM told
  GROUP BY e, t0
)
UPDATE version
SET ends = ARRAY(
  SELECT (listed.ends -> ((n + 1) / 2)::text ->> ((n + 1) % 2)::int)::bigint
  FROM generate_series(1, 2 * listed.size) AS n
  ORDER BY n
)
FROM listed
WHERE version.e = listed.e AND version.t0 = listed.t0;
