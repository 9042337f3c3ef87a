"""What our writer sends for one transaction on its own, as a script of pgbench.

The statements are recorded while a writer writes one transaction, a group of one, and sent by
pgbench with the same values, but for the t, the id of the new entity and its urn, which come out of
the clock as they do for the writer. What differs: BEGIN goes alone, as a prepared statement must,
and what a hash or a salt is stays the same. No time of a transactor's is in it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from store.database import Database
from store.ids import T, transaction_entity
from store.lending import Lending
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer

_MARK = 123_454_321
"""Stands in the recorded urn, so that it is found again."""


def said(number: int | str) -> Transaction:
    """Return a transaction of five facts: a new dataset's urn, type, lifecycle, name and layer."""
    values = {"name": "a table", "layer": "RAW"}
    return Transaction(upserts=(Upsert("Dataset", f"hw://dataset/graph/w{number}", values),))


FACTS = 5
_BEFORE = 500


async def recorded(url: str) -> str:
    """Return the script of pgbench for what a writer of this database sends."""
    sent: list[tuple[str, Sequence[Any]]] = []

    def keep(query: Any) -> None:
        sent.append((query.query, query.args or ()))

    async def listen(connection: Any) -> None:
        connection.add_query_logger(keep)

    async with asyncpg.create_pool(url, min_size=1, max_size=1, init=listen, reset=_kept) as pool:
        writer = Writer(Database(Lending(pool), 60.0))
        # A server has read the catalogue; and this t is no other number that is sent.
        await writer.transact_many([said(f"first{number}") for number in range(_BEFORE)])
        sent.clear()
        report = await writer.transact(said(_MARK))
    created = report.datoms[-1].e
    return "\n".join(_script(sent, report.t or T(0), created))


async def _kept(_: object) -> None:
    """Leave a session as it is."""


_CLOCK = re.compile(r"\s*SELECT t, schema_t\b")


def _script(sent: Sequence[tuple[str, Sequence[Any]]], t: int, created: int) -> Iterator[str]:
    for text, values in sent:
        if _CLOCK.match(text):
            yield f"{text.strip()} \\gset now_"
            yield "\\set t :now_t + 1"
            yield "\\set e :now_next_entity"
        elif values:
            yield _with_values(text, [_expression(value, t, created) for value in values]) + ";"
        else:
            yield from (f"{statement.strip()};" for statement in text.split(";"))


def _with_values(text: str, expressions: Sequence[str]) -> str:
    return re.sub(r"\$(\d+)", lambda found: expressions[int(found[1]) - 1], text).strip()


def _expression(value: Any, t: int, created: int) -> str:  # noqa: PLR0911  # One for each type.
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int():
            known = {
                t: ":t::bigint",
                transaction_entity(T(t)): f"({transaction_entity(T(0))} + :t::bigint)",
                created: ":e::bigint",
                created + 1: "(:e::bigint + 1)",
            }
            return known.get(value, str(value))
        case str():
            pieces = [_quoted(piece) for piece in value.split(str(_MARK))]
            return f"({' || :e::bigint || '.join(pieces)})"
        case bytes():
            return f"'\\x{value.hex()}'::bytea"
        case datetime():
            return f"'{value.isoformat()}'::timestamptz"
        case list() | tuple():
            return f"ARRAY[{', '.join(_expression(each, t, created) for each in value)}]"
        case _:
            raise TypeError(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
