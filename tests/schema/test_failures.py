"""What a response tells of what went wrong."""

import pytest
from graphql import GraphQLError

from schema.execution.documents import refused
from schema.execution.failures import formatted
from store.database_errors import DatabaseUnavailable
from store.values import WrongValue
from store.writing.refusals import OutcomeUnknown


def _told(cause: Exception) -> dict[str, object]:
    located = GraphQLError("wrapped", path=["a", 0], original_error=cause)
    twice = GraphQLError("wrapped again", path=["a", 0], original_error=located)
    [told] = formatted([twice])
    return told


def test_a_callers_fault_is_told_with_its_details() -> None:
    assert _told(WrongValue("upsert[0].rows", "an integer", "x")) == {
        "message": "upsert[0].rows: expected an integer, got x",
        "path": ["a", 0],
        "extensions": {
            "where": "upsert[0].rows",
            "expected": "an integer",
            "given": "x",
            "code": "WRONG_VALUE",
            "category": "incorrect",
        },
    }


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (DatabaseUnavailable("no route to 10.0.0.5"), "DATABASE_UNAVAILABLE"),
        (OutcomeUnknown("10.0.0.5 reset the connection"), "OUTCOME_UNKNOWN"),
        (RuntimeError("10.0.0.5"), "INTERNAL_SERVER_ERROR"),
    ],
)
def test_our_faults_are_masked_and_logged_under_an_id(cause: Exception, code: str) -> None:
    told = _told(cause)
    assert "10.0.0.5" not in str(told)
    extensions = told["extensions"]
    assert isinstance(extensions, dict)
    assert extensions["code"] == code
    assert str(extensions["id"]) in str(told["message"])


def test_too_deep_a_recursion_is_a_limit() -> None:
    extensions = _told(RecursionError())["extensions"]
    assert extensions == {"code": "LIMIT_EXCEEDED", "category": "incorrect"}


def test_a_refusal_keeps_its_code() -> None:
    extensions = _told(refused("no", "BAD_USER_INPUT"))["extensions"]
    assert extensions == {"code": "BAD_USER_INPUT", "category": "incorrect"}
