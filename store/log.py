"""The log: datoms, their hashes, the chain of hashes, and the rows that are added to it."""

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import count, repeat
from typing import NamedTuple

from store.database import Connection
from store.ids import AttributeId, EntityId, T, transaction_entity
from store.transaction import Transaction
from store.values import instant_text, quoted
from store.writing.rows import Column, add

URN = AttributeId(1)
TYPE = AttributeId(2)
LIFECYCLE = AttributeId(3)
EDGE_TYPE = AttributeId(4)
EDGE_FROM = AttributeId(5)
EDGE_TO = AttributeId(6)
EDGE_KEY = AttributeId(7)
TX_INSTANT = AttributeId(10)
TX_RECORDED_AT = AttributeId(11)
TX_SOURCE = AttributeId(12)
TX_ACTOR = AttributeId(13)
TX_REASON = AttributeId(14)
TX_IDEMPOTENCY_KEY = AttributeId(15)
TX_LINE = AttributeId(16)
TX_DIGEST = AttributeId(17)

ASSERT, RETRACT = True, False

NO_HASH = bytes(32)
"""What stands for the hash before the first transaction."""


class Datom(NamedTuple):
    """A fact that is asserted or retracted: a value is an entity's id, or a canonical text.

    A NamedTuple, because a load makes hundreds of thousands of them and sorts them.
    """

    e: EntityId
    a: AttributeId
    op: bool
    value: int | str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transaction as the log has it; `datoms` are all of its facts, those about itself first."""

    t: T
    instant: datetime
    recorded_at: datetime
    said: Transaction
    datoms: tuple[Datom, ...]


def about(t: T, instant: datetime, recorded_at: datetime, said: Transaction) -> list[Datom]:
    """Return the facts of a transaction about itself."""
    texts = (
        (TX_INSTANT, instant_text(instant)),
        (TX_RECORDED_AT, instant_text(recorded_at)),
        (TX_SOURCE, said.source),
        (TX_ACTOR, said.actor),
        (TX_REASON, said.reason),
        (TX_IDEMPOTENCY_KEY, said.idempotency_key),
        (TX_LINE, None if said.line is None else str(said.line)),
        (TX_DIGEST, None if said.digest is None else said.digest.hex()),
    )
    entity = transaction_entity(t)
    return [Datom(entity, a, op=True, value=quoted(text)) for a, text in texts if text]


@dataclass(slots=True)
class Chain:
    """Transactions on their way into the log; `hash` is that of the last one."""

    hash: bytes
    log: list[tuple[object, ...]] = field(default_factory=list)
    transactions: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, recorded: Recorded) -> None:
        """Add a transaction after the others."""
        t, datoms = recorded.t, recorded.datoms
        salts = _salts(len(datoms))
        self.log += map(_row, repeat(t), count(), datoms, salts)
        self.hash = transaction_hash(self.hash, t, map(datom_hash, datoms, salts))
        self.transactions.append(_transaction_row(recorded, self.hash))

    async def write(self, connection: Connection) -> None:
        """Write them."""
        await add(connection, "log", _LOG, self.log)
        await add(connection, "tx", _TX, self.transactions)


def datom_hash(datom: Datom, salt: bytes) -> bytes:
    """Return the hash that stands for a datom, even when the datom itself has been excised."""
    e, a, op, value = datom
    if isinstance(value, int):
        return sha256(salt + _REFERENCE.pack(e, a, op, b"r", value)).digest()
    return sha256(salt + _VALUE.pack(e, a, op, b"v") + value.encode()).digest()


def transaction_hash(previous: bytes, t: T, hashes: Iterable[bytes]) -> bytes:
    """Return the hash of a transaction: over the one before it, its t, and its datoms in order."""
    return sha256(b"".join((previous, _T.pack(t), *hashes))).digest()


_T = struct.Struct(">q")
_REFERENCE = struct.Struct(">qi?cq")
_VALUE = struct.Struct(">qi?c")
_SALT = 16


def _salts(wanted: int) -> list[bytes]:
    drawn = os.urandom(_SALT * wanted)
    return [drawn[start : start + _SALT] for start in range(0, len(drawn), _SALT)]


_LOG = (
    Column("t", "bigint"),
    Column("n", "int"),
    Column("e", "bigint"),
    Column("a", "int"),
    Column("op", "boolean"),
    Column("r", "bigint"),
    Column("v", "text"),
    Column("salt", "bytea"),
)
_TX = (
    Column("t", "bigint"),
    Column("instant", "timestamptz"),
    Column("recorded_at", "timestamptz"),
    Column("source", "text"),
    Column("actor", "text"),
    Column("reason", "text"),
    Column("idempotency_key", "text"),
    Column("line", "bigint"),
    Column("digest", "bytea"),
    Column("hash", "bytea"),
)


def _row(t: T, n: int, datom: Datom, salt: bytes) -> tuple[object, ...]:
    e, a, op, value = datom
    if isinstance(value, int):
        return (t, n, e, a, op, value, None, salt)
    return (t, n, e, a, op, None, value, salt)


def _transaction_row(recorded: Recorded, hashed: bytes) -> tuple[object, ...]:
    said = recorded.said
    return (
        recorded.t,
        recorded.instant,
        recorded.recorded_at,
        said.source or None,
        said.actor or None,
        said.reason or None,
        said.idempotency_key or None,
        said.line,
        said.digest or None,
        hashed,
    )
