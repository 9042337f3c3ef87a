"""The database of the graph of ten million edges: a log as a writer makes it, and what derives.

Through the writer, 44 million datoms would take hours. What it does to a log is little here: it
gives ids, sorts datoms, salts and hashes them. That is done in arrays and sent by COPY, and so are
the derived tables, into those that a rebuild makes and swaps. `headwater verify` holds the result
to the log, and the log to its hashes; a test does so for a small one.
"""

import asyncio
import io
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.databases import TEN_MILLION_EDGES, server
from benchmarks.lineage.graph import Numbers, Size, Step, steps
from schema.sdl import catalog as sdl
from store.audit.tables import NewTable, new_tables
from store.catalogue import Catalogue
from store.database import Connection, Database
from store.embedded.server import create_database
from store.ids import FIRST_ENTITY, FOREVER, T
from store.log import about, datom_hash, transaction_hash
from store.migrate import migrate
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.tables import BUILT_IN
from store.transaction import Transaction

CATALOG = """
type Dataset @entity {
  name: String
  upstream: [Dataset!] @rel(edge: "DerivedFrom")
}

type DerivedFrom @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO)
"""
_PATIENCE = 3_600.0
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
_BETWEEN = timedelta(hours=12)
_SALT = 16
_URN = '"hw://dataset/wide/d{:08}"'
_LIFECYCLE = b'"ENRICHED"'
_URN_ID, _TYPE_ID, _LIFECYCLE_ID, _EDGE_TYPE_ID, _EDGE_FROM_ID, _EDGE_TO_ID = range(1, 7)

Rows = NDArray[Any]  # Of a structured type: its fields are the columns.


def dataset(number: int) -> str:
    """Return the urn of a dataset; they are numbered in the order in which they come."""
    return _URN.format(number).strip('"')


@dataclass(slots=True)
class _Grown:
    """What has been numbered so far: the ids of datasets, and the rows of edges."""

    size: Size
    next_entity: int = FIRST_ENTITY
    made: int = 0
    datasets: Numbers = field(init=False)
    edges: Numbers = field(init=False)
    """A row each of from, to, e, t0, t1."""

    def __post_init__(self) -> None:
        self.datasets = np.zeros(self.size.steps * self.size.datasets, dtype=np.int64)
        self.edges = np.zeros((5, 1 << 16), dtype=np.int64)

    def ids(self, wanted: int) -> Numbers:
        """Return so many new ids."""
        self.next_entity += wanted
        return np.arange(self.next_entity - wanted, self.next_entity)

    def begin(self, step: Step, t: int) -> tuple[Numbers, Numbers]:
        """Number what a step begins; return the ids of its datasets, and the rows of its edges."""
        new = self.ids(self.size.datasets)
        self.datasets[step.first : step.first + len(new)] = new
        while self.made + len(step.near) > self.edges.shape[1]:
            self.edges = np.concatenate((self.edges, np.zeros_like(self.edges)), axis=1)
        rows = self.edges[:, self.made : self.made + len(step.near)]
        rows[0], rows[1] = self.datasets[step.near], self.datasets[step.far]
        rows[2], rows[3], rows[4] = self.ids(len(step.near)), t, FOREVER
        self.made += len(step.near)
        return new, rows


async def build(database: Database, size: Size) -> int:
    """Fill a migrated, empty database; return how many datoms there are then."""
    if (await database.clock()).t == 0:
        await schema_writer.apply(database, sdl.parse(CATALOG))
    catalogue = await read_catalogue(database)
    async with database.connection() as connection:
        for text in _WITHOUT_INDEXES:
            await connection.execute(text, timeout=_PATIENCE)
        grown = _Grown(size)
        datoms = await _write_log(connection, database, catalogue, grown)
        for text in _INDEXES:
            print(text, flush=True)
            await connection.execute(text, timeout=_PATIENCE)
        await _derive(connection, catalogue, grown)
    return datoms


