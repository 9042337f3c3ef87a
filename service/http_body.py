"""Answers as HTTP messages: large ones go out in pieces, so that nobody waits while they are made.

Compressing 100 MB takes seconds. Where a body comes piece by piece, each piece is compressed and
sent by itself, other requests have their turn between two of them, and there is no second copy.
"""

import asyncio
from collections.abc import Iterator, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from service.http_accept import GRAPHQL

PIECE = 256 * 1024
"""Bytes that are compressed at once: a millisecond or three."""

SMALLEST_COMPRESSED = 1_024

Compression = CompressMiddleware
"""What compresses: zstd, Brotli or gzip, the first of these that a client takes."""

add_compress_type(GRAPHQL)
# An event has to arrive at once, and what reads a stream of them is often no browser.
remove_compress_type("text/event-stream")


def http_response(content: bytes, status: int, headers: Mapping[str, str]) -> Response:
    """Return a response with that content, in pieces where it is large."""
    return response_of((content,), status, headers)


def response_of(content: tuple[bytes, ...], status: int, headers: Mapping[str, str]) -> Response:
    """Return a response with these contents one after the other; of large ones no copy is made."""
    length = sum(map(len, content))
    if length <= PIECE:
        return Response(b"".join(content), status, headers)
    return _InPieces(content, status, {"Content-Length": str(length), **headers})


def length_of(response: Response) -> int:
    """Return how many bytes a response of these has."""
    if isinstance(response, _InPieces):
        return sum(map(len, response.content))
    return len(response.body)


class _InPieces(Response):
    """Goes out piece by piece, others having their turn between two, until its client is gone.

    Starlette's own for streams takes 300 µs for its group of tasks.
    """

    def __init__(self, content: tuple[bytes, ...], status: int, headers: Mapping[str, str]) -> None:
        super().__init__(None, status, headers)
        self.content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        gone = asyncio.create_task(_gone(receive))
        try:
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            for piece in _pieces(self.content):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.sleep(0)
            await send({"type": "http.response.body"})
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _pieces(content: tuple[bytes, ...]) -> Iterator[bytes | memoryview]:
    """Yield pieces of a size that can be compressed at once: small contents are put together."""
    gathered = b""
    for part in content:
        if len(gathered) + len(part) <= PIECE:
            gathered += part
            continue
        if gathered:
            yield gathered
            gathered = b""
        view = memoryview(part)
        for start in range(0, len(part), PIECE):
            yield view[start : start + PIECE]
    if gathered:
        yield gathered
