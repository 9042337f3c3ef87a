"""Queries that were answered before: of a request for one, only the values are new.

What does not change from request to request is worked out once: which slot takes what, the slots
that the document itself fills, what is checked afterwards, what stands between the texts of the
root fields. A request is filled in and sent by one function, as each step more between HTTP and
PostgreSQL costs microseconds. It goes the way of all requests (`Executor.run`) where anything is
out of the ordinary before the statement is sent, or where the schema has changed; what goes wrong
afterwards, the code of all requests tells.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import chain
from typing import NamedTuple, Self

import orjson
from graphql import GraphQLError, OperationDefinitionNode

from resolvers.answer import Bound, read_of
from resolvers.cost import Cost as Costs
from resolvers.draft import Binding, Check, Found, moment_slots
from resolvers.draft import Request as Filling
from resolvers.slots import Known, Unknown, fixed_slots
from schema.execution.arguments import Variables, check_text, is_long
from schema.execution.compiled import CompiledQuery
from schema.execution.declared import Declared
from schema.execution.documents import Document
from schema.execution.failures import formatted
from schema.execution.queries import Reading
from schema.execution.requests import Basis, Cost, Prepared, Request, Response
from schema.execution.served import Compiled, Served
from store.database import Row
from store.database_errors import StatementUnfit
from store.errors import CallerFault
from store.sql import Slot

Expect = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kept:
    """A query whose requests differ in nothing but values.

    `names` are the slots of the statement's arguments, in order; `fixed` are those that hold the
    same for every request, `bindings` fill the others. `rows` is what it should read, None where
    requests decide. `checks` are what its times have to pass, `heads` the JSON before the text of
    each root field. `pinning` are the slots that hold a t where the answer stays as it is for ever;
    None where it never does.
    """

    served: Served
    document: Document
    operation: OperationDefinitionNode
    declared: Declared
    compiled: Compiled
    names: tuple[str, ...]
    fixed: Mapping[str, object]
    bindings: tuple[Binding, ...]
    rows: int | None
    checks: tuple[Check, ...]
    heads: tuple[bytes, ...]
    pinning: tuple[str, ...] | None

    @classmethod
    def of(cls, prepared: Prepared, compiled: Compiled) -> Self | None:
        """Return the query that a request asks, or None where others differ in more than values."""
        document, plan = prepared.document, compiled.plan
        declared = document.declared[id(prepared.operation)]
        statement, moments = plan.statement, plan.operation.moments
        slots = [each.name for each in statement.arguments if isinstance(each, Slot)]
        if (
            declared is None
            or compiled.reason is not None
            or document.asks_schema
            or plan.is_written
            or plan.walked is not None
            or plan.faults
            or statement.calls
            or plan.keys != compiled.keys
            or not plan.untouched.issuperset(plan.keys)
            or len(slots) < len(statement.arguments)
        ):
            return None
        before = (b"{", *(b"," for _ in plan.keys[1:]))
        heads = (a + orjson.dumps(key) + b":" for a, key in zip(before, plan.keys, strict=True))
        fixed, bindings = fixed_slots(binding for site in plan.sites for binding in site.bindings)
        return cls(
            prepared.served,
            document,
            prepared.operation,
            declared,
            compiled,
            tuple(slots),
            fixed,
            bindings,
            _fixed_rows(plan.cost, fixed),
            tuple(check for site in plan.checked for check in site.checks),
            tuple(heads),
            None if statement.reads_now else tuple(moment_slots(each)[0] for each in moments),
        )

    def filled(self, reading: Reading, request: Request, now: datetime) -> "Filled | None":
        """Return the query with the values of a request, or None where they want a closer look.

        Raises RequestErrors.
        """
        given = request.variables
        if len(given) > len(self.declared.signatures):  # What nobody declared may be large.
            return None
        if any(map(is_long, given.values())):
            return None
        values = self.declared.values(given)
        if values is None:
            return None
        check_text(values)
        filling = Filling(values, now, reading.secret, as_text=True)
        slots = {**self.fixed}
        try:
            for binding in self.bindings:
                slots.update(zip(binding.names, binding.values(filling), strict=True))
        except CallerFault:
            return None
        rows = self.compiled.plan.cost.rows(slots, {}) if self.rows is None else self.rows
        if rows > self.served.limits.cost:
            return None
        return Filled(self, reading, request, values, now, slots, rows)


def _fixed_rows(cost: Costs, fixed: Mapping[str, object]) -> int | None:
    try:
        return cost.rows(Known(fixed), {})
    except Unknown:
        return None


class Filled(NamedTuple):
    """A kept query with the values of a request, and the rows that it should read."""

    kept: Kept
    reading: Reading
    request: Request
    values: Mapping[str, object]
    now: datetime
    slots: Mapping[str, object]
    rows: int

    async def answer(self, expect: Expect) -> Response | None:
        """Return the answer; None where the schema is another one by now.

        Before rows are read, `expect` is told how many there should be, and may wait.
        """
        kept, slots, rows, together = self.kept, self.slots, self.rows, self.reading.together
        plan = kept.compiled.plan
        arguments = tuple(map(slots.__getitem__, kept.names))
        await expect(rows)
        try:
            if rows <= together.rows:
                row = await together.shared(plan.statement, arguments)
            else:
                row = await together.row(plan.statement.text, arguments)
        except StatementUnfit:
            return None
        except Exception as fault:  # noqa: BLE001  # graphql-core makes it each field's error.
            return self._response(*await self._query().failed(fault))
        t, instant, schema_t = row[:3]
        if schema_t != plan.catalogue.t:
            return None
        basis = Basis(t, instant)
        texts = row[3 + len(plan.operation.moments) :]
        if None in texts or (kept.checks and not self._passes(row)):
            found = read_of(plan, Bound(slots, {}, {}, rows), row)
            return self._response(*await self._query().told(found), basis)
        pieces = tuple(chain.from_iterable(zip(kept.heads, texts, strict=True)))
        return self._response((*pieces, b"}"), (), basis)

    def _passes(self, row: Row) -> bool:
        moments = self.kept.compiled.plan.operation.moments
        found = Found(row[0], dict(zip(moments, row[3:], strict=False)))
        try:
            for check in self.kept.checks:
                check(self.slots, found)
        except CallerFault:
            return False
        return True

    def _query(self) -> CompiledQuery:
        """Return the same as the query that other requests are."""
        kept, declared = self.kept, self.kept.declared
        coerced = cache(partial(declared.coerced, self.request.variables, self.values))
        variables = Variables(self.values, kept.document.decisive, declared.signed, coerced)
        prepared = Prepared(self.request, kept.served, kept.document, kept.operation, variables)
        return CompiledQuery(self.reading, prepared, kept.compiled, self.now)

    def _response(
        self, data: tuple[bytes, ...], errors: Sequence[GraphQLError], basis: Basis | None = None
    ) -> Response:
        kept, slots = self.kept, self.slots
        is_pinned = kept.pinning is not None and all(slots[t] is not None for t in kept.pinning)
        return Response(
            executed=True,
            written=data,
            errors=formatted(errors) if errors else [],
            basis=basis,
            schema_hash=kept.served.hash,
            is_pinned=is_pinned and not errors,
            cost=Cost(self.rows, kept.served.limits.cost),
        )