_WITHOUT_INDEXES = (
    "SET maintenance_work_mem = '1GB'",
    "SET synchronous_commit = off",
    "ALTER TABLE log DROP CONSTRAINT log_pkey",
    "DROP INDEX log_entity, log_attribute",
)
_INDEXES = (
    "ALTER TABLE log ADD CONSTRAINT log_pkey PRIMARY KEY (t, n)",
    "CREATE INDEX log_entity ON log (e, t, n)",
    "CREATE INDEX log_attribute ON log (a, t)",
)


async def _write_log(
    connection: Connection, database: Database, catalogue: Catalogue, grown: _Grown
) -> int:
    clock = await database.clock()
    previous, written = clock.hash, 0
    types = catalogue.entity_type("Dataset").id, catalogue.edge_type("DerivedFrom").id
    recorded_at = datetime.now(UTC)
    for number, step in enumerate(steps(grown.size)):
        t = T(clock.t + 1 + number)
        instant = _BEGINNING + number * _BETWEEN
        said = Transaction(source="benchmark", reason=f"step {number}")
        logged = _Logged(t)
        logged.tell(about(t, instant, recorded_at, said))
        _tell(logged, grown, step, *types)
        await logged.send(connection)
        previous = transaction_hash(previous, t, logged.hashes)
        await connection.execute(_TX, t, instant, recorded_at, "benchmark", said.reason, previous)
        written += len(logged.hashes)
        if number % 100 == 0:
            print(f"\r{written:,} datoms", end="", flush=True)
    await connection.execute(_CLOCK, t, instant, previous, grown.next_entity)
    return written


_TX = """
INSERT INTO tx (t, instant, recorded_at, source, reason, hash) VALUES ($1, $2, $3, $4, $5, $6)
"""
_CLOCK = "UPDATE clock SET t = $1, instant = $2, hash = $3, next_entity = $4"


def _tell(logged: "_Logged", grown: _Grown, step: Step, entity_type: int, edge_type: int) -> None:
    """Tell the datoms of a step in their order: ids ascend, and what ends is the oldest."""
    ended = grown.edges[:, step.ended]
    grown.edges[4, step.ended] = logged.t
    logged.tell_edges(ended, edge_type, op=False)
    datasets, begun = grown.begin(step, logged.t)
    urns = [_URN.format(step.first + at).encode() for at in range(len(datasets))]
    logged.tell_datasets(datasets, urns, entity_type)
    logged.tell_edges(begun, edge_type, op=True)


def _binary(text: int | None, *, reference: bool) -> np.dtype[Any]:
    """Return a row of the log as COPY reads it: each field behind its length, -1 where null."""
    lengths = {"t": ">i8", "n": ">i4", "e": ">i8", "a": ">i4", "op": "?"}
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in lengths.items():
        parts += [(f"{name}#", ">i4"), (name, kind)]
    parts += [("r#", ">i4"), *([("r", ">i8")] if reference else [])]
    parts += [("v#", ">i4"), *([("v", f"S{text}")] if text else [])]
    parts += [("salt#", ">i4"), ("salt", f"V{_SALT}")]
    return np.dtype(parts)


def _empty(dtype: np.dtype[Any], rows: int) -> Rows:
    """Return rows with all lengths set."""
    made = np.zeros(rows, dtype=dtype)
    made["fields"] = 8
    for name in dtype.names or ():
        if name.endswith("#"):
            held = name[:-1]
            made[name] = dtype[held].itemsize if held in (dtype.names or ()) else -1
    return made


_COLUMNS = ("t", "n", "e", "a", "op", "r", "v", "salt")
_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_REFERENCE = _binary(None, reference=True)
_HASHED = np.dtype(
    [("salt", f"V{_SALT}"), ("e", ">i8"), ("a", ">i4"), ("op", "?"), ("r_", "S1"), ("r", ">i8")]
)


