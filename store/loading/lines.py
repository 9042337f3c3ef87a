"""The lines of a file of transactions, each with its number and the digest of all up to it."""

import gzip
import hashlib
import io
import lzma
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from store.loading import xz as load_xz
from store.loading.errors import BrokenFile, FileUnreadable, LineTooLong

# Over whatever raw stream; quoted, as the class has parameters for type checkers only.
Stored: TypeAlias = "io.BufferedReader[Any]"

LONGEST_LINE = 16 * 2**20
_XZ, _GZ = b"\xfd7zXZ\x00", b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Source:
    """A file by its name, or a stream that somebody else has opened and calls so."""

    name: str
    stream: "Stored | None" = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end, or why there is none; a break is the last that a file gives.

    The digest is SHA-256 over all lines up to and with this one, each with a line feed. A break has
    none: that of the line before would say that it was loaded.
    """

    number: int
    digest: bytes
    content: bytes | LineTooLong | BrokenFile


@dataclass(frozen=True, slots=True)
class TransactionFile:
    """An open file of transactions: its bytes as they lie there, and decompressed."""

    source: Source
    stored: Stored
    plain: IO[bytes]

    @property
    def size(self) -> int | None:
        """Return how many bytes lie there, or None where nobody knows."""
        status = _status(self.stored)
        return status.st_size if status and stat.S_ISREG(status.st_mode) else None

    @property
    def position(self) -> int:
        """Return how many of these bytes have been read."""
        return self.stored.tell() if self.stored.seekable() else 0

    def lines(self) -> Iterator[Line]:
        """Yield its lines; the last may lack its line feed."""
        digest, number = hashlib.sha256(), 0
        while True:
            number += 1
            try:
                content = _read_line(self.plain, digest)
            except (EOFError, lzma.LZMAError, zlib.error, OSError) as error:
                yield Line(number, b"", BrokenFile(_reason(error)))
                return
            if content is None:
                return
            yield Line(number, digest.digest(), content)


@contextmanager
def opened(source: Source) -> Iterator[TransactionFile]:
    """Open a source, plain or compressed. Raises FileUnreadable."""
    if source.stream is not None:
        plain = _decompressed(source.name, source.stream)
        yield TransactionFile(source, source.stream, plain)
        return
    with _stored(source.name) as stored:
        yield TransactionFile(source, stored, _decompressed(source.name, stored))


def _stored(name: str) -> Stored:
    try:
        return Path(name).open("rb")
    except (OSError, ValueError) as error:  # A ValueError: there is a NUL in the name.
        raise FileUnreadable(name, getattr(error, "strerror", None) or str(error)) from None


def _decompressed(name: str, stored: Stored) -> IO[bytes]:
    """Choose by the name, and where that says nothing by the first bytes."""
    try:
        start = stored.peek(len(_XZ))
    except OSError as error:
        raise FileUnreadable(name, error.strerror or str(error)) from None
    for suffix, magic in ((".xz", _XZ), (".gz", _GZ)):
        if name.endswith(suffix) and not start.startswith(magic):
            raise FileUnreadable(name, f"it is called {suffix} and is none")
    if start.startswith(_XZ):
        return load_xz.opened(stored)
    if start.startswith(_GZ):
        return io.BufferedReader(gzip.GzipFile(fileobj=stored))
    return stored


def _read_line(plain: IO[bytes], digest: "hashlib._Hash") -> bytes | LineTooLong | None:
    line = plain.readline(LONGEST_LINE + 1)
    if not line:
        return None
    if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
        _skip_line(plain, line, digest)
        return LineTooLong(LONGEST_LINE)
    content = line.removesuffix(b"\n")
    digest.update(content)
    digest.update(b"\n")
    return content


def _skip_line(plain: IO[bytes], start: bytes, digest: "hashlib._Hash") -> None:
    """Read a line to its end without keeping it."""
    part = start
    while part and not part.endswith(b"\n"):
        digest.update(part)
        part = plain.readline(LONGEST_LINE)
    digest.update(part.removesuffix(b"\n"))
    digest.update(b"\n")


def _reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "the compressed data ends too early"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"the compressed data is damaged ({error})"


def _status(stored: Stored) -> os.stat_result | None:
    try:
        return os.fstat(stored.fileno())
    except (OSError, ValueError):
        return None
