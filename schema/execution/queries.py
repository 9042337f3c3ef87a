"""One query operation whose answer graphql-core completes: one plan, read by one statement.

graphql-core walks the selection and asks for the root fields side by side; the loader hands them
on together. What the statement gives is JSON by response key, which the walk then reads.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aiodataloader import DataLoader
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLLeafType,
    GraphQLResolveInfo,
    execute,
)
from graphql.execution.executor import Executor as GraphQLExecutor

from adjacency.keeper import Keeper
from datalog.tree import Shape
from resolvers.answer import Answer, answer, bind
from resolvers.draft import Draft, Request
from resolvers.errors import StaleCatalogue
from resolvers.json_numbers import Power
from resolvers.limits import Limits
from resolvers.plan import Plan, plan
from resolvers.roots import root
from resolvers.selection import Selected
from resolvers.together import Together
from schema.execution.documents import exceeded
from schema.execution.requests import Basis, Cost, Prepared
from schema.execution.selections import Asked, root_nodes, select
from schema.execution.served import LONGEST_KEPT, Compiled, size_of
from store.catalogue import Catalogue
from store.database import Database
from store.errors import OurFault
from store.ids import T

_BESIDE = frozenset({"explain", "_service"})
_NOT_COMPILED = _BESIDE | {"__typename"}
_WALKED = "completed by graphql-core"

Resolver = Callable[[GraphQLResolveInfo[Any], dict[str, Any]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What every read needs: the database, the limits, and what cursors are signed with.

    `keeper` has the edges of lineage in memory, where the settings give it some. `together` reads
    what several requests may share.
    """

    database: Database
    limits: Limits
    secret: bytes
    keeper: Keeper | None = None
    together: Together = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "together", Together(self.database))


def asked(prepared: Prepared) -> Asked:
    """Return what the selection of a request is made from."""
    served, document = prepared.served, prepared.document
    return Asked(served.core, served.catalogue, document, prepared.variables, served.limits)


def compiled(
    prepared: Prepared,
    limits: Limits,
    fields: Callable[[], tuple[Selected, ...]],
    signature: object,
    shape: Callable[[Draft, Selected], Shape] = root,
) -> Compiled:
    """Return fields with their plan, made once by document, operation and signature."""
    found = prepared.served.plans.get(_identity(prepared, signature))
    if found is None:
        made = fields()
        found = Compiled(made, _plan(prepared, made, limits, shape))
        _keep(prepared, signature, found)
    return found


def _keep(prepared: Prepared, signature: object, made: Compiled) -> None:
    if len(prepared.request.query) <= LONGEST_KEPT:
        size = size_of(prepared.request.query, made.plan.statement.text)
        prepared.served.plans.put(_identity(prepared, signature), made, size)


def _identity(prepared: Prepared, signature: object) -> object:
    return prepared.request.query, prepared.request.operation_name, signature


def compiled_anew(
    prepared: Prepared, limits: Limits, compiled: Compiled, catalogue: Catalogue
) -> Compiled | None:
    """Return the fields with a plan for a newer catalogue, where that reads just the same.

    Then they need not wait for the newer schema; what is asked of the schema itself does.
    """
    if prepared.document.asks_schema:
        return None
    statistics, is_bare = prepared.served.statistics, compiled.reason is None
    new = plan(catalogue, compiled.fields, limits, statistics, is_bare=is_bare)
    old, statement = compiled.plan.statement, new.statement
    if (statement.text, statement.arguments) != (old.text, old.arguments):
        return None
    made = replace(compiled, plan=new)
    _keep(prepared, prepared.variables.signature, made)
    return made


def _plan(
    prepared: Prepared,
    fields: tuple[Selected, ...],
    limits: Limits,
    shape: Callable[[Draft, Selected], Shape] = root,
    *,
    is_bare: bool = False,
) -> Plan:
    served = prepared.served
    return plan(served.catalogue, fields, limits, served.statistics, shape, is_bare=is_bare)


def is_planned(prepared: Prepared) -> bool:
    """Tell whether there is a plan of a query already."""
    return _identity(prepared, prepared.variables.signature) in prepared.served.plans


def compiled_query(prepared: Prepared, limits: Limits) -> Compiled:
    """Return the root fields of a query that one statement answers. Raises RequestErrors."""
    signature = prepared.variables.signature
    found = prepared.served.plans.get(_identity(prepared, signature))
    if found is None:
        about = asked(prepared)
        selected = select(about, prepared.operation)
        reason = _reason(about, selected)
        fields = tuple(each for each in selected if each.name not in _NOT_COMPILED)
        made = _plan(prepared, fields, limits, is_bare=reason is None)
        keys = tuple(root_nodes(about, prepared.operation))
        found = Compiled(fields, made, keys, reason)
        _keep(prepared, signature, found)
    return found


def walked_query(prepared: Prepared, limits: Limits) -> Compiled:
    """Return the same where graphql-core has to complete the answer, whatever the reason."""
    made = compiled_query(prepared, limits)
    if made.reason is not None:
        return made
    signature = (_WALKED, prepared.variables.signature)
    found = compiled(prepared, limits, lambda: made.fields, signature)
    return replace(found, keys=made.keys, reason=_WALKED)


