"""Answers as HTTP messages: large ones go out in pieces, so that nobody waits while they are made.

Compressing 100 MB takes seconds. Where a body comes piece by piece, each piece is compressed and
sent by itself, other requests have their turn between two of them, and there is no second copy.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type

from service.http_accept import GRAPHQL

PIECE = 256 * 1024
"""Bytes that are compressed at once: a millisecond or three."""

SMALLEST_COMPRESSED = 1_024

add_compress_type(GRAPHQL)
_REPLY, _ACCEPT_ENCODING = "headwater.reply", b"accept-encoding"

Headers = Sequence[tuple[bytes, bytes]]
"""Names in small letters, and values, as ASGI has them."""

_VARYING: Headers = ((b"vary", b"Accept-Encoding"),)
"""Said of what would be compressed for somebody else."""


@dataclass(eq=False, slots=True)
class Reply:
    """An answer of HTTP with all of its content: compressed where a client takes that and it helps.

    A large one goes out in pieces, and no copy of it is made.
    """

    status: int
    headers: Headers
    content: tuple[bytes, ...]
    length: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if self.length < SMALLEST_COMPRESSED:
            await self.send_plain(receive, send)
        elif any(name == _ACCEPT_ENCODING for name, _ in scope["headers"]):
            scope[_REPLY] = self
            await _compressing(scope, receive, send)
        else:
            await self.send_plain(receive, send, _VARYING)

    async def send_plain(self, receive: Receive, send: Send, more: Headers = ()) -> None:
        """Send it as it is, with more headers."""
        headers = [*self.headers, *more, (b"content-length", b"%d" % self.length)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if self.length <= PIECE:
            await send({"type": "http.response.body", "body": b"".join(self.content)})
        else:
            await self._send_in_pieces(receive, send)

    async def _send_in_pieces(self, receive: Receive, send: Send) -> None:
        """Send piece by piece, others having their turn between two, until the client is gone.

        Starlette's own for streams takes 300 µs for its group of tasks.
        """
        gone = asyncio.create_task(_gone(receive))
        try:
            for piece in _pieces(self.content):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                await asyncio.sleep(0)
            await send({"type": "http.response.body"})
        finally:
            gone.cancel()


async def _plain(scope: Scope, receive: Receive, send: Send) -> None:
    await scope[_REPLY].send_plain(receive, send)


_compressing = CompressMiddleware(_plain, minimum_size=SMALLEST_COMPRESSED)
"""What compresses: by zstd, Brotli or gzip, the first of these that a client takes."""


def reply(content: bytes, status: int, headers: Mapping[str, str]) -> Reply:
    """Return an answer with that content."""
    return Reply(status, raw(headers), (content,), len(content))


def raw(headers: Mapping[str, str]) -> Headers:
    """Return headers as ASGI has them."""
    return tuple((name.lower().encode(), told.encode("latin-1")) for name, told in headers.items())


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
