"""A request has one answer, whatever way it takes through the server, and one line in the log."""

import asyncio
import gc
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import orjson
import pytest
from starlette.types import Message
from structlog.testing import capture_logs

from service.http_accept import GRAPHQL, JSON
from tests.service.conftest import Asking, serving

_RAW = "hw://dataset/x/raw"
_ENTITY = "query ($id: ID!) { dataset(id: $id) { name } }"
_AS_OF = "query ($id: ID!, $at: TimePoint!) { dataset(id: $id, asOf: $at) { name } }"
_TYPES = "{ __schema { types { name fields { name } } } }"
_BODIES: tuple[dict[str, Any], ...] = (
    {"query": _ENTITY, "variables": {"id": _RAW}},
    {"query": _ENTITY, "variables": {"id": "hw://dataset/x/none"}},
    {"query": _ENTITY, "variables": {"id": 1.5}},
    {"query": _ENTITY},
    {"query": _AS_OF, "variables": {"id": _RAW, "at": "3"}},
    {"query": _AS_OF, "variables": {"id": _RAW, "at": "9999"}},
    {"query": _ENTITY, "variables": {"id": _RAW}, "extensions": {"minT": 1}},
    {"query": "{ nothing }"},
    {"query": _TYPES},
    {"variables": {}},
)


def _told(response: httpx.Response) -> tuple[int, Mapping[str, str], bytes]:
    return response.status_code, dict(response.headers), response.content


@pytest.mark.parametrize("body", _BODIES)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON, "text/html"])
async def test_a_request_that_comes_again_has_the_same_answer(
    asking: Asking, body: dict[str, Any], accept: str
) -> None:
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    first, *others = [
        _told(await asking.http.post("/graphql", json=body, headers=headers)) for _ in range(3)
    ]
    assert others == [first, first]


@pytest.mark.parametrize("body", _BODIES)
async def test_an_answer_is_the_same_behind_a_prefix(asking: Asking, body: dict[str, Any]) -> None:
    transport = httpx.ASGITransport(asking.app, root_path="/behind")
    async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as http:
        for encoding in ("identity", "gzip"):
            told = {"Accept-Encoding": encoding}
            behind = await http.post("/behind/graphql", json=body, headers=told)
            straight = await asking.http.post("/graphql", json=body, headers=told)
            assert _told(behind) == _told(straight)
        for method in ("GET", "HEAD"):
            parameters = {"query": str(body.get("query"))}
            behind = await http.request(method, "/behind/graphql", params=parameters)
            straight = await asking.http.request(method, "/graphql", params=parameters)
            assert _told(behind) == _told(straight)


async def test_of_a_header_that_comes_twice_the_first_counts(asking: Asking) -> None:
    for one, other in ((GRAPHQL, JSON), (JSON, GRAPHQL)):
        headers = [("Accept", one), ("Accept", other)]
        response = await asking.http.post("/graphql", json=_BODIES[0], headers=headers)
        assert response.headers["content-type"].startswith(one)


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    logger = logging.getLogger("headwater.http")
    before = logger.level
    logger.setLevel(logging.INFO)
    with capture_logs() as lines:
        yield lines
    logger.setLevel(before)


async def test_every_request_but_of_probes_is_logged_once(
    world_url: str, logged: list[Any]
) -> None:
    async with serving(world_url, hosts="headwater") as asking:
        await asking.http.post("/graphql", json=_BODIES[0])
        await asking.http.post("/graphql", content=b"{", headers={"Content-Type": JSON})
        await asking.http.put("/graphql")
        await asking.http.get("/nowhere")
        await asking.http.get("/schema.graphql")
        await asking.http.get("/graphql", headers={"Host": "elsewhere"})
        await asking.http.get("/livez")
    told = [each for each in logged if each["event"] == "request"]
    assert [(each["method"], each["path"], each["status"]) for each in told] == [
        ("POST", "/graphql", 200),
        ("POST", "/graphql", 400),
        ("PUT", "/graphql", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/schema.graphql", 200),
        ("GET", "/graphql", 421),
    ]
    assert all(each["ms"] > 0 for each in told)
    assert {type(each["status"]) for each in told} == {int}  # Others are written by their names.


async def test_a_request_leaves_nothing_to_the_garbage_collector(asking: Asking) -> None:
    body = orjson.dumps(_BODIES[0])
    message = {"type": "http.request", "body": body, "more_body": False}
    headers = [(b"content-type", b"application/json"), (b"accept", b"*/*")]

    async def receive() -> Message:
        return message

    async def send(message: Message) -> None:
        pass

    async def ask() -> None:
        scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": headers}
        await asking.app(scope, receive, send)

    await ask()
    await ask()  # By now it is kept.
    left = []
    gc.disable()
    try:
        for _ in range(5):  # What else a server that has just begun does leaves a little, too.
            gc.collect()
            for _ in range(50):
                await ask()
            left.append(gc.collect())
            await asyncio.sleep(0.05)
    finally:
        gc.enable()
    assert min(left) < 50
