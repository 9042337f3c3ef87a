"""The same warehouse in ordinary tables, as an expert would lay it out, filled from ours as of now.

They lie in a schema of their own beside ours, in the same database: whatever the machine and
PostgreSQL do, they do to both. Ids are our numbers of entities, so that both are asked alike.
"""

from benchmarks.datalog.by_hand import filled
from store.database import Database
from store.schema.facts import read_catalogue

_TABLES = """
CREATE TABLE ordinary.owner (
  id bigint PRIMARY KEY,
  urn text NOT NULL,
  name text NOT NULL
);
CREATE TABLE ordinary.pipeline (
  id bigint PRIMARY KEY,
  urn text NOT NULL,
  name text NOT NULL,
  state text
);
CREATE TABLE ordinary.tag (
  id bigint PRIMARY KEY,
  urn text NOT NULL,
  name text NOT NULL
);
CREATE TABLE ordinary.dataset (
  id bigint PRIMARY KEY,
  urn text NOT NULL,
  number integer,
  name text NOT NULL,
  description text,
  layer text CHECK (layer IN ('RAW', 'STAGED', 'REFINED', 'SERVED')),
  rows bigint,
  quality double precision,
  deprecated boolean,
  created date,
  owner_id bigint,
  pipeline_id bigint
);
CREATE TABLE ordinary.quality_check (
  id bigint PRIMARY KEY,
  urn text NOT NULL,
  name text NOT NULL,
  state text,
  dataset_id bigint
);
CREATE TABLE ordinary.derived_from (
  dataset_id bigint NOT NULL,
  upstream_id bigint NOT NULL,
  PRIMARY KEY (dataset_id, upstream_id)
);
CREATE TABLE ordinary.tagged (
  tag_id bigint NOT NULL,
  dataset_id bigint NOT NULL,
  PRIMARY KEY (tag_id, dataset_id)
)"""

_FILLING = """
INSERT INTO ordinary.owner
SELECT u.e, u.v, n.v
FROM fact_1 u
JOIN {Owner/name} n ON n.e = u.e AND n.t1 = {now}
WHERE u.t1 = {now}
ORDER BY u.e;

INSERT INTO ordinary.pipeline
SELECT u.e, u.v, n.v, s.v
FROM fact_1 u
JOIN {Pipeline/name} n ON n.e = u.e AND n.t1 = {now}
LEFT JOIN {Pipeline/state} s ON s.e = u.e AND s.t1 = {now}
WHERE u.t1 = {now}
ORDER BY u.e;

INSERT INTO ordinary.tag
SELECT u.e, u.v, n.v
FROM fact_1 u
JOIN {Tag/name} n ON n.e = u.e AND n.t1 = {now}
WHERE u.t1 = {now}
ORDER BY u.e;

INSERT INTO ordinary.dataset
SELECT u.e, u.v, number.v, name.v, description.v, layer.v, rows.v, quality.v, deprecated.v,
  created.v, owned."to", produced."to"
FROM fact_1 u
JOIN {Dataset/name} name ON name.e = u.e AND name.t1 = {now}
LEFT JOIN {Dataset/number} number ON number.e = u.e AND number.t1 = {now}
LEFT JOIN {Dataset/description} description ON description.e = u.e AND description.t1 = {now}
LEFT JOIN {Dataset/layer} layer ON layer.e = u.e AND layer.t1 = {now}
LEFT JOIN {Dataset/rows} rows ON rows.e = u.e AND rows.t1 = {now}
LEFT JOIN {Dataset/quality} quality ON quality.e = u.e AND quality.t1 = {now}
LEFT JOIN {Dataset/deprecated} deprecated ON deprecated.e = u.e AND deprecated.t1 = {now}
LEFT JOIN {Dataset/created} created ON created.e = u.e AND created.t1 = {now}
LEFT JOIN edge owned ON owned."from" = u.e AND owned.type = {OwnedBy} AND owned.t1 = {now}
LEFT JOIN edge produced
  ON produced."from" = u.e AND produced.type = {ProducedBy} AND produced.t1 = {now}
WHERE u.t1 = {now}
ORDER BY u.e;

INSERT INTO ordinary.quality_check
SELECT u.e, u.v, n.v, s.v, checked."to"
FROM fact_1 u
JOIN {Check/name} n ON n.e = u.e AND n.t1 = {now}
LEFT JOIN {Check/state} s ON s.e = u.e AND s.t1 = {now}
LEFT JOIN edge checked ON checked."from" = u.e AND checked.type = {Checks} AND checked.t1 = {now}
WHERE u.t1 = {now}
ORDER BY u.e;

INSERT INTO ordinary.derived_from
SELECT "from", "to" FROM edge WHERE type = {DerivedFrom} AND t1 = {now} ORDER BY "from", "to";

INSERT INTO ordinary.tagged
SELECT "to", "from" FROM edge WHERE type = {Tagged} AND t1 = {now} ORDER BY "to", "from"
"""

