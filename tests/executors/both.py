"""One request answered by both executors, on one database at one basis, and compared."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from schema.execution.documents import RequestErrors
from schema.execution.executor import Executor
from schema.execution.queries import compiled_query
from schema.execution.requests import Request, Response

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LOGGED = re.compile(r"[0-9a-f]{32}")


@dataclass
class Both:
    """The two executors, and how many requests the compiled one answered itself.

    Of these, how many it knew when they came again.
    """

    compiled: Executor
    walking: Executor
    asked: int = 0
    known: int = 0
    by_reason: dict[str | None, int] = field(default_factory=dict)

    @classmethod
    def of(cls, executor: Executor) -> "Both":
        """Return both, which read the same database with the same clock."""
        fixed = replace(executor, clock=lambda: _NOW)
        return cls(fixed, replace(fixed, compiled=False))

    async def same(self, query: str, variables: Mapping[str, Any] | None = None) -> Response:
        """Return the answer that both give, in one statement each at most, and give again."""
        request = Request(query, variables or {})
        walked, _ = await _asked(self.walking, request)
        for _ in range(2):  # The second time, most of what the answer takes is known.
            told, statements = await _asked(self.compiled, request)
            assert b"".join(told.written) == b"".join(walked.written), query
            assert _errors(told) == _errors(walked), query
            assert _about(told) == _about(walked), query
            assert statements <= 1, query
        self._count(request)
        return walked

    def _count(self, request: Request) -> None:
        try:
            prepared = self.compiled.prepare(request)
            reason = compiled_query(prepared, self.compiled.reading.limits).reason
        except RequestErrors:
            return
        self.asked += 1
        self.known += self.compiled.known(request) is not None
        self.by_reason[reason] = self.by_reason.get(reason, 0) + 1


async def _asked(executor: Executor, request: Request) -> tuple[Response, int]:
    before = executor.reading.database.statements
    response = await executor.execute(request)
    return response, executor.reading.database.statements - before


def _errors(response: Response) -> str:
    """Return the errors, but for the ids under which ours are logged."""
    return _LOGGED.sub("…", json.dumps(response.errors))


def _about(response: Response) -> object:
    return (
        response.executed,
        response.basis,
        response.schema_hash,
        response.is_pinned,
        response.cost,
    )
