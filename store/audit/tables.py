"""New tables beside the derived ones: how they are made, indexed, and put in their place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from store.audit.ends import fill_ends
from store.catalogue import Attribute, HeldEnds
from store.sql import Sql, quoted, sql
from store.tables import create_fact_table, fact_table_name


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table that takes the place of `name`; `indexes` are the ends of its indexes' names.

    `create_indexes` comes when it is filled, and puts its rows in order as well.
    """

    name: str
    create: Sql
    create_indexes: tuple[Sql, ...]
    indexes: tuple[str, ...]

    @property
    def beside(self) -> str:
        """Return what it is called until it takes the place."""
        return beside(self.name)

    def discard(self) -> Sql:
        """Return the statement that removes what an earlier attempt has left."""
        return sql("DROP TABLE IF EXISTS {table}", table=quoted(self.beside))

    def swap(self) -> Iterator[Sql]:
        """Yield the statements that put it in its place, under the names there were."""
        yield sql("DROP TABLE IF EXISTS {table}", table=quoted(self.name))
        yield sql(
            "ALTER TABLE {new} RENAME TO {table}", new=quoted(self.beside), table=quoted(self.name)
        )
        for suffix in self.indexes:
            yield sql(
                "ALTER INDEX {new} RENAME TO {index}",
                new=quoted(f"{self.beside}_{suffix}"),
                index=quoted(f"{self.name}_{suffix}"),
            )
        yield sql(
            "ALTER TABLE {table} RENAME CONSTRAINT {new} TO {check}",
            table=quoted(self.name),
            new=quoted(f"{self.beside}_check"),
            check=quoted(f"{self.name}_check"),
        )


def beside(table: str) -> str:
    """Return the name of the new table beside a table."""
    return f"{table}_new"


def new_tables(attributes: Iterable[Attribute], held: HeldEnds) -> tuple[NewTable, ...]:
    """Return all derived tables with rows about entities; versions come after edges."""
    return (*map(_fact_table, attributes), _edge_table(), _version_table(held))


def _fact_table(attribute: Attribute) -> NewTable:
    name = fact_table_name(attribute.id)
    create, *indexes = create_fact_table(attribute, beside(name))
    in_order = _in_order_of_ends(beside(name))
    suffixes = ("entity", "value", "period", "now", "now_value")
    words = ("words",) if attribute.searched else ()
    return NewTable(name, create, (*in_order, *indexes), (*suffixes, *words))


def _in_order_of_ends(table: str) -> Iterator[Sql]:
    """Yield what puts the rows where a writer would have: each where its period ended.

    A rebuild goes from entity to entity, which leaves nothing for the index of periods to tell.
    """
    index = quoted(f"{table}_end")
    yield sql("CREATE INDEX {index} ON {table} (t1, t0)", index=index, table=quoted(table))
    yield sql("CLUSTER {table} USING {index}", index=index, table=quoted(table))
    yield sql("DROP INDEX {index}", index=index)


# As store/migrations/001_log.sql has them; a test holds both to the same form.
_EDGE = """
CREATE TABLE edge_new (
  type int NOT NULL,
  "from" bigint NOT NULL,
  "to" bigint NOT NULL,
  e bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  CHECK (t0 < t1)
)
"""
_VERSION = """
CREATE TABLE version_new (
  e bigint NOT NULL,
  t0 bigint NOT NULL,
  t1 bigint NOT NULL DEFAULT 9223372036854775807,
  type int NOT NULL,
  lifecycle text COLLATE "C",
  urn text COLLATE "C",
  values text[] COLLATE "C" NOT NULL,
  ends bigint[] NOT NULL,
  CHECK (t0 < t1)
)
"""


def _edge_table() -> NewTable:
    indexes = (
        sql('CREATE INDEX edge_new_from ON edge_new ("from", type, "to", e, t0, t1)'),
        sql('CREATE INDEX edge_new_to ON edge_new ("to", type, "from", e, t0, t1)'),
        sql(
            'CREATE INDEX edge_new_now_from ON edge_new ("from", type, "to", e)'
            " WHERE t1 = 9223372036854775807"
        ),
        sql(
            'CREATE INDEX edge_new_now_to ON edge_new ("to", type, "from", e)'
            " WHERE t1 = 9223372036854775807"
        ),
        sql(
            'CREATE UNIQUE INDEX edge_new_now ON edge_new (type, "from", "to", key)'
            " WHERE t1 = 9223372036854775807"
        ),
        sql("CREATE INDEX edge_new_entity ON edge_new (e, t0)"),
    )
    suffixes = ("from", "to", "now_from", "now_to", "now", "entity")
    return NewTable("edge", sql(_EDGE), indexes, suffixes)


def _version_table(held: HeldEnds) -> NewTable:
    indexes = (
        fill_ends(held),
        # As a load writes them: rows of one type lie on as few pages as can be.
        sql("CREATE INDEX version_new_order ON version_new (type, e, t0)"),
        sql("CLUSTER version_new USING version_new_order"),
        sql("DROP INDEX version_new_order"),
        sql("ALTER TABLE version_new ADD CONSTRAINT version_new_pkey PRIMARY KEY (e, t0)"),
        sql(
            "CREATE UNIQUE INDEX version_new_now ON version_new (e) WHERE t1 = 9223372036854775807"
        ),
    )
    return NewTable("version", sql(_VERSION), indexes, ("pkey", "now"))
