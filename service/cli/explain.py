"""`headwater explain`: what a GraphQL query becomes, in Datalog and in SQL."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from service import logs
from service.cli import schema as cli_schema
from service.cli.database import settings
from service.settings import Settings

if TYPE_CHECKING:
    from schema.execution.requests import Response

_EXPLAIN = """
query ($query: String!, $variables: JSON, $operationName: String, $analyze: Boolean!) {
  explain(query: $query, variables: $variables, operationName: $operationName, analyze: $analyze) {
    compiled reason levels { path datalog } sql arguments plan @include(if: $analyze)
  }
}
"""

Json = Mapping[str, Any]  # What a GraphQL response holds.


def explain(name: str, variables: str | None, operation_name: str | None, *, analyze: bool) -> None:
    """Print how the query in a file is answered; `analyze` runs it, and adds PostgreSQL's plan."""
    asked = {
        "query": cli_schema.read(name),
        "variables": _variables(variables),
        "operationName": operation_name,
        "analyze": analyze,
    }
    chosen = settings().model_copy(update={"log_level": "warning"})
    logs.configure(chosen)
    answer = asyncio.run(_ask(chosen, asked))
    for error in answer.errors:
        click.secho(_error(error), err=True, fg="red")
    if answer.errors:
        raise click.exceptions.Exit(1)
    for line in _lines(answer.data["explain"]):
        click.echo(line)


async def _ask(chosen: Settings, asked: Json) -> "Response":
    # Only here: what builds schemas takes long to import.
    from schema.execution.documents import RequestErrors
    from schema.execution.requests import Request, refusal
    from service.app import SCHEMA_POLL, opened
    from service.documents.persisted import PersistedDocuments

    query, variables = asked["query"], asked["variables"] or {}
    async with opened(chosen, SCHEMA_POLL, PersistedDocuments()) as server:
        executor = server.view.executor
        try:  # What is wrong with the query itself is told with its own lines and columns.
            executor.prepare(Request(query, variables, asked["operationName"]))
        except RequestErrors as errors:
            return refusal(errors)
        return await executor.execute(Request(_EXPLAIN, asked))


def _variables(text: str | None) -> object:
    if text is None:
        return None
    try:
        read: object = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"expected a JSON object: {error}") from None
    if not isinstance(read, dict):
        raise click.BadParameter("expected a JSON object")
    return read


def _error(error: Json) -> str:
    """Return an error as one line; where it has a path, its place is in our query around theirs."""
    found = () if "path" in error else error.get("locations", ())[:1]
    place = "".join(f"line {each['line']}, column {each['column']}: " for each in found)
    return f"{error['extensions']['code']}: {place}{error['message']}"


def _lines(told: Json) -> Iterator[str]:
    if not told["compiled"]:
        yield str(told["reason"])
    if told["sql"] is None:
        return
    for level in told["levels"]:
        yield f"; {level['path']}"
        yield f"{level['datalog']}\n"
    yield f"{told['sql']}\n"
    for number, argument in enumerate(told["arguments"], start=1):
        yield f"-- ${number} = {json.dumps(argument, ensure_ascii=False)}"
    if told.get("plan") is not None:
        yield json.dumps(told["plan"], indent=2)
