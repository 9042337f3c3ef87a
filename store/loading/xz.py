"""The streams of an .xz file, read to the last byte.

`lzma.open` takes what follows the first stream for padding if it cannot read it: a second stream
whose head is damaged would be left out, and nobody told.
"""

import io
import lzma
from collections.abc import Iterator
from typing import IO, Any

_PART = 64 * 2**10


def opened(stored: "io.BufferedReader[Any]") -> IO[bytes]:
    """Return a file of what is compressed.

    Reading raises EOFError where it ends too early, LZMAError where it is damaged.
    """
    return io.BufferedReader(_Parts(_decompressed(stored)), _PART)


class _Parts(io.RawIOBase):
    """A file of parts that come one after the other."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # Whatever has a buffer.
        """Fill the buffer with what comes next, as far as it goes; 0 is the end."""
        part = self._rest or next(filter(None, self._parts), b"")
        size = min(len(buffer), len(part))
        buffer[:size], self._rest = part[:size], part[size:]
        return size


def _decompressed(stored: "io.BufferedReader[Any]") -> Iterator[bytes]:
    packed = stored.read(_PART)
    while packed:
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ)
        yield from _stream(stored, stream, packed)
        packed = _after_padding(stored, stream.unused_data)


def _stream(
    stored: "io.BufferedReader[Any]", stream: lzma.LZMADecompressor, packed: bytes
) -> Iterator[bytes]:
    """Yield the parts of one stream, whose compressed data begins as given."""
    while True:
        yield stream.decompress(packed, _PART)
        if stream.eof:
            return
        packed = b""
        if stream.needs_input and not (packed := stored.read(_PART)):
            raise EOFError


def _after_padding(stored: "io.BufferedReader[Any]", packed: bytes) -> bytes:
    """Return the start of what comes after the zeros between two streams."""
    start = packed.lstrip(b"\0")
    while not start and (packed := stored.read(_PART)):
        start = packed.lstrip(b"\0")
    return start
