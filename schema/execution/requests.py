"""A request and its response as values, whatever carried them.

What each request makes anew is a NamedTuple: a frozen dataclass takes four times as long to make.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from graphql import OperationDefinitionNode, OperationType

from schema.execution.arguments import Variables, holds_more, variables, variables_of
from schema.execution.documents import Document, RequestErrors, exceeded, operation
from schema.execution.failures import formatted
from schema.execution.served import Served
from store.ids import T
from store.values import instant_text

_NOTHING: Mapping[str, object] = {}


class Request(NamedTuple):
    """What a client asks; `min_t` is the t that the answer has to include at least."""

    query: str
    variables: Mapping[str, object] = _NOTHING
    operation_name: str | None = None
    min_t: T | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that may be executed with one served schema."""

    request: Request
    served: Served
    document: Document
    operation: OperationDefinitionNode
    variables: Variables

    @property
    def is_query(self) -> bool:
        """Tell whether the operation only reads."""
        return self.operation.operation is OperationType.QUERY

    @property
    def is_mutation(self) -> bool:
        """Tell whether the operation writes."""
        return self.operation.operation is OperationType.MUTATION

    @property
    def is_subscription(self) -> bool:
        """Tell whether the operation has many answers, one after the other."""
        return self.operation.operation is OperationType.SUBSCRIPTION


class Basis(NamedTuple):
    """The point in time at which an answer is true."""

    t: T
    instant: datetime

    def body(self) -> dict[str, object]:
        """Return the basis as JSON; its t is a Long, thus a text."""
        return {"t": str(self.t), "instant": instant_text(self.instant)}


class Cost(NamedTuple):
    """How many rows a query should read, told before it is run, and how many it may."""

    rows: int
    most: int


class Response(NamedTuple):
    """An answer. Nothing was `executed` where the request was at fault: then there is no data.

    `written` are the data as JSON text, in pieces, as the database gave most of them. `schema_hash`
    is that of the schema that it was made with. `is_pinned`: with that schema, the same request
    always has these data, whatever is written.
    """

    executed: bool
    written: tuple[bytes, ...] = (b"null",)
    errors: Sequence[Mapping[str, Any]] = ()
    basis: Basis | None = None
    schema_hash: str = ""
    is_pinned: bool = False
    cost: Cost | None = None

    @property
    def data(self) -> Any:  # JSON.
        """Return the data as values; None where there are none."""
        return orjson.loads(b"".join(self.written))

    def body(self) -> dict[str, object]:
        """Return the response as GraphQL has it in JSON."""
        body: dict[str, object] = {"errors": self.errors} if self.errors else {}
        if self.executed:
            body["data"] = orjson.Fragment(b"".join(self.written))
        extensions = _extensions(self.basis, self.cost)
        return body | ({"extensions": extensions} if extensions else {})

    def pieces(self) -> tuple[bytes, ...]:
        """Return the response as JSON text, in pieces: large data are not copied for it."""
        if not self.executed:
            return (orjson.dumps(self.body(), default=str),)
        begin = b'{"data":'
        if self.errors:
            begin = b'{"errors":' + orjson.dumps(self.errors, default=str) + b',"data":'
        return (begin, *self.written, _end(self.basis, self.cost))


def _extensions(basis: Basis | None, cost: Cost | None) -> dict[str, object]:
    extensions: dict[str, object] = {}
    if basis is not None:
        extensions["basis"] = basis.body()
    if cost is not None:
        extensions["cost"] = {"rows": cost.rows, "most": cost.most}
    return extensions


@lru_cache(64)
def _end(basis: Basis | None, cost: Cost | None) -> bytes:
    """Return what stands behind the data; most answers of a moment have the same."""
    extensions = _extensions(basis, cost)
    return b',"extensions":' + orjson.dumps(extensions) + b"}" if extensions else b"}"


def prepare(served: Served, request: Request) -> Prepared:
    """Return a request ready to be executed. Raises RequestErrors where it cannot be."""
    document = served.document(request.query)
    chosen = operation(document, request.operation_name)
    most = served.limits.values
    if chosen.operation is not OperationType.MUTATION and holds_more(request.variables, most):
        sentence = f"the variables of a query hold more than {most} values"
        raise exceeded("values", most + 1, most, sentence)
    decisive, declared = document.decisive, document.declared[id(chosen)]
    given = None if declared is None else variables_of(declared, request.variables, decisive)
    if given is None:
        given = variables(served.core, chosen, request.variables, decisive)
    return Prepared(request, served, document, chosen, given)


def refusal(errors: RequestErrors) -> Response:
    """Return the response to a request that cannot be executed."""
    return Response(executed=False, errors=formatted(errors.errors))
