"""Queries that come again: filled in where values alone are new, else read as any other."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from schema.execution.arguments import LONG
from schema.execution.requests import Request
from tests.service.conftest import Asking

_BY_NAME = """query ($name: String, $id: ID!) {
  dataset(id: $id) { name }
  datasets(where: {name: {eq: $name}}) { nodes { name } }
}"""
_AS_OF = "query ($id: ID!, $at: TimePoint!) { dataset(id: $id, asOf: $at) { name } }"
_RAW = "hw://dataset/x/raw"


def _is_known(asking: Asking, query: str, variables: dict[str, object]) -> bool:
    return asking.executor.known(Request(query, variables)) is not None


@pytest.mark.parametrize("first", [{"id": _RAW}, {"id": _RAW, "name": None}])
async def test_a_variable_that_comes_later_is_not_forgotten(
    asking: Asking, first: dict[str, object]
) -> None:
    everything = await asking.data(_BY_NAME, first)
    named: dict[str, object] = {"id": _RAW, "name": "clean"}
    for _ in range(3):
        assert await asking.data(_BY_NAME, first) == everything
        assert (await asking.data(_BY_NAME, named))["datasets"]["nodes"] == [{"name": "clean"}]
    assert _is_known(asking, _BY_NAME, named)
    assert not _is_known(asking, _BY_NAME, first)


async def test_what_the_times_of_an_answer_tell_is_told_each_time(asking: Asking) -> None:
    for at in ("1", "2", "3", "4") * 2:
        by_hand = await asking.data(f'{{ dataset(id: "{_RAW}", asOf: {at}) {{ name }} }}')
        assert await asking.data(_AS_OF, {"id": _RAW, "at": at}) == by_hand
    late: dict[str, object] = {"id": _RAW, "at": "5"}
    for _ in range(2):
        before = asking.statements
        response = await asking.ask(_AS_OF, late)
        assert response.data == {"dataset": None}
        assert [each["extensions"]["code"] for each in response.errors] == ["FUTURE_TIME_POINT"]
        assert asking.statements == before + 1


async def test_what_is_refused_is_refused_each_time(asking: Asking) -> None:
    query = "query ($id: ID!) { dataset(id: $id) { name } }"
    for _ in range(2):
        assert (await asking.data(query, {"id": _RAW}))["dataset"] == {"name": "raw events"}
        for given in ({"id": "a\0b"}, {"id": ["a"]}, {"id": None}, {}):
            response = await asking.ask(query, given)
            assert not response.executed
            assert [each["extensions"]["code"] for each in response.errors] == ["BAD_USER_INPUT"]
    assert _is_known(asking, query, {"id": _RAW})
    assert not _is_known(asking, query, {"id": _RAW, "more": 1})


_OPEN = """query ($id: ID!, $n: Int!) {
  dataset(id: $id) { name }
  datasets(first: $n) { nodes { name } }
}"""


def _said(first: int) -> str:
    return _OPEN.replace(", $n: Int!", "").replace("$n", str(first))


async def test_what_a_document_says_itself_is_as_if_a_request_said_it(asking: Asking) -> None:
    for count in (1, 2, 1):
        for _ in range(2):
            by_request = await asking.post(_OPEN, variables={"id": _RAW, "n": count})
            by_document = await asking.post(_said(count), variables={"id": _RAW})
            assert by_request == by_document
            assert len(by_request["data"]["datasets"]["nodes"]) == count
    kept = asking.executor.live.current.kept
    fixed, open_ = kept.get((_said(1), None)), kept.get((_OPEN, None))
    assert fixed is not None
    assert fixed.rows is not None
    assert open_ is not None
    assert open_.rows is None


async def test_what_a_document_says_wrongly_is_told_each_time(asking: Asking) -> None:
    for first in (-1, 100_000):
        bodies = [await asking.post(_said(first), variables={"id": _RAW}) for _ in range(3)]
        assert bodies[0]["errors"][0]["path"] == ["datasets"]
        assert bodies[1:] == [bodies[0]] * 2


async def test_an_instant_of_a_document_is_late_only_until_it_comes(asking: Asking) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    query = f'query ($id: ID!) {{ dataset(id: $id, asOf: "{at.isoformat()}") {{ name }} }}'
    codes = []
    while datetime.now(UTC) < at + timedelta(seconds=0.1):
        response = await asking.ask(query, {"id": _RAW})
        codes.append([each["extensions"]["code"] for each in response.errors])
        await asyncio.sleep(0.2)
    response = await asking.ask(query, {"id": _RAW})
    assert codes[0] == ["FUTURE_TIME_POINT"]
    assert (response.errors, response.data) == ([], {"dataset": {"name": "raw events"}})


async def test_a_long_document_that_came_before_takes_no_thread(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, below = 200, "{ name " + " ".join(f"name{n}: name" for n in range(20)) + " }"
    given: dict[str, object] = {f"v{n}": _RAW for n in range(count)}
    declared = " ".join(f"$v{n}: ID!" for n in range(count))
    fields = " ".join(f"k{n}: dataset(id: $v{n}) {{ ...F }}" for n in range(count))
    query = f"query ({declared}) {{ {fields} }} fragment F on Dataset {below}"
    assert len(query) > LONG
    threads = 0
    to_thread = asyncio.to_thread

    async def counted(function: Callable[..., object], *arguments: object) -> object:
        nonlocal threads
        threads += getattr(function, "__self__", None) is asking.executor
        return await to_thread(function, *arguments)

    monkeypatch.setattr(asyncio, "to_thread", counted)
    answers = []
    for expected in (2, 2, 2):  # Read and planned; then at hand.
        answers.append(await asking.data(query, given))
        assert threads == expected
    assert answers[0] == answers[1] == answers[2]
    await asking.data(query, {**given, "v0": "x" * (LONG + 1)})
    assert threads == 4
