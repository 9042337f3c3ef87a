"""Lines of transaction files: numbers, digests, limits, compression, strict JSON, reading ahead."""

import asyncio
import gzip
import hashlib
import io
import lzma
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from store.errors import CallerFault
from store.loading import parsing as load_json
from store.loading.ahead import ahead
from store.loading.errors import BrokenFile, FileUnreadable, LineTooLong, NotJson
from store.loading.lines import LONGEST_LINE, Line, Source, opened

TEXT = b'{"a": 1}\n\n{"b": 2}\n'
DIGESTS = [
    hashlib.sha256(TEXT[:9]).digest(),
    hashlib.sha256(TEXT[:10]).digest(),
    hashlib.sha256(TEXT).digest(),
]


def lines(path: Path) -> list[Line]:
    with opened(Source(str(path))) as file:
        return list(file.lines())


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


COMPRESSED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("plain.jsonl", bytes),
    ("a.jsonl.xz", lzma.compress),
    ("a.jsonl.gz", gzip.compress),
    ("xz-by-its-bytes", lzma.compress),
    ("gz-by-its-bytes", gzip.compress),
]


@pytest.mark.parametrize(("name", "compress"), COMPRESSED)
def test_lines_are_the_same_however_they_are_stored(
    tmp_path: Path, name: str, compress: Callable[[bytes], bytes]
) -> None:
    path = written(tmp_path, name, compress(TEXT))
    assert lines(path) == [
        Line(1, DIGESTS[0], b'{"a": 1}'),
        Line(2, DIGESTS[1], b""),
        Line(3, DIGESTS[2], b'{"b": 2}'),
    ]
    with opened(Source(str(path))) as file:
        assert (file.position, file.size) == (0, path.stat().st_size)
        list(file.lines())
        assert file.position == file.size


def test_a_stream_is_read_as_a_file_and_left_open() -> None:
    stream = io.BufferedReader(io.BytesIO(lzma.compress(TEXT)))
    with opened(Source("-", stream)) as file:
        assert [line.digest for line in file.lines()] == DIGESTS
        assert file.size is None
    assert not stream.closed


def test_a_line_feed_at_the_end_makes_no_difference(tmp_path: Path) -> None:
    assert [each.digest for each in lines(written(tmp_path, "a", TEXT[:-1]))] == DIGESTS


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    assert lines(written(tmp_path, "a", b"")) == []


@pytest.mark.parametrize(
    ("name", "cut"),
    [("a.xz", lzma.compress(TEXT * 9)[:-9]), ("a.gz", gzip.compress(TEXT * 9)[:-4])],
    ids=("xz", "gz"),  # The bytes hold the time, and workers have to agree on names.
)
def test_compression_that_ends_too_early_breaks_off_after_its_whole_lines(
    tmp_path: Path, name: str, cut: bytes
) -> None:
    *whole, last = lines(written(tmp_path, name, cut))
    assert all(isinstance(line.content, bytes) for line in whole)
    assert isinstance(last.content, BrokenFile)
    assert "ends too early" in str(last.content)
    assert last.number == len(whole) + 1


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(("name", "compress"), [("a.xz", lzma.compress), ("a.gz", gzip.compress)])
def test_damaged_compression_breaks_off(
    tmp_path: Path, name: str, compress: Callable[[bytes], bytes]
) -> None:
    many = b"".join(b'{"n": %d}\n' % n for n in range(20_000))
    *_, last = lines(written(tmp_path, name, flipped(compress(many))))
    assert isinstance(last.content, BrokenFile)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("a.xz", "is called .xz and is none"), ("a.gz", "is called .gz and is none")],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(
    tmp_path: Path, name: str, problem: str
) -> None:
    with pytest.raises(FileUnreadable, match=problem):
        lines(written(tmp_path, name, TEXT))


@pytest.mark.parametrize("name", ["missing.jsonl", ".", "n\0ul"])
def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileUnreadable):
        lines(tmp_path / name)


