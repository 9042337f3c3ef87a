"""How answers travel: compressed where that helps, in pieces where they are large, or bodiless."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator

import brotli  # type: ignore[import-untyped]  # It has no annotations.
import httpx
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Message

from service.http_body import PIECE, SMALLEST_COMPRESSED, Reply, reply
from service.http_cache import Conditional, etag
from tests.clients.running import Serving, listening

_LARGE = json.dumps([{"urn": f"hw://dataset/x/{n}", "name": f"n{n}"} for n in range(40_000)])
_SMALL = '{"data":null}'
_INTROSPECTION = "{ __schema { types { name description fields { name description } } } }"

_DECODED = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda content: zstandard.ZstdDecompressor().decompressobj().decompress(content),
}


async def _large(_: Request) -> Reply:
    return _answered(_LARGE)


async def _little(_: Request) -> Reply:
    return _answered(_SMALL)


def _answered(content: str) -> Reply:
    told = {"Content-Type": "application/graphql-response+json", "ETag": etag(content.encode())}
    return reply(content.encode(), 200, told)


def _application() -> Starlette:
    routes = [Route("/large", _large), Route("/small", _little)]
    return Starlette(routes=routes, middleware=[Middleware(Conditional)])


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(_application())
    async with httpx.AsyncClient(transport=transport, base_url="http://headwater") as client:
        yield client


async def _raw(http: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    async with http.stream("GET", path, headers=headers) as response:
        return response, b"".join([each async for each in response.aiter_raw()])


@pytest.mark.parametrize("encoding", _DECODED)
async def test_a_large_answer_is_compressed_as_the_client_can_read_it(
    http: httpx.AsyncClient, encoding: str
) -> None:
    assert len(_LARGE) > 4 * PIECE
    response, content = await _raw(http, "/large", **{"Accept-Encoding": encoding})
    assert response.headers["content-encoding"] == encoding
    assert "Accept-Encoding" in response.headers["vary"]
    assert len(content) < len(_LARGE) / 4
    assert _DECODED[encoding](content).decode() == _LARGE


async def test_what_no_encoding_was_asked_for_comes_plain(http: httpx.AsyncClient) -> None:
    for accepted in ("", "identity", "gzip;q=0", "compress"):
        response, content = await _raw(http, "/large", **{"Accept-Encoding": accepted})
        assert "content-encoding" not in response.headers
        assert content.decode() == _LARGE
        assert response.headers["content-length"] == str(len(_LARGE))


async def test_what_may_be_compressed_for_others_says_so_to_whoever_says_nothing() -> None:
    sent: list[Message] = []

    async def waiting() -> Message:
        await asyncio.sleep(60)
        return {}

    async def one(message: Message) -> None:
        sent.append(message)

    for size, varies in ((SMALLEST_COMPRESSED - 1, False), (SMALLEST_COMPRESSED, True)):
        answer = reply(b"x" * size, 200, {"Content-Type": "application/json", "Vary": "Accept"})
        sent.clear()
        await answer({"type": "http", "headers": [(b"accept", b"*/*")]}, waiting, one)
        start, body = sent
        told = {value for name, value in start["headers"] if name == b"vary"}
        assert told == ({b"Accept", b"Accept-Encoding"} if varies else {b"Accept"})
        assert body["body"] == b"x" * size


async def test_small_answers_stay_plain(http: httpx.AsyncClient) -> None:
    response, _ = await _raw(http, "/small", **{"Accept-Encoding": "gzip, br, zstd"})
    assert "content-encoding" not in response.headers


async def test_each_encoding_has_a_tag_of_its_own(http: httpx.AsyncClient) -> None:
    tags = {
        each: (await _raw(http, "/large", **{"Accept-Encoding": each}))[0].headers["etag"]
        for each in ("identity", *_DECODED)
    }
    assert len(set(tags.values())) == 4
    for known, tag in tags.items():
        for asked in tags:
            headers = {"Accept-Encoding": asked, "If-None-Match": tag}
            response, content = await _raw(http, "/large", **headers)
            assert response.status_code == (304 if asked == known else 200)
            if response.status_code == 304:
                assert (content, response.headers["etag"]) == (b"", tag)
                assert "Accept-Encoding" in response.headers["vary"]
                assert "content-encoding" not in response.headers


async def test_others_have_their_turn_while_a_large_answer_is_compressed() -> None:
    turns = 0

    async def counting() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def one(message: object) -> None:
        sent.append(message)

    async def waiting() -> dict[str, object]:
        await asyncio.sleep(60)
        return {}

    sent: list[object] = []
    content = _LARGE.encode() * 4
    response = reply(content, 200, {"Content-Type": "application/json"})

    scope = {"type": "http", "method": "GET", "headers": [(b"accept-encoding", b"br")]}
    other = asyncio.create_task(counting())
    try:
        await response(scope, waiting, one)
    finally:
        other.cancel()
    assert turns >= len(content) // PIECE
    assert len(sent) >= 2


async def test_a_real_server_answers_head_like_get_without_a_body(empty_server: Serving) -> None:
    parameters = {"query": _INTROSPECTION}
    async with httpx.AsyncClient(headers={"Accept-Encoding": "gzip"}) as http:
        get = await http.get(empty_server.url, params=parameters)
        head = await http.head(empty_server.url, params=parameters)
        assert get.json()["data"]["__schema"]
        assert (head.status_code, head.content) == (200, b"")
        told = ("etag", "cache-control", "vary", "content-type", "content-encoding")
        assert [head.headers[each] for each in told] == [get.headers[each] for each in told]
        assert get.headers["content-encoding"] == "gzip"
        for method in ("GET", "HEAD"):
            known = {"If-None-Match": get.headers["etag"]}
            again = await http.request(method, empty_server.url, params=parameters, headers=known)
            assert (again.status_code, again.content) == (304, b"")


@pytest.fixture
async def empty_server(database_url: str) -> AsyncIterator[Serving]:
    async with listening(database_url) as serving:
        yield serving
