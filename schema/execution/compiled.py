"""One query operation whose answer is the JSON that its statement makes, without graphql-core.

The plan is bare: the columns of most root fields are their JSON in the response as they are. Where
something is at fault, graphql-core completes the fields concerned, and only these, from what was
read already: it tells the errors, and where null goes.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    SelectionSetNode,
)

from resolvers import json_numbers
from resolvers.answer import Bound, Read, Written, bind, knows_its_types, read, written
from resolvers.draft import Request
from resolvers.errors import StaleCatalogue
from resolvers.plan import Plan
from resolvers.roads import by_the_best
from schema.execution.introspection import told
from schema.execution.queries import Reading, asked, checked_cost, walk
from schema.execution.requests import Basis, Cost, Prepared
from schema.execution.selections import root_nodes
from schema.execution.served import Compiled
from store.errors import OurFault
from store.ids import T

_TYPENAME = b'"Query"'


class Told(NamedTuple):
    """The data of an answer as JSON text, in pieces, and what went wrong."""

    data: tuple[bytes, ...]
    errors: tuple[GraphQLError, ...] = ()


@dataclass(slots=True)
class CompiledQuery:
    """A query being answered; as a `Query`, but for graphql-core."""

    reading: Reading
    prepared: Prepared
    compiled: Compiled
    now: datetime
    basis: Basis | None = None
    stale: T | None = None
    is_pinned: bool = True
    _request: Request = field(init=False)
    _bound: Bound = field(init=False)

    def __post_init__(self) -> None:
        values = self.prepared.variables.values
        self._request = Request(values, self.now, self.reading.secret, as_text=True)
        self._bound = bind(self.compiled.plan, self._request)

    @property
    def can_be_told(self) -> bool:
        """Tell whether what is at fault already can be told without another plan."""
        return knows_its_types(self.compiled.plan, self._bound)

    def cost(self) -> Cost:
        """Return what the query costs. Raises RequestErrors where that is too much."""
        return checked_cost(self.prepared, self._bound.rows)

    async def run(self) -> Told:
        """Return the answer; every fault is an error of its field.

        Cancelling it cancels the statement. Raises RequestErrors where introspection is too large.
        """
        texts = dict(await told(self.prepared))
        try:
            found, done = await by_the_best(
                self.compiled.plan, self._request, self.reading.keeper, self._answered
            )
        except Exception as fault:  # noqa: BLE001  # graphql-core makes it each field's error.
            if isinstance(fault, StaleCatalogue):
                self.stale = T(fault.found)
            return await self.failed(fault, texts)
        self.basis = Basis(found.t, found.instant)
        self.is_pinned = self.is_pinned and found.is_pinned
        return await self._told(done, texts)

    async def told(self, found: Read) -> Told:
        """Return the answer where the plan's statement has been read already."""
        done = await written(self.compiled.plan, self._request, self._bound, found)
        return await self._told(done, {})

    async def _told(self, done: Written, texts: dict[str, bytes]) -> Told:
        texts |= done.texts
        if not done.values:
            return Told(self._data(texts))
        return await self._completed(done.values, texts)

    async def _answered(self, plan: Plan, request: Request) -> tuple[Read, Written]:
        bound = self._bound if plan is self.compiled.plan else bind(plan, request)
        found = await read(self.reading.together, plan, bound)
        return found, await written(plan, request, bound, found)

    async def failed(self, fault: Exception, texts: dict[str, bytes] | None = None) -> Told:
        """Return the answer where nothing could be read; introspection is told without, too."""
        texts = {} if texts is None else texts
        if not self.compiled.fields and isinstance(fault, OurFault):
            return Told(self._data(texts))
        return await self._completed({each.key: fault for each in self.compiled.fields}, texts)

    async def _completed(self, values: Mapping[str, object], texts: dict[str, bytes]) -> Told:
        """Return the answer with the fields that graphql-core completes of these values."""

        async def resolve(info: GraphQLResolveInfo[Any], _: dict[str, Any]) -> object:
            return values[str(info.path.key)]

        document = _document(self.prepared, values)
        result: ExecutionResult = await walk(self.prepared, self, resolve, document)
        errors = tuple(result.errors or ())
        if result.data is None:
            return Told((b"null",), errors)
        texts |= {key: json_numbers.dumps(value) for key, value in result.data.items()}
        return Told(self._data(texts), errors)

    def _data(self, texts: Mapping[str, bytes]) -> tuple[bytes, ...]:
        return data_of(self.compiled.keys, texts)


def data_of(keys: Iterable[str], texts: Mapping[str, bytes]) -> tuple[bytes, ...]:
    """Return data in the order of the keys, in pieces; what has no text is the type's name."""
    pieces: list[bytes] = []
    before = b"{"
    for key in keys:
        pieces += (before + _name(key), texts.get(key, _TYPENAME))
        before = b","
    return (*pieces, b"}" if pieces else b"{}")


@lru_cache(1_024)
def _name(key: str) -> bytes:
    return orjson.dumps(key) + b":"


def _document(prepared: Prepared, keys: Container[str]) -> DocumentNode:
    """Return the operation with these root fields only; its nodes are those of the document."""
    about, operation = asked(prepared), prepared.operation
    nodes = root_nodes(about, operation)
    alone = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(
            selections=tuple(node for key in nodes if key in keys for node in nodes[key])
        ),
    )
    return DocumentNode(definitions=(alone, *prepared.document.fragments.values()))