def test_a_line_of_the_longest_length_is_read_and_a_longer_one_is_not(tmp_path: Path) -> None:
    longest = b" " * LONGEST_LINE
    text = longest + b"\n " + longest + b"\n\n" + longest * 2
    read = lines(written(tmp_path, "a", text))
    assert [type(line.content) for line in read] == [bytes, LineTooLong, bytes, LineTooLong]
    assert [line.number for line in read] == [1, 2, 3, 4]
    assert read[-1].digest == hashlib.sha256(text + b"\n").digest()


def test_json_keeps_every_digit() -> None:
    assert load_json.parse(b'{"a": 9223372036854775808, "b": 1.10, "c": 1e400}') == {
        "a": 2**63,
        "b": Decimal("1.10"),
        "c": Decimal("1e400"),
    }


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"nonsense", "column 1: Expecting value"),
        (b'{"a": 1} {', "column 10: Extra data"),
        (b'{"a": 1,}', "column"),
        (b"[1, NaN]", "NaN is no number in JSON"),
        (b"-Infinity", "-Infinity is no number"),
        (b'{"a": {"b": 1, "b": 1}}', "the key 'b' stands twice"),
        (b'"\xff"', "byte 2 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'"\t"', "Invalid control character"),
        (b"[" * 100_000, "nested too deep"),
        (b"1" * 5_000, "thousands of digits"),
        (b"1e99999999999999999999", "out of all bounds"),
    ],
)
def test_what_is_no_strict_json_is_refused(line: bytes, problem: str) -> None:
    with pytest.raises(NotJson, match=problem) as refused:
        load_json.parse(line)
    assert isinstance(refused.value, CallerFault)


def counted(count: int, made: list[int]) -> Iterator[tuple[int, int]]:
    for number in range(count):
        made.append(number)
        yield number, 1


async def test_a_thread_works_ahead_no_further_than_it_may() -> None:
    made: list[int] = []
    async with ahead(counted(100, made), 10) as waiting:
        taken = await waiting.take(1, 1)
        await asyncio.sleep(0.05)
        assert len(made) <= 12
        while more := await waiting.take(7, 100):
            assert len(more) <= 7
            taken += more
    assert taken == list(range(100))


async def test_nobody_is_woken_who_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, woken = asyncio.get_running_loop(), list[Callable[[], object]]()
    wake = loop.call_soon_threadsafe

    def counting(callback: Callable[[], object]) -> asyncio.Handle:
        woken.append(callback)
        return wake(callback)

    monkeypatch.setattr(loop, "call_soon_threadsafe", counting)
    async with ahead(counted(100, []), 1_000) as waiting:
        while len(waiting.items) < 100:
            time.sleep(0.001)  # noqa: ASYNC251  # The loop is to be busy.
        assert woken == []
        assert len(await waiting.take(100, 1_000)) == 100


async def test_what_is_taken_is_bounded_in_size_but_never_empty() -> None:
    async with ahead(iter([("large", 50), ("a", 2), ("b", 2)]), 100) as waiting:
        await asyncio.sleep(0.05)
        assert await waiting.take(9, 3) == ["large"]
        assert await waiting.take(9, 3) == ["a"]
        assert await waiting.take(9, 3) == ["b"]
        assert await waiting.take(9, 3) == []


async def test_a_failure_comes_after_what_was_made_before_it() -> None:
    def failing() -> Iterator[tuple[int, int]]:
        yield 1, 1
        raise ValueError("no more")

    async with ahead(failing(), 10) as waiting:
        assert await waiting.take(9, 9) == [1]
        with pytest.raises(ValueError, match="no more"):
            await waiting.take(9, 9)


async def test_leaving_early_ends_the_thread() -> None:
    async with ahead(counted(1_000_000, []), 10) as waiting:
        await waiting.take(1, 1)
    for thread in threading.enumerate():
        if thread.name == "reading ahead":
            await asyncio.to_thread(thread.join, 5)
            assert not thread.is_alive()
