"""Mutations: a transaction is written, and its report read back as of it, by one statement."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import structlog
from graphql import ExecutionResult, GraphQLResolveInfo

from resolvers.answer import answer
from resolvers.draft import Request as Binding
from resolvers.errors import StaleCatalogue
from resolvers.selection import Given, Selected
from schema.execution import dry_run
from schema.execution.arguments import holds_nul
from schema.execution.documents import RequestErrors
from schema.execution.dry_run import Objects, Rehearsal
from schema.execution.queries import Reading, asked, compiled, priced, walk
from schema.execution.requests import Basis, Prepared, prepare
from schema.execution.selections import select
from schema.execution.served import LONGEST_KEPT, LiveSchema, size_of
from schema.execution.shaped import shaped
from schema.execution.statements import Statements, size, statements
from store.catalogue import Catalogue
from store.database_errors import DeadlineExceeded
from store.errors import CallerFault, OurFault
from store.ids import T, opaque
from store.writing.writer import Report, Writer

# What the report says itself, and of its transaction; the rest is read from the database.
_TOLD = frozenset({"__typename", "basis", "redundant", "replayed"})
_TOLD_OF_TRANSACTION = frozenset({"__typename", "t", "instant"})
# What the report is read with, beside the variables of the request: no name of one has a colon.
_TRANSACTION, _T, _STUBS, _FACTS = ":transaction", ":t", ":stubs", ":facts"
_MOST_RETRIES = 5
_MANY = 1_000
"""Statements that are read in a thread: to go there costs as much as some ten of them."""
_log = structlog.get_logger("headwater.graphql")


@dataclass(eq=False)
class ReportUnavailable(CallerFault):
    """A transaction was written, and its report could not be read; its t is a Long, thus a text."""

    code: ClassVar[str] = "REPORT_UNAVAILABLE"
    category: ClassVar[str] = "unavailable"
    t: str

    def __str__(self) -> str:
        return (
            f"the transaction was written, as t {self.t}, but its report could not be read:"
            f' do not send it again, ask for node(id: "T{self.t}")'
        )


@dataclass(slots=True)
class Mutation:
    """A mutation under way; `basis` is that of its last transaction."""

    reading: Reading
    writer: Writer
    live: LiveSchema
    prepared: Prepared
    now: datetime
    basis: Basis | None = None
    _catalogue: Catalogue = field(init=False)
    _reports: Mapping[str, tuple[Selected, ...]] = field(init=False)
    _signature: object = field(init=False)

    async def run(self) -> ExecutionResult:
        """Return what graphql-core makes of it: root fields one after the other.

        Raises RequestErrors, before anything is written.
        """
        # What is said means what it meant when it was validated, whatever the schema is by now.
        self._catalogue = self.prepared.served.catalogue
        self._prepare(self.prepared)
        return await walk(self.prepared, self, self._transact)

    def _prepare(self, prepared: Prepared) -> None:
        self.prepared = prepared
        used = prepared.document.reporting[id(prepared.operation)]
        self._signature = prepared.variables.signature_of(used)
        self._reports = _reports(prepared, self._signature)

    async def _transact(
        self, info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]
    ) -> object:
        said = await self._said(info.field_name, arguments)
        try:
            report = await self.writer.transact(
                said.transaction,
                if_basis=arguments.get("ifBasis"),
                dry_run=bool(arguments.get("dryRun")),
            )
        except CallerFault as fault:
            placed = said.placed(fault)
            if placed is None:
                raise
            raise placed from fault
        self.basis = Basis(report.basis, report.basis_instant)
        key = str(info.path.key)
        try:
            return await self._reported_anew(key, report)
        except (OurFault, DeadlineExceeded, RequestErrors) as fault:
            if report.t is None:
                raise
            _log.warning("report not read", t=report.t, fault=str(fault))
            raise ReportUnavailable(str(report.t)) from fault

    async def _said(self, name: str, arguments: Mapping[str, Any]) -> Statements:
        if size(arguments) < _MANY:
            return statements(self._catalogue, name, arguments)
        return await asyncio.to_thread(statements, self._catalogue, name, arguments)

    async def _reported_anew(self, key: str, report: Report) -> dict[str, object]:
        for _ in range(_MOST_RETRIES):
            try:
                return await self._reported(key, report)
            except StaleCatalogue as fault:
                # What was written stays written: only its report is read once more.
                served = await self.live.at_least(T(fault.found))
                self._prepare(prepare(served, self.prepared.request))
        return await self._reported(key, report)

    async def _reported(self, key: str, report: Report) -> dict[str, object]:
        of_report = self._reports[key]
        told = tuple(filter(_is_told, of_report))
        rest = tuple(each for each in of_report if not _is_told(each))
        # Where nothing is asked for that is told, `shaped` would leave all of it.
        known = shaped(told, _told(report)) if told else None
        values: Mapping[str, object] = known if isinstance(known, Mapping) else {}
        if not rest:
            return dict(values)
        if report.t is not None:
            return {**await self._read_back(key, rest, report, report.t), **values}
        return {**await self._rehearsed(key, rest, report), **values}

    async def _read_back(
        self, key: str, rest: tuple[Selected, ...], report: Report, t: T
    ) -> dict[str, object]:
        variables: Mapping[str, object] = {
            _TRANSACTION: f"T{t}",
            _T: t,
            _STUBS: [opaque(stub) for stub in report.stubs[: self.reading.limits.page.most]],
            _FACTS: self.reading.limits.page.most,
        }
        found = await self._read(("report", key), tuple(map(_read_back, rest)), variables)
        return {each.key: _unwrapped(each, found[each.key]) for each in rest}

    async def _rehearsed(
        self, key: str, rest: tuple[Selected, ...], report: Report
    ) -> dict[str, object]:
        rehearsal = Rehearsal(self.prepared.served.catalogue, report)
        known, reads = rehearsal.known, dry_run.reads(rest)
        read: dict[str, dict[str, Objects]] = {each.key: {} for each in rest}
        if known and reads:
            ids: Mapping[str, object] = {dry_run.ENTITIES: [opaque(entity) for entity in known]}
            found = await self._read(("dry run", key), reads, ids)
            for place, objects in found.items():
                fact, _, below = place.partition(".")
                listed = objects if isinstance(objects, list) else []
                read[fact][below] = dict(zip(known, listed, strict=True))
        return {
            each.key: None if each.name == "transaction" else rehearsal.value(each, read[each.key])
            for each in rest
        }

    async def _read(
        self, part: object, fields: tuple[Selected, ...], variables: Mapping[str, object]
    ) -> Mapping[str, object]:
        reading = self.reading
        made = compiled(self.prepared, reading.limits, lambda: fields, (part, self._signature))
        given = {**self.prepared.variables.values, **variables}
        priced(self.prepared, made.plan, Binding(given, self.now, reading.secret))
        found = await answer(reading.database, made.plan, given, self.now, reading.secret)
        return found.values


def _reports(prepared: Prepared, signature: object) -> Mapping[str, tuple[Selected, ...]]:
    """Return what is asked of the report of each root field, made once by document and signature.

    Raises RequestErrors.
    """
    text, kept = prepared.request.query, prepared.served.reports
    identity = (text, prepared.request.operation_name, signature)
    found = kept.get(identity)
    if found is None or _may_be_refused(prepared):
        selected = select(asked(prepared), prepared.operation)
        found = {each.key: each.of() for each in selected}
        if len(text) <= LONGEST_KEPT:
            kept.put(identity, found, size_of(text))
    return found


def _may_be_refused(prepared: Prepared) -> bool:
    """Tell whether a variable inside a literal may hold what selecting refuses."""
    values = prepared.variables.values
    return any(holds_nul(values.get(name)) for name in prepared.document.decisive)


def _is_told(asked_for: Selected) -> bool:
    """Tell whether the report itself says all that is asked for of a field of it."""
    if asked_for.name != "transaction":
        return asked_for.name in _TOLD
    return all(each.name in _TOLD_OF_TRANSACTION for each in asked_for.of())


def _told(report: Report) -> dict[str, object]:
    written = None if report.t is None else Basis(report.t, report.instant)
    return {
        "transaction": None if written is None else {"__typename": "Transaction", **written.body()},
        "basis": Basis(report.basis, report.basis_instant).body(),
        "redundant": report.redundant,
        "replayed": report.replayed,
    }


def _read_back(asked_for: Selected) -> Selected:
    """Return the root field of a query that gives a field of the report."""
    by_id = {"id": Given((_TRANSACTION,)), "asOf": Given((_T,))}
    match asked_for.name:
        case "stubs":
            by_ids = {"ids": Given((_STUBS,)), "asOf": Given((_T,))}
            return Selected(asked_for.key, "nodes", by_ids, asked_for.children)
        case "facts":
            nodes = Selected("nodes", "nodes", children=asked_for.children)
            first = {"first": Given((_FACTS,))}
            facts = Selected("facts", "facts", first, {"": (nodes,)})
            return Selected(asked_for.key, "node", by_id, {"Transaction": (facts,)})
        case _:
            below = {"Transaction": asked_for.of()}
            return Selected(asked_for.key, "node", by_id, below)


def _unwrapped(asked_for: Selected, value: Any) -> object:  # JSON.
    if asked_for.name == "facts" and isinstance(value, dict):
        facts = value["facts"]
        return facts["nodes"] if isinstance(facts, dict) else facts
    return value
