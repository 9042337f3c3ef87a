"""Read your writes: answers tell their basis, and a request may ask for one at least."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from schema.execution.requests import Request
from store.ids import T
from tests.service.conftest import Asking, serving
from tests.service.test_cli_serve import served

RAW = "hw://dataset/x/raw"
_NAME = f'{{ dataset(id: "{RAW}") {{ name }} }}'
_WRITE = """mutation ($name: String) {
  upsertDatasets(items: [{urn: "hw://dataset/x/raw", name: $name}]) { transaction { t } }
}"""
_GRAPHQL = {"Accept": "application/graphql-response+json"}


async def _write(asking: Asking, name: str, **more: object) -> dict[str, Any]:
    return await asking.post(_WRITE, variables={"name": name}, **more)


@pytest.fixture
async def slow(world_url: str, asking: Asking) -> AsyncIterator[Asking]:
    """Give a second server over the same world, which waits as long as a busy machine takes."""
    async with serving(world_url, min_t_wait=60) as other:
        yield other


async def test_every_answer_tells_its_basis_in_the_body_and_in_a_header(asking: Asking) -> None:
    for query in (_NAME, "{ __typename }", "{ nope }", "{ dataset(id: 5, asOf: 99) { name } }"):
        response = await asking.http.post("/graphql", json={"query": query}, headers=_GRAPHQL)
        body = response.json()
        if "data" in body:
            assert body["extensions"]["basis"]["t"] == "4"
            assert response.headers["headwater-basis"] == "4"
    written = await _write(asking, "first")
    assert written["extensions"]["basis"]["t"] == "5"


async def test_the_basis_of_a_write_can_be_asked_of_another_server(
    asking: Asking, slow: Asking
) -> None:
    for number in range(10):
        written = await asking.http.post(
            "/graphql", json={"query": _WRITE, "variables": {"name": f"name {number}"}}
        )
        headers = {"Headwater-Min-T": written.headers["headwater-basis"]}
        read = await slow.http.post("/graphql", json={"query": _NAME}, headers=headers)
        assert read.json()["data"] == {"dataset": {"name": f"name {number}"}}


@pytest.mark.parametrize("by", ["header", "extensions", "GET", "both"])
async def test_a_request_waits_for_its_t_however_it_asks(
    asking: Asking, slow: Asking, by: str
) -> None:
    async def read() -> httpx.Response:
        headers = {"Headwater-Min-T": "5"} if by == "header" else {}
        if by == "both":
            headers = {"Headwater-Min-T": "2"}
        if by == "GET":
            parameters = {"query": _NAME, "extensions": '{"minT": 5}'}
            return await slow.http.get("/graphql", params=parameters)
        more = {} if by == "header" else {"extensions": {"minT": "5"}}
        return await slow.http.post("/graphql", json={"query": _NAME, **more}, headers=headers)

    late, _ = await asyncio.gather(read(), _write(asking, "waited for"))
    assert late.json()["data"] == {"dataset": {"name": "waited for"}}


async def test_a_mutation_waits_before_it_writes(asking: Asking, slow: Asking) -> None:
    waiting = asyncio.create_task(_write(slow, "second", extensions={"minT": 5}))
    await asyncio.sleep(0.1)
    await _write(asking, "first")
    late = await waiting
    assert late["data"] == {"upsertDatasets": {"transaction": {"t": "6"}}}
    assert (await asking.data(_NAME))["dataset"] == {"name": "second"}


async def test_a_mutation_whose_t_does_not_come_writes_nothing(asking: Asking) -> None:
    refused = await _write(asking, "never", extensions={"minT": 99})
    assert list(refused) == ["errors"]
    told = refused["errors"][0]["extensions"]
    assert (told["code"], told["minT"]) == ("BASIS_NOT_REACHED", "99")
    assert (await asking.data(_NAME))["dataset"] == {"name": "raw events"}


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_t_that_does_not_come_is_told_by_a_status(asking: Asking, method: str) -> None:
    headers = {**_GRAPHQL, "Headwater-Min-T": "99"}
    asked = {"params" if method == "GET" else "json": {"query": _NAME}}
    response = await asking.http.request(method, "/graphql", headers=headers, **asked)  # type: ignore[arg-type]  # Either of two.
    assert response.status_code == 503
    assert response.json()["errors"][0]["extensions"]["code"] == "BASIS_NOT_REACHED"


@pytest.mark.parametrize("given", [-1, 1.5, True, "x", "", "4 ", [4], {}, 2**70, "٣"])
async def test_what_is_no_t_is_refused(asking: Asking, given: object) -> None:
    for query in (_NAME, "mutation { transact(transaction: {}) { redundant } }"):
        body = await asking.post(query, extensions={"minT": given})
        assert [each["extensions"]["code"] for each in body["errors"]] == ["BAD_REQUEST"]
        assert "data" not in body


async def test_many_who_wait_look_at_the_clock_together(asking: Asking, slow: Asking) -> None:
    waiting = 60
    requests = [slow.executor.execute(Request(_NAME, min_t=T(5))) for _ in range(waiting)]
    late = asyncio.gather(*requests)
    await asyncio.sleep(0.5)
    before = slow.statements
    await asyncio.sleep(0.5)
    # The clock is read 50 times a second at most, not for each; the schema's is read too.
    assert slow.statements - before < 2 * waiting
    await _write(asking, "for all")
    names = [(each.data or {})["dataset"]["name"] for each in await late]
    assert names == ["for all"] * waiting


async def test_whoever_gives_up_leaves_nobody_looking(asking: Asking) -> None:
    gone = asyncio.create_task(asking.executor.execute(Request(_NAME, min_t=T(99))))
    await asyncio.sleep(0.1)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    await asyncio.sleep(0.1)
    before = asking.statements
    await asyncio.sleep(0.1)
    # The schema is looked at too, every 50 ms here.
    assert asking.statements - before < 5


async def test_who_waits_when_the_server_closes_is_told_so_and_nothing_is_logged(
    world_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(world_url, min_t_wait=60))
        executor = server.executor
        waiting = asyncio.create_task(executor.execute(Request(_NAME, min_t=T(99))))
        await asyncio.sleep(0.1)
        async with executor.reading.database.connection():  # So that closing takes its time.
            closing = asyncio.create_task(stack.pop_all().aclose())
            await asyncio.wait([waiting], timeout=5)
        await closing
    response = await asyncio.wait_for(waiting, 1)
    assert [each["extensions"]["code"] for each in response.errors] == ["DATABASE_UNAVAILABLE"]
    gc.collect()
    assert [each.getMessage() for each in caplog.records if each.name == "asyncio"] == []


async def test_two_processes_over_one_database_read_what_the_other_wrote(
    asking: Asking, world_url: str
) -> None:
    """The process beside us is a server of its own, with nothing but the database in common."""
    with served("--database-url", world_url) as (_, url):
        async with httpx.AsyncClient(timeout=30) as client:
            for number in range(20):
                here = await _write(asking, f"name {number}")
                asked = {"query": _NAME, "extensions": {"minT": here["extensions"]["basis"]["t"]}}
                there = await client.post(url, json=asked)
                assert there.json()["data"] == {"dataset": {"name": f"name {number}"}}
                assert int(there.headers["headwater-basis"]) >= number + 5
            late = client.post(
                url, json={"query": _NAME}, headers={"Headwater-Min-T": str(number + 6)}
            )
            waited, _ = await asyncio.gather(late, _write(asking, "at last"))
            assert waited.json()["data"] == {"dataset": {"name": "at last"}}