def _reason(about: Asked, selected: tuple[Selected, ...]) -> str | None:
    """Return why graphql-core has to complete an answer."""
    beside = [each.name for each in selected if each.name in _BESIDE]
    if beside:
        return f"{beside[0]} is answered beside the statement"
    if about.unfit:
        return f"an argument does not fit: {about.unfit[0].message}"
    return None


def priced(prepared: Prepared, plan: Plan, request: Request) -> Cost:
    """Return what a plan costs. Raises RequestErrors where that is too much."""
    return checked_cost(prepared, bind(plan, request).rows)


def checked_cost(prepared: Prepared, rows: int) -> Cost:
    """Return a cost. Raises RequestErrors where that is too much."""
    most = prepared.served.limits.cost
    if rows > most:
        sentence = (
            f"the query would read about {rows} rows: ask for smaller pages, fewer levels,"
            " or in parts"
        )
        raise exceeded("cost", rows, most, sentence)
    return Cost(rows, most)


@dataclass(slots=True)
class Query:
    """A query being answered; `basis` is known once its statement was sent.

    `others` resolves root fields that have no place in the statement. `stale` is the t of the
    schema that the database has by now, where that is another than ours. `is_pinned` as of an
    Answer, once it is there.
    """

    reading: Reading
    prepared: Prepared
    compiled: Compiled
    now: datetime
    others: Resolver
    basis: Basis | None = None
    stale: T | None = None
    is_pinned: bool = True
    _sent: bool = False
    _cancelled: bool = False
    _reading: "asyncio.Task[object] | None" = None
    _loader: DataLoader[str, object] = field(init=False)

    async def run(self) -> ExecutionResult:
        """Return what graphql-core makes of the answer; every fault is an error of its field.

        Cancelling it cancels the statement.
        """
        self._loader = DataLoader(self._load)
        try:
            result = await walk(self.prepared, self, self._root)
        except asyncio.CancelledError:
            self._cancel_reading()
            raise
        if not self._sent:
            # Introspection, too, says at which point in time it is true; it is true without, too.
            with suppress(OurFault):
                await self._load([])
        return result

    def cost(self) -> Cost:
        """Return what the query costs. Raises RequestErrors where that is too much."""
        values = self.prepared.variables.values
        request = Request(values, self.now, self.reading.secret)
        return priced(self.prepared, self.compiled.plan, request)

    def _root(self, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Awaitable[object]:
        if info.field_name in _NOT_COMPILED:
            self.is_pinned = False
            return self.others(info, arguments)
        return self._loader.load(str(info.path.key))

    def _cancel_reading(self) -> None:
        """Cancel the task in which the loader reads: it is nobody's child."""
        self._cancelled = True
        if self._reading is not None:
            self._reading.cancel()

    async def _load(self, keys: list[str]) -> list[object]:
        if self._cancelled:
            raise asyncio.CancelledError
        self._reading = asyncio.current_task()
        found = await self._answer(self._plan(frozenset(keys)))
        self.basis = Basis(found.read.t, found.read.instant)
        self.is_pinned = self.is_pinned and found.read.is_pinned
        return [found.values[key] for key in keys]

    def _plan(self, keys: frozenset[str]) -> Plan:
        wanted = tuple(each for each in self.compiled.fields if each.key in keys)
        if len(wanted) == len(self.compiled.fields):
            return self.compiled.plan
        # Arguments of the other fields did not fit, so they have failed already.
        return _plan(self.prepared, wanted, self.reading.limits)

    async def _answer(self, made: Plan) -> Answer:
        reading, given = self.reading, self.prepared.variables.values
        self._sent = True
        try:
            return await answer(
                reading.together, made, given, self.now, reading.secret, reading.keeper
            )
        except StaleCatalogue as fault:
            self.stale = T(fault.found)
            raise


async def walk(
    prepared: Prepared,
    root: object,
    resolve_root: Resolver,
    document: DocumentNode | None = None,
) -> ExecutionResult:
    """Execute an operation, or another document of it; below the root, values are JSON by key."""

    def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> object:  # JSON.
        if source is root:
            return resolve_root(info, arguments)
        return source[info.path.key]

    result = execute(
        prepared.served.core,
        document or prepared.document.facts,
        root,
        variable_values=dict(prepared.request.variables),
        operation_name=prepared.request.operation_name,
        field_resolver=resolve,
        type_resolver=_type_name,
        executor_class=_Walk,
    )
    return result if isinstance(result, ExecutionResult) else await result


class _Walk(GraphQLExecutor[Any]):
    """graphql-core's executor, but that a number keeps the text that PostgreSQL gave it."""

    @staticmethod
    def complete_leaf_value(return_type: GraphQLLeafType, result: Any) -> Any:  # JSON.
        """Return a leaf as graphql-core does, which makes another number of each Float."""
        if isinstance(result, Power):
            return result
        return GraphQLExecutor.complete_leaf_value(return_type, result)


def _type_name(value: Any, *_: object) -> str:  # JSON.
    name: str = value["__typename"]
    return name
