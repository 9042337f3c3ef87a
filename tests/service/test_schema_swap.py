"""The served schema follows the schema facts while requests are answered."""

import asyncio
import gc
import threading
import weakref

import pytest
from strawberry import Schema

from schema.execution.requests import Request
from schema.types.build import build
from service.cli.schema import applied_to
from store.catalogue import Catalogue
from store.database import Database
from tests.remembered import forget
from tests.service.conftest import Asking

_MORE = "type Report @entity { title: String @required @index }"
_PERSON = """type Person implements Owner @entity {
  name: String @index
  owns: [Dataset!] @rel(edge: "OwnedBy", reverse: true)
}"""
_READ = '{ entity(id: "hw://report/x/a") { __typename urn ... on Report { title } } }'


@pytest.fixture(autouse=True)
def _made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a schema take the time that it takes, and be held by who serves it alone."""
    forget(monkeypatch)


async def _served(asking: Asking, t: int | None) -> None:
    """Wait until the schema of a t is served."""
    assert t is not None
    async with asyncio.timeout(20):
        while asking.executor.live.current.catalogue.t < t:  # noqa: ASYNC110  # A thread builds it.
            await asyncio.sleep(0.01)


async def test_a_type_that_was_added_is_served_without_a_restart(
    asking: Asking, world_url: str
) -> None:
    before = asking.executor.live.current
    refused = await asking.ask("{ reports { totalCount } }")
    assert refused.data is None
    async with Database.open(world_url) as other:
        applied = await applied_to(other, _MORE)
    for _ in range(1000):
        response = await asking.ask("{ reports { totalCount } }")
        if response.executed:
            break
        await asyncio.sleep(0.02)
    assert response.data == {"reports": {"totalCount": 0}}
    assert asking.executor.live.current is not before
    assert asking.executor.live.current.catalogue.t == applied.t


async def test_a_stale_plan_is_made_again_within_the_request(
    asking: Asking, world_url: str
) -> None:
    text = '{ lineage(of: ["hw://dataset/x/raw"]) { edges { type } } basis { t } }'
    await asking.data(text)
    async with Database.open(world_url) as other:
        more = 'type Copies @edge(from: ["Dataset"], to: ["Dataset"], upstream: TO)'
        applied = await applied_to(other, more)
    response = await asking.ask(text)
    assert response.errors == []
    assert response.basis is not None
    assert response.basis.t == applied.t == asking.executor.live.current.catalogue.t


async def test_a_query_that_a_change_does_not_touch_does_not_wait_for_the_schema(
    asking: Asking, world_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = threading.Event()

    def slow(catalogue: Catalogue) -> Schema:
        assert built.wait(20)
        return build(catalogue)

    monkeypatch.setattr("schema.execution.served.build", slow)
    untouched = "{ datasets { nodes { name upstream { nodes { name } } } } basis { t } }"
    touched = "{ owners { totalCount } }"
    before = asking.executor.live.current
    try:
        for query in (untouched, touched):
            assert (await asking.ask(query)).errors == []
        async with Database.open(world_url) as other:
            applied = await applied_to(other, _PERSON)
        waiting = asyncio.create_task(asking.ask(touched))
        for _ in range(3):
            response = await asking.ask(untouched)
            assert response.errors == []
            assert response.basis is not None
            assert response.basis.t == applied.t
        await asyncio.sleep(0.1)
        assert asking.executor.live.current is before
        assert not waiting.done()
    finally:
        built.set()
    assert (await waiting).data == {"owners": {"totalCount": 2}}
    assert asking.executor.live.current.catalogue.t == applied.t


async def test_requests_are_answered_while_the_schema_changes(
    asking: Asking, world_url: str
) -> None:
    stop = asyncio.Event()
    failed: list[object] = []
    answered = 0

    async def reader() -> None:
        nonlocal answered
        while not stop.is_set():
            response = await asking.ask("{ datasets { nodes { name } } basis { t } }")
            answered += 1
            if response.errors:
                failed.append(response.errors)

    async with Database.open(world_url) as other, asyncio.TaskGroup() as group:
        readers = [group.create_task(reader()) for _ in range(4)]
        for number in range(3):
            await applied_to(other, f"type Extra{number} @entity {{ name: String @index }}")
            await asyncio.sleep(0.05)
        stop.set()
    assert all(each.done() for each in readers)
    assert failed == []
    assert answered >= len(readers)


async def test_an_entity_of_a_type_that_is_new_is_read(asking: Asking, world_url: str) -> None:
    async with Database.open(world_url) as other:
        applied = await applied_to(other, _MORE)
    write = "mutation ($it: TransactionInput!) { transact(transaction: $it) { basis { t } } }"
    upsert = [{"type": "Report", "urn": "hw://report/x/a", "title": "A"}]
    assert (await asking.ask(write, {"it": {"upsert": upsert}})).errors == []
    await _served(asking, applied.t)
    data = await asking.data(_READ)
    assert data["entity"] == {"__typename": "Report", "urn": "hw://report/x/a", "title": "A"}


async def test_a_schema_that_was_swapped_out_is_forgotten(asking: Asking, world_url: str) -> None:
    await asking.data("{ datasets { nodes { name } } }")
    old = weakref.ref(asking.executor.live.current.core)
    async with Database.open(world_url) as other:
        applied = await applied_to(other, _MORE)
    await _served(asking, applied.t)
    async with asyncio.timeout(20):
        while old() is not None:  # A thread may still be telling of it what tools will ask.
            await asyncio.sleep(0.05)
            gc.collect()


async def test_a_schema_that_cannot_be_built_leaves_the_one_that_is_served(
    asking: Asking, world_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ValueError("no such luck")

    with monkeypatch.context() as patched:
        patched.setattr("schema.execution.served.build", broken)
        async with Database.open(world_url) as other:
            await applied_to(other, _MORE)
        await asyncio.sleep(0.2)
        told = {"query": "{ __schema { queryType { name } } }"}
        response = await asking.http.post("/graphql", json=told)
        assert response.status_code == 500
        assert "errors" not in await asking.post("{ basis { t } }")
    for _ in range(100):
        await asyncio.sleep(0.02)
        if "reports" in asking.executor.live.current.core.type_map["Query"].fields:  # type: ignore[attr-defined]  # An object type.
            break
    assert await asking.data("{ reports { totalCount } }") == {"reports": {"totalCount": 0}}


async def test_a_request_finishes_on_the_schema_it_began_with(
    asking: Asking, world_url: str
) -> None:
    prepared = asking.executor.prepare(Request("{ datasets { nodes { name } } }"))
    async with Database.open(world_url) as other:
        applied = await applied_to(other, _MORE)
    assert applied.t is not None
    await asking.executor.live.at_least(applied.t)
    response = await asking.executor.run(prepared)
    assert response.errors == []
    assert len((response.data or {})["datasets"]["nodes"]) == 2
