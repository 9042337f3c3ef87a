"""graphql-transport-ws by the letter: who may say what when, and how a socket is closed."""

import asyncio
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from tests.subscriptions.running import Running, running, socket_to, writing

ALL = "subscription ($after: TimePoint) { transactions(after: $after) { t } }"
NAMED = {"type": "Team", "urn": "hw://team/x/a", "name": "A"}


async def _closed_after(server: Running, *messages: dict[str, Any]) -> int:
    async with socket_to(server.at) as socket:
        for message in messages:
            await socket.say(**message)
        return await socket.closed()


HELLO = {"type": "connection_init"}
ASKED = {"type": "subscribe", "id": "1", "payload": {"query": ALL}}


_BREACHES: list[tuple[list[dict[str, Any]], int]] = [
    ([ASKED], 4401),
    ([HELLO, HELLO], 4429),
    ([HELLO, ASKED, ASKED], 4409),
    ([{"type": "start"}], 4400),
    ([{"id": "1"}], 4400),
    ([HELLO, {"type": "subscribe", "id": "1"}], 4400),
    ([HELLO, {"type": "subscribe", "id": "1", "payload": {"query": 1}}], 4400),
    (
        [HELLO, {"type": "subscribe", "id": "1", "payload": {"query": ALL, "variables": 1}}],
        4400,
    ),
    ([HELLO, {**ASKED, "id": ""}], 4400),
    ([HELLO, {**ASKED, "id": "i" * 257}], 4400),
    ([HELLO, {**ASKED, "id": 1}], 4400),
    ([HELLO, {"type": "complete"}], 4400),
    ([{"type": "connection_init", "payload": "x"}], 4400),
]


async def test_what_breaks_the_protocol_closes_the_socket(catalog_url: str) -> None:
    async with running(catalog_url) as server:
        for messages, code in _BREACHES:
            assert await _closed_after(server, *messages) == code, messages


async def test_text_that_is_no_message_and_bytes_close_it_too(catalog_url: str) -> None:
    async with running(catalog_url, body_limit=2_000) as server:
        for said in ("{", "[]", '"x"', "[" * 1_500, b"{}"):
            async with socket_to(server.at) as socket:
                await socket.connection.send(said)
                assert await socket.closed() == 4400
        async with socket_to(server.at) as socket:
            await socket.connection.send("x" * 3_000)
            assert await socket.closed() == 1009


async def test_a_client_has_to_begin_in_time_and_in_our_protocol(catalog_url: str) -> None:
    async with running(catalog_url, socket_opening=0.1) as server:
        assert await _closed_after(server) == 4408
        async with socket_to(server.at, protocols=(Subprotocol("graphql-ws"),)) as socket:
            assert await socket.closed() == 4406


async def test_pings_are_answered_and_pongs_need_no_answer(catalog_url: str) -> None:
    async with running(catalog_url) as server, socket_to(server.at) as socket:
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}
        await socket.say(type="pong", payload={"x": 1})
        await socket.begin()


async def test_queries_and_mutations_have_one_answer_and_complete(catalog_url: str) -> None:
    write = """mutation ($it: TransactionInput!) { transact(transaction: $it) {
      transaction { t } } }"""
    async with running(catalog_url) as server, socket_to(server.at) as socket:
        await socket.begin()
        await socket.subscribe(write, {"it": {"upsert": [NAMED]}}, "write")
        written = await socket.next("write")
        assert written["data"]["transact"]["transaction"]["t"] == "2"
        assert await socket.hear() == {"type": "complete", "id": "write"}
        await socket.subscribe("{ teams { nodes { name } } }", name="read")
        assert (await socket.next("read"))["data"] == {"teams": {"nodes": [{"name": "A"}]}}
        assert await socket.hear() == {"type": "complete", "id": "read"}


