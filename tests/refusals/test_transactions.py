"""Transactions that are refused by the mutation: code, words, and nothing of them stored."""

import asyncio
import json
from typing import Any

import pytest

from tests.refusals.transactions import CASES, NO_INPUT, NO_JSON, Case
from tests.refusals.world import CLEAN, RAW, Door

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRANSACT = """mutation ($it: TransactionInput!, $ifBasis: Long, $key: String) {
  transact(transaction: $it, ifBasis: $ifBasis, idempotencyKey: $key) { transaction { t } }
}"""
NEWS = {"upsert": [{"type": "Dataset", "urn": RAW, "name": "news"}]}


def given(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of a file as the mutation's input."""
    statements = {key: value for key, value in line.items() if key != "tx"}
    return {**line.get("tx", {}), **statements}


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_mutation_refuses_it_and_stores_nothing(door: Door, case: Case) -> None:
    async with door.shut():
        told = await door.refused(TRANSACT, {"it": given(case.line)})
    assert told.code == (case.graphql or case.code)
    if case.graphql is None:
        for word in case.words:
            assert word in told.message
        assert len(told.message) < 2_500
    elif case.graphql == NO_JSON:
        assert (told.status, told.data) == (400, None)
        assert "not JSON: no low surrogate in string" in told.message
    else:
        assert case.graphql == NO_INPUT
        assert "$it" in told.message


async def test_a_dry_run_refuses_all_of_it_too(door: Door) -> None:
    query = """mutation ($it: TransactionInput!) {
      transact(transaction: $it, dryRun: true) { redundant }
    }"""
    for case in CASES:
        told = await door.refused(query, {"it": given(case.line)})
        assert told.code == (case.graphql or case.code), case


@pytest.mark.parametrize(
    ("argument", "value", "code", "word"),
    [
        ("ifBasis", 99, "BASIS_CONFLICT", "the basis is 3, not 99; read again"),
        ("ifBasis", -1, "BASIS_CONFLICT", "the basis is 3, not -1"),
        ("ifBasis", "x", "WRONG_VALUE", "$ifBasis"),
        ("ifBasis", 2**63, "WRONG_VALUE", "64 bits"),
        ("key", "\0", "WRONG_VALUE", "idempotencyKey: expected a key"),
        ("key", "x" * 257, "WRONG_VALUE", "at most 256 characters"),
        ("key", 5, "BAD_USER_INPUT", "$key"),
        ("key", "\ud800", "BAD_REQUEST", "not JSON"),
        ("it", None, "BAD_USER_INPUT", "$it"),
        ("it", 5, "BAD_USER_INPUT", "$it"),
        ("it", [], "BAD_USER_INPUT", "$it"),
        ("it", {"tx": {}}, "BAD_USER_INPUT", "unknown field 'tx'"),
        ("it", {**NEWS, "nope": 1}, "BAD_USER_INPUT", "unknown field 'nope'"),
        ("it", {**NEWS, "instant": "2024-06-01"}, "WRONG_VALUE", ".instant: DateTime: expected"),
        ("it", {**NEWS, "source": 5}, "BAD_USER_INPUT", ".source"),
        ("it", {"upsert": [None]}, "BAD_USER_INPUT", ".upsert[0]"),
    ],
)
async def test_what_goes_with_a_transaction_is_refused_too(
    door: Door, argument: str, value: Any, code: str, word: str
) -> None:
    async with door.shut():
        told = await door.refused(TRANSACT, {"it": NEWS, argument: value})
    assert told.code == code
    assert word in told.message


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ('"score": NaN', "expected a JSON value"),
        ('"score": Infinity', "expected a JSON value"),
        ('"score": -Infinity', "no digit after sign"),
        ('"score": 1e999', "infinity"),
        ('"rows": ' + "9" * 5_000, "infinity"),
        ('"details": {"a": NaN}', "expected a JSON value"),
        ('"details": ' + "[" * 100_000 + "]" * 100_000, "depth limit exceeded"),
    ],
    ids=lambda each: str(each)[:20],
)
async def test_numbers_that_are_none_are_refused_as_json(
    door: Door, value: str, problem: str
) -> None:
    body = json.dumps({"query": TRANSACT, "variables": {"it": NEWS}})
    async with door.shut():
        status, answer = await door.send(body.replace('"name": "news"', value).encode())
    assert status == 400
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"].startswith("the body is not JSON: ")
    assert problem in error["message"]


async def test_deep_json_in_a_variable_is_refused(door: Door) -> None:
    for levels, code in ((200, "WRONG_VALUE"), (900, "LIMIT_EXCEEDED")):
        body = json.dumps({"query": TRANSACT, "variables": {"it": NEWS}})
        deep = '"details": ' + "[" * levels + "]" * levels
        async with door.shut():
            _, answer = await door.send(body.replace('"name": "news"', deep).encode())
        assert answer["errors"][0]["extensions"]["code"] == code


async def test_whoever_is_refused_takes_nobody_along(door: Door) -> None:
    """What waits together is committed together, but refused one by one."""
    async with door.shut():
        refused = [
            door.refused(TRANSACT, {"it": given(case.line)})
            for case in CASES
            if case.graphql is None
        ]
        unchanging = {"upsert": [{"type": "Dataset", "urn": CLEAN, "name": "clean"}]}
        fine = [door.served.post(TRANSACT, {"it": unchanging}) for _ in range(20)]
        answers = await asyncio.gather(*refused, *fine)
    for answer in answers[len(refused) :]:
        assert answer["data"] == {"transact": {"transaction": None}}


async def test_of_several_mutations_the_refused_one_alone_is_null(door: Door) -> None:
    async with door.shut():
        told = await door.refused(
            """mutation {
              fine: transact(transaction: {}) { redundant }
              not: transact(transaction: {upsert: [{type: "Nope", urn: "hw://a"}]}) { redundant }
              too: transact(transaction: {}) { redundant }
            }"""
        )
    assert (told.code, told.path) == ("UNKNOWN_TYPE", ["not"])
    assert told.data == {"fine": {"redundant": 0}, "not": None, "too": {"redundant": 0}}