@dataclass(slots=True)
class _Logged:
    """The datoms of one transaction on their way: pieces for COPY, and their hashes in order."""

    t: T
    pieces: list[Rows] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)

    def tell(self, datoms: Sequence[Any]) -> None:
        """Add datoms about the transaction itself."""
        for datom in datoms:
            salt = os.urandom(_SALT)
            text = datom.value.encode()
            row = self._rows(_binary(len(text), reference=False), 1, len(self.hashes))
            row["e"], row["a"], row["op"], row["v"] = datom.e, datom.a, True, text
            row["salt"] = np.frombuffer(salt, dtype=f"V{_SALT}")
            self.pieces.append(row)
            self.hashes.append(datom_hash(datom, salt))

    def _rows(self, dtype: np.dtype[Any], rows: int, first: int) -> Rows:
        made = _empty(dtype, rows)
        made["t"], made["n"] = self.t, np.arange(first, first + rows)
        made["salt"] = np.frombuffer(os.urandom(_SALT * rows), dtype=f"V{_SALT}")
        return made

    def tell_edges(self, edges: Numbers, edge_type: int, *, op: bool) -> None:
        """Add what begins or ends edges: type, from and to of each."""
        source, target, e, _, _ = edges
        rows = self._rows(_REFERENCE, 3 * len(e), len(self.hashes))
        rows["e"], rows["op"] = np.repeat(e, 3), op
        rows["a"] = np.tile((_EDGE_TYPE_ID, _EDGE_FROM_ID, _EDGE_TO_ID), len(e))
        rows["r"] = np.stack((np.full_like(e, edge_type), source, target), axis=1).reshape(-1)
        self.pieces.append(rows)
        self.hashes += _reference_hashes(rows)

    def tell_datasets(self, ids: Numbers, urns: Sequence[bytes], entity_type: int) -> None:
        """Add new datasets: urn, type and lifecycle of each."""
        first = len(self.hashes)
        told = {
            _URN_ID: self._rows(_binary(len(urns[0]), reference=False), len(ids), first),
            _TYPE_ID: self._rows(_REFERENCE, len(ids), first),
            _LIFECYCLE_ID: self._rows(_binary(len(_LIFECYCLE), reference=False), len(ids), first),
        }
        for place, (a, rows) in enumerate(told.items()):
            rows["e"], rows["a"], rows["op"] = ids, a, True
            rows["n"] = first + place + 3 * np.arange(len(ids))
        told[_URN_ID]["v"] = urns
        told[_TYPE_ID]["r"] = entity_type
        told[_LIFECYCLE_ID]["v"] = _LIFECYCLE
        by_urn, by_type, by_lifecycle = (
            _text_hashes(told[_URN_ID]),
            _reference_hashes(told[_TYPE_ID]),
            _text_hashes(told[_LIFECYCLE_ID]),
        )
        for each in zip(by_urn, by_type, by_lifecycle, strict=True):
            self.hashes += each
        self.pieces += told.values()

    async def send(self, connection: Connection) -> None:
        """Send the rows into the log."""
        rows = [piece.tobytes() for piece in self.pieces]
        await _copy(connection, "log", _COLUMNS, rows)


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[bytes]
) -> None:
    await connection.copy_to_table(
        table,
        source=io.BytesIO(b"".join((_BEGIN, *rows, _END))),
        columns=columns,
        format="binary",
        timeout=_PATIENCE,
    )


def _reference_hashes(rows: Rows) -> list[bytes]:
    hashed = np.zeros(len(rows), dtype=_HASHED)
    for name in ("salt", "e", "a", "op", "r"):
        hashed[name] = rows[name]
    hashed["r_"] = b"r"
    return _each(hashed)


def _text_hashes(rows: Rows) -> list[bytes]:
    text = rows.dtype["v"]
    hashed = np.zeros(
        len(rows),
        dtype=[
            ("salt", f"V{_SALT}"),
            ("e", ">i8"),
            ("a", ">i4"),
            ("op", "?"),
            ("v_", "S1"),
            ("v", text),
        ],
    )
    for name in ("salt", "e", "a", "op", "v"):
        hashed[name] = rows[name]
    hashed["v_"] = b"v"
    return _each(hashed)


