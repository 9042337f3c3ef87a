"""Fact tables: those of the migration have the form that all others have."""

import pytest

from store.catalogue import Attribute, ValueType
from store.database import Database
from store.ids import AttributeId
from store.migrate import migrations
from store.sql import Sql
from store.tables import (
    BUILT_IN,
    create_fact_table,
    create_uniqueness,
    drop_fact_table,
    drop_uniqueness,
)

_COLUMNS = """
SELECT column_name, data_type, collation_name, is_nullable, column_default
FROM information_schema.columns
WHERE table_name = $1
ORDER BY ordinal_position
"""
_INDEXES = "SELECT replace(indexdef, $1, 'fact') FROM pg_indexes WHERE tablename = $1 ORDER BY 1"


async def _run(database: Database, *statements: Sql) -> None:
    for statement in statements:
        text, arguments = statement.render()
        await database.rows(text, arguments)


@pytest.mark.parametrize("attribute", BUILT_IN, ids=lambda attribute: attribute.name)
async def test_the_migration_spells_out_the_form_that_fact_tables_have(
    database_url: str, attribute: Attribute
) -> None:
    async with Database.open(database_url) as database:
        await _run(database, *create_fact_table(attribute, "fact_again"))
        for question in (_COLUMNS, _INDEXES):
            spelt_out = await database.rows(question, [f"fact_{attribute.id}"])
            assert await database.rows(question, ["fact_again"]) == spelt_out


async def test_the_migration_gives_older_tables_of_every_type_the_indexes_of_new_ones(
    database_url: str,
) -> None:
    [periods] = [each for each in migrations() if each.name == "periods"]
    attributes = [
        Attribute(AttributeId(number), "A", value_type.value, value_type)
        for number, value_type in enumerate(ValueType, 1_000)
    ]
    async with Database.open(database_url) as database:
        for attribute in attributes:
            await _run(database, *create_fact_table(attribute))
        new = await database.rows(_FACT_INDEXES)
        for name in {row[0] for row in new if row[1].endswith("_period")}:
            await database.rows(f"DROP INDEX {name}_period")
        await database.pool.execute(periods.path.read_text())
        assert await database.rows(_FACT_INDEXES) == new


_FACT_INDEXES = """
SELECT tablename, indexname, indexdef
FROM pg_indexes
WHERE tablename LIKE 'fact%'
ORDER BY indexname
"""


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("value_type", ValueType)
async def test_every_type_has_a_table_that_forbids_two_open_rows(
    database_url: str, value_type: ValueType, *, many: bool
) -> None:
    attribute = Attribute(AttributeId(1000), "A", "b", value_type, many=many)
    async with Database.open(database_url) as database:
        await _run(database, *create_fact_table(attribute))
        [definition] = await database.rows(
            "SELECT indexdef FROM pg_indexes WHERE indexname = 'fact_1000_now'"
        )
        assert "UNIQUE" in definition[0]
        assert ("(e)" not in definition[0]) == many
        assert len(await database.rows(_INDEXES, ["fact_1000"])) == 5


async def test_the_rule_of_one_value_can_be_changed_and_the_table_dropped(
    database_url: str,
) -> None:
    one = Attribute(AttributeId(1000), "A", "b", ValueType.STRING)
    many = Attribute(AttributeId(1000), "A", "b", ValueType.STRING, many=True)
    async with Database.open(database_url) as database:
        await _run(database, *create_fact_table(one))
        await _run(database, drop_uniqueness(one), create_uniqueness(many))
        await database.rows("INSERT INTO fact_1000 (e, v, t0) VALUES (1, 'x', 1), (1, 'y', 1)")
        await _run(database, drop_fact_table(many))
        assert await database.rows(_INDEXES, ["fact_1000"]) == []


async def test_long_texts_fit_into_every_index(database_url: str) -> None:
    attribute = Attribute(AttributeId(1000), "A", "b", ValueType.STRING, many=True)
    long = "".join(chr(0x10000 + number) for number in range(100_000))
    async with Database.open(database_url) as database:
        await _run(database, *create_fact_table(attribute))
        await database.rows("INSERT INTO fact_1000 (e, v, t0) VALUES (1, $1, 1)", [long])
        assert await database.row("SELECT v FROM fact_1000") == (long,)
