"""The client that measures: one connection that stays open, one POST after the other, little else.

It knows as much of HTTP as the answers of uvicorn need (a length, or chunks), so that what it costs
itself, some 30 µs a request, hides no ratio.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

_BUFFER = 2**22


class Refused(Exception):
    """A server answers with another status than 200."""


@dataclass(slots=True)
class Connection:
    """A connection to a server, opened again where the server has closed it for being idle."""

    url: str
    _streams: tuple[StreamReader, StreamWriter] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["Connection"]:
        """Connect to the server of a URL, and disconnect at the end."""
        connection = cls(url)
        await connection.opened()
        try:
            yield connection
        finally:
            await connection.close()

    async def opened(self) -> tuple[StreamReader, StreamWriter]:
        """Return the two ends, of a connection that the server has not closed."""
        if self._streams is None or self._streams[0].at_eof():
            await self.close()
            place = urlsplit(self.url)
            self._streams = await asyncio.open_connection(place.hostname, place.port, limit=_BUFFER)
        return self._streams

    async def close(self) -> None:
        """Disconnect."""
        if self._streams is not None:
            _, writer = self._streams
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._streams = None

    def request(self, path: str, body: Mapping[str, Any]) -> bytes:
        """Return the bytes of a request, to be made ahead of what is measured."""
        content = orjson.dumps(body)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\n"
            f"Content-Type: application/json\r\nAccept: application/json\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    async def answer(self, request: bytes) -> bytes:
        """Send a request, and return the body of its answer. Raises Refused."""
        reader, writer = await self.opened()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(
            line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
        )
        body = await _body(reader, fields)
        if not head.startswith(b"HTTP/1.1 200 "):
            raise Refused(f"{head.splitlines()[0].decode()}: {body[:1_000].decode()}")
        return body


async def _body(reader: StreamReader, fields: Mapping[bytes, bytes]) -> bytes:
    length = fields.get(b"content-length")
    if length is not None:
        return await reader.readexactly(int(length))
    pieces = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        pieces.append((await reader.readexactly(size + 2))[:-2])
    await reader.readexactly(2)
    return b"".join(pieces)