def _each(hashed: Rows) -> list[bytes]:
    told, size = hashed.tobytes(), hashed.dtype.itemsize
    return [sha256(told[at : at + size]).digest() for at in range(0, len(told), size)]


async def _derive(connection: Connection, catalogue: Catalogue, grown: _Grown) -> None:
    """Fill new derived tables, and put them in place of the empty ones."""
    attributes = (*BUILT_IN, *(each for each in catalogue.entity_type("Dataset").attributes))
    tables = new_tables(attributes, catalogue.held_ends)
    for table in tables:
        await _send(connection, table.discard())
        await _send(connection, table.create)
    await _fill(connection, catalogue, grown)
    await _index_and_swap(connection, tables)


async def _index_and_swap(connection: Connection, tables: Iterable[NewTable]) -> None:
    indexes = [index for table in tables for index in table.create_indexes]
    for statement in (*indexes, *(each for table in tables for each in table.swap())):
        print(statement.render()[0], flush=True)
        await _send(connection, statement)


async def _send(connection: Connection, statement: Any) -> None:
    text, arguments = statement.render()
    await connection.execute(text, *arguments, timeout=_PATIENCE)


async def _fill(connection: Connection, catalogue: Catalogue, grown: _Grown) -> None:
    edge_type = catalogue.edge_type("DerivedFrom").id
    for at in range(0, grown.made, _PIECE):
        source, target, e, t0, t1 = grown.edges[:, at : min(at + _PIECE, grown.made)]
        told = {"from": source, "to": target, "e": e, "key": None, "t0": t0, "t1": t1}
        rows = _columns({"type": (np.int32, edge_type), **_longs(told)}, len(e))
        await _copy(connection, "edge_new", ("type", *told), [rows])
    for text in _FROM_LOG:
        print(text, flush=True)
        await connection.execute(text, timeout=_PATIENCE)


_PIECE = 100_000


def _longs(told: Any) -> Any:
    return {name: (np.int64, value) for name, value in told.items()}


def _columns(told: Any, rows: int) -> bytes:
    """Return rows as COPY reads them; an empty text where there is no value."""
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, (kind, value) in told.items():
        parts.append((f"{name}#", ">i4"))
        if value is not None:
            parts.append((name, ">i4" if kind is np.int32 else ">i8"))
    made = np.zeros(rows, dtype=parts)
    made["fields"] = len(told)
    for name, (kind, value) in told.items():
        if value is not None:
            made[f"{name}#"] = np.dtype(kind).itemsize
            made[name] = value
    return made.tobytes()


# Datasets have one urn, one type and one lifecycle for ever, so these are read off the log.
_FROM_LOG = (
    "INSERT INTO fact_1_new (e, v, t0) SELECT e, v::json #>> '{}', t FROM log WHERE a = 1",
    "INSERT INTO fact_2_new (e, v, t0) SELECT e, r, t FROM log WHERE a = 2",
    "INSERT INTO fact_3_new (e, v, t0) SELECT e, v::json #>> '{}', t FROM log WHERE a = 3",
    (
        "INSERT INTO version_new (e, t0, t1, type, lifecycle, urn, values, ends)"
        " SELECT u.e, u.t, 9223372036854775807, y.r, 'ENRICHED', u.v, '{}', '{}'"
        " FROM log u JOIN log y ON y.e = u.e AND y.a = 2 WHERE u.a = 1"
    ),
)


async def _main(size: Size) -> None:
    with server() as running:
        url = create_database(running, TEN_MILLION_EDGES)
        await migrate(url)
        async with Database.open(url, pool_size=2, statement_timeout=_PATIENCE) as database:
            if (await database.clock()).t > 1:
                print(f"{TEN_MILLION_EDGES}: there already")
                return
            begun = perf_counter()
            datoms = await build(database, size)
            await database.rows("VACUUM (ANALYZE)")
            print(f"\n{TEN_MILLION_EDGES}: {datoms:,} datoms in {perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    asyncio.run(_main(Size(steps=int(sys.argv[1]) if len(sys.argv) > 1 else Size().steps)))