_INDEXES = """
ALTER TABLE ordinary.dataset
  ADD FOREIGN KEY (owner_id) REFERENCES ordinary.owner,
  ADD FOREIGN KEY (pipeline_id) REFERENCES ordinary.pipeline;
ALTER TABLE ordinary.quality_check ADD FOREIGN KEY (dataset_id) REFERENCES ordinary.dataset;
ALTER TABLE ordinary.derived_from
  ADD FOREIGN KEY (dataset_id) REFERENCES ordinary.dataset,
  ADD FOREIGN KEY (upstream_id) REFERENCES ordinary.dataset;
ALTER TABLE ordinary.tagged
  ADD FOREIGN KEY (tag_id) REFERENCES ordinary.tag,
  ADD FOREIGN KEY (dataset_id) REFERENCES ordinary.dataset;
CREATE UNIQUE INDEX ON ordinary.owner (urn);
CREATE INDEX ON ordinary.owner (name);
CREATE UNIQUE INDEX ON ordinary.pipeline (urn);
CREATE INDEX ON ordinary.pipeline (name);
CREATE INDEX ON ordinary.pipeline (state, id);
CREATE UNIQUE INDEX ON ordinary.tag (urn);
CREATE UNIQUE INDEX ON ordinary.dataset (urn);
CREATE INDEX ON ordinary.dataset (number, id);
CREATE INDEX ON ordinary.dataset (name);
CREATE INDEX ON ordinary.dataset (layer, id);
CREATE INDEX ON ordinary.dataset (rows);
CREATE INDEX ON ordinary.dataset (owner_id, id);
CREATE INDEX ON ordinary.dataset (pipeline_id, id);
CREATE UNIQUE INDEX ON ordinary.quality_check (urn);
CREATE INDEX ON ordinary.quality_check (state, id);
CREATE INDEX ON ordinary.quality_check (dataset_id, id);
CREATE INDEX ON ordinary.derived_from (upstream_id, dataset_id);
CREATE INDEX ON ordinary.tagged (dataset_id, tag_id)"""

_IS_FILLED = "SELECT to_regclass('ordinary.tagged_dataset_id_tag_id_idx') IS NOT NULL"
"""The last that is made."""


async def are_there(database: Database) -> bool:
    """Tell whether the ordinary tables are there, and so all else before them."""
    [filled_already] = await database.row(_IS_FILLED)
    return bool(filled_already)


async def build(database: Database) -> bool:
    """Make and fill the ordinary tables, unless they are there; return whether it was done."""
    if await are_there(database):
        return False
    catalogue = await read_catalogue(database)
    await database.rows("DROP SCHEMA IF EXISTS ordinary CASCADE")
    await database.rows("CREATE SCHEMA ordinary")
    for statement in (_TABLES + ";" + filled(_FILLING, catalogue) + ";" + _INDEXES).split(";"):
        await database.rows(statement)
    return True
