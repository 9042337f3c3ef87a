"""A transaction that was written is never told to have failed, whatever becomes of its report."""

from typing import Any

import asyncpg

from store.database import Database
from tests.durability.history import dataset
from tests.durability.judging import sound
from tests.service.conftest import serving

WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it) { transaction { t } facts { attribute value } basis { t } }
}"""
SAID = {"it": {"upsert": [{"type": "Dataset", "urn": dataset(1), "name": "a"}]}}
# What a report names attributes by, and no writer reads.
BUSY = "LOCK TABLE schema_name IN ACCESS EXCLUSIVE MODE"


async def test_a_report_that_cannot_be_read_says_that_the_transaction_was_written(
    catalog_url: str,
) -> None:
    connection = await asyncpg.connect(catalog_url)
    async with serving(catalog_url, statement_timeout=0.5) as asking:
        async with connection.transaction():
            await connection.execute(BUSY)
            answer: Any = await asking.post(WRITE, variables=SAID)
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "REPORT_UNAVAILABLE"
        assert error["extensions"]["t"] == "2"
        assert error["message"] == (
            "the transaction was written, as t 2, but its report could not be read:"
            ' do not send it again, ask for node(id: "T2")'
        )
        assert answer["extensions"]["basis"]["t"] == "2"
        found = await asking.data('{ node(id: "T2") { ... on Transaction { t } } }')
        assert found == {"node": {"t": "2"}}
    await connection.close()
    async with Database.open(catalog_url) as database:
        assert await sound(database) == 2
