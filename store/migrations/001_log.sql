-- The log, its clock, and the indexes derived from it.

-- One row: the head of the log. Whoever writes locks it first, in a statement of its own.
CREATE TABLE clock (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  t bigint NOT NULL CHECK (t BETWEEN 0 AND 4503599627370496),
  schema_t bigint NOT NULL CHECK (schema_t BETWEEN 0 AND t),
  instant timestamptz NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  next_entity bigint NOT NULL CHECK (next_entity BETWEEN 1048576 AND 4503599627370496),
  next_schema int NOT NULL CHECK (next_schema BETWEEN 1000 AND 1048576)
);
INSERT INTO clock (t, schema_t, instant, hash, next_entity, next_schema)
VALUES (0, 0, '1970-01-01T00:00:00Z', decode(repeat('00', 32), 'hex'), 1048576, 1000);

-- All datoms in the order of transactions: the only truth. `r` holds references, `v` the canonical JSON of all else.
CREATE TABLE log (
  t bigint NOT NULL,
  n int NOT NULL,
  e bigint NOT NULL,
  a int NOT NULL,
  op boolean NOT NULL,
  r bigint,
  v text COLLATE "C",
  salt bytea NOT NULL,
  PRIMARY KEY (t, n),
  CHECK ((r IS NULL) <> (v IS NULL))
);
CREATE INDEX log_entity ON log (e, t, n);
CREATE INDEX log_attribute ON log (a, t);

CREATE TABLE tx (
  t bigint PRIMARY KEY CHECK (t > 0),
  instant timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  source text COLLATE "C",
  actor text COLLATE "C",
  reason text COLLATE "C",
  idempotency_key text COLLATE "C",
  line bigint,
  digest bytea,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE INDEX tx_instant ON tx (instant, t);
CREATE UNIQUE INDEX tx_idempotency_key ON tx (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX tx_digest ON tx (digest) WHERE digest IS NOT NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'facts are only added: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tx
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Always: session_replication_role must not be a way around them.
ALTER TABLE log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE tx ENABLE ALWAYS TRIGGER append_only;

-- What cursors are signed with when no setting says otherwise; shared by all server processes.
CREATE TABLE secret (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  value bytea NOT NULL CHECK (octet_length(value) = 32)
);
INSERT INTO secret (value)
VALUES (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- From here on: derived from the log, and owned by the role that serves.

-- entity/urn
CREATE TABLE fact_1 (
  e bigint NOT NULL,
  v text COLLATE "C" NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1)
);
CREATE INDEX fact_1_entity ON fact_1 (e, t0);
CREATE INDEX fact_1_value ON fact_1 (left(v, 256), e, t0);
CREATE UNIQUE INDEX fact_1_now ON fact_1 (e) WHERE t1 = 9223372036854775807;
CREATE INDEX fact_1_now_value ON fact_1 (left(v, 256), e) WHERE t1 = 9223372036854775807;

-- entity/type
CREATE TABLE fact_2 (
  e bigint NOT NULL,
  v bigint NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1)
);
CREATE INDEX fact_2_entity ON fact_2 (e, t0) INCLUDE (v, t1);
CREATE INDEX fact_2_value ON fact_2 (v, e, t0) INCLUDE (t1);
CREATE UNIQUE INDEX fact_2_now ON fact_2 (e) INCLUDE (v) WHERE t1 = 9223372036854775807;
CREATE INDEX fact_2_now_value ON fact_2 (v, e) WHERE t1 = 9223372036854775807;

-- entity/lifecycle
CREATE TABLE fact_3 (
  e bigint NOT NULL,
  v text COLLATE "C" NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1)
);
CREATE INDEX fact_3_entity ON fact_3 (e, t0);
CREATE INDEX fact_3_value ON fact_3 (left(v, 256), e, t0);
CREATE UNIQUE INDEX fact_3_now ON fact_3 (e) WHERE t1 = 9223372036854775807;
CREATE INDEX fact_3_now_value ON fact_3 (left(v, 256), e) WHERE t1 = 9223372036854775807;

-- One row per period in which an edge is live; covering in both directions.
CREATE TABLE edge (
  type int NOT NULL,
  "from" bigint NOT NULL,
  "to" bigint NOT NULL,
  e bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1)
);
CREATE INDEX edge_from ON edge ("from", type, "to", e, t0, t1);
CREATE INDEX edge_to ON edge ("to", type, "from", e, t0, t1);
CREATE INDEX edge_now_from ON edge ("from", type, "to", e) WHERE t1 = 9223372036854775807;
CREATE INDEX edge_now_to ON edge ("to", type, "from", e) WHERE t1 = 9223372036854775807;
CREATE UNIQUE INDEX edge_now ON edge (type, "from", "to", key) WHERE t1 = 9223372036854775807;
CREATE INDEX edge_entity ON edge (e, t0);

-- The whole entity as it was between two changes; `values` by the attribute's slot, short where the end is empty.
CREATE TABLE version (
  e bigint NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  type int NOT NULL,
  lifecycle text COLLATE "C",
  urn text COLLATE "C",
  values text[] COLLATE "C" NOT NULL,
  PRIMARY KEY (e, t0),
  CHECK (t0 < t1)
);
CREATE UNIQUE INDEX version_now ON version (e) WHERE t1 = 9223372036854775807;

CREATE TABLE schema_name (
  id int PRIMARY KEY,
  name text COLLATE "C" NOT NULL
);
INSERT INTO schema_name (id, name) VALUES
  (1, 'entity/urn'), (2, 'entity/type'), (3, 'entity/lifecycle'),
  (4, 'edge/type'), (5, 'edge/from'), (6, 'edge/to'), (7, 'edge/key'),
  (10, 'tx/instant'), (11, 'tx/recordedAt'), (12, 'tx/source'), (13, 'tx/actor'), (14, 'tx/reason'),
  (15, 'tx/idempotencyKey'), (16, 'tx/line'), (17, 'tx/digest'),
  (20, 'schema/kind'), (21, 'schema/name'), (22, 'schema/owner'), (23, 'schema/description'),
  (24, 'schema/deprecated'), (25, 'schema/plural'), (26, 'schema/interface'), (27, 'schema/valueType'),
  (28, 'schema/cardinality'), (29, 'schema/required'), (30, 'schema/indexed'), (31, 'schema/searched'),
  (32, 'schema/unique'), (33, 'schema/component'), (34, 'schema/slot'), (35, 'schema/enum'),
  (36, 'schema/target'), (37, 'schema/edge'), (38, 'schema/reverse'), (39, 'schema/from'),
  (40, 'schema/to'), (41, 'schema/upstream'), (42, 'schema/oneFrom'), (43, 'schema/oneTo'),
  (64, 'Unknown');
