"""Large answers wait for room, and give it back however their requests end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from schema.execution.documents import RequestErrors
from service.app import create_app
from service.cli.schema import applied_to
from service.http_body import PIECE
from service.room import A_ROW, Room
from service.settings import Settings
from store.database import Database
from store.transaction import Transaction, Upsert
from store.writing.writer import Writer
from tests.service.world import CATALOG

_TEAMS = 1_500
_LARGE = "{ teams(first: 1500) { nodes { urn name } } }"
_SMALL = "{ teams(first: 1) { nodes { name } } }"
_GRAPHQL = {"Accept": "application/graphql-response+json"}


def _room(most: int, *, patience: float = 30.0, turns: int = 100) -> Room:
    return Room(most, patience, asyncio.Semaphore(turns))


async def test_who_waits_gets_room_in_turn() -> None:
    room, got = _room(10), list[str]()

    async def take(name: str, size: int) -> None:
        await room.take(size)
        got.append(name)

    await take("first", 8)
    waiting = [asyncio.create_task(take(name, size)) for name, size in (("b", 5), ("c", 1))]
    await asyncio.sleep(0)
    assert got == ["first"]
    room.give(8)
    await asyncio.gather(*waiting)
    assert got == ["first", "b", "c"]  # What wants little does not overtake.
    assert room.held == 6


async def test_more_than_all_room_is_given_when_nobody_has_any() -> None:
    room = _room(10)
    await room.take(50)
    assert room.held == 50


async def test_who_gives_up_stands_in_nobody_s_way() -> None:
    room = _room(10)
    await room.take(8)
    giving_up, other = (asyncio.create_task(room.take(size)) for size in (9, 2))
    await asyncio.sleep(0)
    giving_up.cancel()
    await other
    assert room.held == 10
    with pytest.raises(asyncio.CancelledError):
        await giving_up


async def test_who_gives_up_in_the_moment_of_getting_gives_it_back() -> None:
    room = _room(10, turns=2)
    await room.take(8)
    waiting = asyncio.create_task(room.take(9))
    await asyncio.sleep(0)
    room.give(8)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert room.held == 0
    room.turns.release()  # That of the first.
    await room.take(1)
    await room.take(1)


async def test_without_room_in_time_it_is_refused() -> None:
    room = _room(10, patience=0.0)
    await room.take(10)
    with pytest.raises(RequestErrors) as raised:
        await room.take(1)
    [error] = raised.value.errors
    assert (error.extensions or {})["code"] == "ANSWERS_HELD"
    assert room.held == 10


async def test_what_is_read_at_once_has_turns() -> None:
    room = _room(10**9, patience=0.0, turns=1)
    with room.holding() as first:
        await first.expect(10_000)
        with room.holding() as second:
            with pytest.raises(RequestErrors):
                await second.expect(10_000)
            await second.expect(PIECE // A_ROW)  # A small one needs none.
            first.keep(3 * PIECE)
            await second.expect(10_000)
            assert room.held == 3 * PIECE + 10_000 * A_ROW
    assert room.held == 0


@asynccontextmanager
async def _serving(url: str, **chosen: float) -> AsyncIterator[tuple[httpx.AsyncClient, Room]]:
    async with Database.open(url, pool_size=2) as database:
        await applied_to(database, CATALOG)
        upserts = tuple(
            Upsert("Team", f"hw://team/x/{n}", {"name": f"{n} " + 400 * "x"}) for n in range(_TEAMS)
        )
        await Writer(database).transact(Transaction(upserts=upserts))
    app = create_app(Settings.from_environment(database_url=url, **chosen))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as http:
            yield http, app.state.server.room


async def test_a_large_answer_that_finds_no_room_is_503_while_small_ones_go_on(
    database_url: str,
) -> None:
    async with _serving(database_url, answers_held=600_000, answers_wait=0.0) as (http, room):
        with room.holding() as somebody:
            await somebody.expect(2_000)
            refused = await http.post("/graphql", json={"query": _LARGE}, headers=_GRAPHQL)
            assert refused.status_code == 503
            [error] = refused.json()["errors"]
            assert error["extensions"] == {"code": "ANSWERS_HELD", "category": "unavailable"}
            small = await http.post("/graphql", json={"query": _SMALL}, headers=_GRAPHQL)
            assert small.json()["data"]["teams"]["nodes"]
        answered = await http.post("/graphql", json={"query": _LARGE}, headers=_GRAPHQL)
        assert len(answered.json()["data"]["teams"]["nodes"]) == _TEAMS
        assert room.held == 0


async def test_what_an_answer_holds_is_what_it_has_until_it_is_sent(database_url: str) -> None:
    async with _serving(database_url) as (http, room):
        held = list[int]()
        app = http._transport.app  # type: ignore[attr-defined]  # httpx's own, which we gave it.

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            async def noted(message: Message) -> None:
                held.append(room.held)
                await send(message)

            await app(scope, receive, noted)

        transport = httpx.ASGITransport(noting)
        async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as client:
            answer = await client.post(
                "/graphql", json={"query": _LARGE}, headers={"Accept-Encoding": "identity"}
            )
        assert set(held) == {len(answer.content)}
        assert len(held) > 2
        assert room.held == 0


async def test_a_client_that_takes_nothing_is_dropped_and_holds_nothing(
    database_url: str,
) -> None:
    async with _serving(database_url, stream_taking=0.05) as (http, room):
        app = http._transport.app  # type: ignore[attr-defined]  # As above.
        sent = list[Message]()

        async def never(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body":
                await asyncio.Event().wait()

        async def receive() -> Message:
            if not sent:
                body = f'{{"query": "{_LARGE}"}}'.encode()
                sent.append({"type": "received"})
                return {"type": "http.request", "body": body, "more_body": False}
            await asyncio.Event().wait()
            raise AssertionError

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"host", b"headwater")],
            "scheme": "http",
            "server": ("headwater", 80),
            "client": ("127.0.0.1", 1),
            "http_version": "1.1",
            "root_path": "",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
        }
        await app(scope, receive, never)
        assert [each["type"] for each in sent[1:]] == ["http.response.start", "http.response.body"]
        assert room.held == 0
