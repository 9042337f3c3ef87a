"""What went wrong, as a GraphQL response tells it: a code, a category, and nothing internal."""

import uuid
from collections.abc import Iterable, Mapping

import structlog
from graphql import GraphQLError

from schema.execution.documents import LIMIT_EXCEEDED, RequestErrors
from store.errors import CallerFault, Fault, OurFault

INTERNAL = "INTERNAL_SERVER_ERROR"
_log = structlog.get_logger("headwater.graphql")

# What a caller may know of a fault that is ours.
_MASKED: Mapping[str, str] = {
    "DATABASE_UNAVAILABLE": "the database cannot be reached; nothing was written; try again",
    "OUTCOME_UNKNOWN": (
        "the connection broke during the commit: the transaction may or may not be there;"
        " send it again, with the same idempotency key if it has one"
    ),
    "STALE_CATALOGUE": "the schema keeps changing; try again",
}
_BROKEN = "something went wrong here"


def formatted(errors: Iterable[GraphQLError]) -> list[dict[str, object]]:
    """Return errors as a response has them; ours are logged under an id that the error tells."""
    return [_formatted(error) for error in errors]


def broken(error: Exception) -> dict[str, object]:
    """Return what a response tells of something unforeseen, which is logged."""
    return _formatted(GraphQLError(_BROKEN, original_error=error))


def fault_of(error: GraphQLError) -> BaseException | None:
    """Return what was raised, below however many GraphQL errors it was wrapped in."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _formatted(error: GraphQLError) -> dict[str, object]:
    cause = fault_of(error)
    match cause:
        case CallerFault():
            told = {**cause.details(), "code": cause.code, "category": cause.category}
            return _shaped(error, str(cause), told)
        case OurFault():
            message = _MASKED.get(cause.code, _BROKEN)
            return _ours(error, cause, message, cause.code, cause.category)
        case RecursionError():
            told = {"code": LIMIT_EXCEEDED, "category": "incorrect"}
            return _shaped(error, "the request is nested too deeply to be answered", told)
        case RequestErrors():
            first = cause.errors[0]
            return _shaped(error, first.message, first.extensions or {})
        case None:
            told = {"code": "BAD_USER_INPUT", "category": "incorrect", **(error.extensions or {})}
            return _shaped(error, error.message, told)
        case _:
            return _ours(error, cause, _BROKEN, INTERNAL, Fault.category)


def _ours(
    error: GraphQLError, cause: BaseException, message: str, code: str, category: str
) -> dict[str, object]:
    identity = uuid.uuid4().hex
    _log.error("fault", id=identity, code=code, path=error.path, exc_info=cause)
    told = {"code": code, "category": category, "id": identity}
    return _shaped(error, f"{message} (logged as {identity})", told)


def _shaped(
    error: GraphQLError, message: str, extensions: Mapping[str, object]
) -> dict[str, object]:
    shaped: dict[str, object] = {"message": message}
    if error.locations:
        shaped["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        shaped["path"] = list(error.path)
    shaped["extensions"] = dict(extensions)
    return shaped