_REFUSED: list[tuple[str, dict[str, object] | None, str]] = [
    ("subscription {", None, "GRAPHQL_PARSE_FAILED"),
    ("subscription { nothing }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("subscription { transactions { t } b: transactions { t } }", None,
     "GRAPHQL_VALIDATION_FAILED"),
    ("subscription { __typename }", None, "GRAPHQL_VALIDATION_FAILED"),
    ("subscription ($x: Boolean!) { transactions @skip(if: $x) { t } }", {"x": False},
     "GRAPHQL_VALIDATION_FAILED"),
    ("subscription { ... @include(if: true) { transactions { t } } }", None,
     "GRAPHQL_VALIDATION_FAILED"),
    (ALL, {"after": "yesterday"}, "MALFORMED_TIME_POINT"),
    (ALL, {"after": "3000-01-01"}, "FUTURE_TIME_POINT"),
    (ALL, {"after": 1_000}, "BASIS_NOT_REACHED"),
    (ALL, {"after": -1}, "MALFORMED_TIME_POINT"),
    ("subscription ($ids: [ID!]!) { entityChanged(ids: $ids) { t } }", {"ids": ["x"] * 101},
     "LIMIT_EXCEEDED"),
    ("subscription ($ids: [ID!]!) { entityChanged(ids: $ids) { t } }", {"ids": ["a\0b"]},
     "BAD_USER_INPUT"),
    ("subscription { entityChanged(ids: null) { t } }", None, "GRAPHQL_VALIDATION_FAILED"),
]  # fmt: skip


async def test_what_is_refused_is_an_error_of_its_operation(catalog_url: str) -> None:
    async with running(catalog_url) as server, socket_to(server.at) as socket:
        await socket.begin()
        for query, variables, code in _REFUSED:
            await socket.subscribe(query, variables)
            refused = await socket.hear()
            assert (refused["type"], refused["id"]) == ("error", "1"), query
            assert {each["extensions"]["code"] for each in refused["payload"]} == {code}, query
        await socket.say(type="ping")  # The socket stays open.
        assert await socket.hear() == {"type": "pong"}


async def test_who_says_complete_hears_no_more_and_may_use_the_id_again(catalog_url: str) -> None:
    async with (
        running(catalog_url) as server,
        writing(catalog_url) as writer,
        socket_to(server.at) as socket,
    ):
        await socket.begin()
        await socket.subscribe(ALL, {"after": 0})
        assert (await socket.next())["data"]["transactions"]["t"] == "1"
        await socket.say(type="complete", id="1")
        await socket.subscribe("{ basis { t } }")
        assert (await socket.next())["data"]["basis"]["t"] == "1"
        assert await socket.hear() == {"type": "complete", "id": "1"}
        await writer.write(upsert=[NAMED])
        await asyncio.sleep(0.3)
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}


async def test_operations_sockets_and_foreign_pages_are_bounded(catalog_url: str) -> None:
    limits = {"socket_operations_limit": 2, "stream_limit": 1}
    async with running(catalog_url, **limits) as server, socket_to(server.at) as socket:
        await socket.begin()
        for name in ("1", "2", "3"):
            await socket.subscribe(ALL, name=name)
        refused = await socket.hear()
        assert (refused["type"], refused["id"]) == ("error", "3")
        assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        with pytest.raises(InvalidStatus) as denied:
            async with socket_to(server.at):
                pass
        assert denied.value.response.status_code == 503
    async with running(catalog_url) as server:
        for foreign in ("http://evil.example", "null", "http://[", "http://[::1", "://"):
            with pytest.raises(InvalidStatus) as denied:
                async with socket_to(server.at, origin=Origin(foreign)):
                    pass
            assert denied.value.response.status_code == 403
        async with socket_to(
            server.at, origin=Origin(f"http://127.0.0.1:{server.at.port}")
        ) as socket:
            await socket.begin()


async def test_a_server_that_stops_says_going_away(catalog_url: str) -> None:
    async with running(catalog_url) as server, socket_to(server.at) as socket:
        await socket.begin()
        await socket.subscribe(ALL)
        server.server.should_exit = True
        assert await socket.closed() == 1001
