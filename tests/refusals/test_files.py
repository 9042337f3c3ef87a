"""Files of transactions that `headwater transact` refuses, line by line, and files that break."""

import gzip
import json
import lzma
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.refusals.conftest import Headwater
from tests.refusals.transactions import CASES, NEW, Case
from tests.refusals.world import RAW, lines

pytestmark = pytest.mark.usefixtures("unchanged")

NOT_LINES: tuple[tuple[bytes, str, str], ...] = (
    (b"x", "NOT_JSON", "column 1: Expecting value"),
    (b"{", "NOT_JSON", "column 2"),
    (b"{} {}", "NOT_JSON", "column 4: Extra data"),
    (b"5", "MALFORMED_TRANSACTION", "expected a JSON object, got 5"),
    (b"null", "MALFORMED_TRANSACTION", "expected a JSON object, got null"),
    (b"[]", "MALFORMED_TRANSACTION", "expected a JSON object, got []"),
    (b'"x"', "MALFORMED_TRANSACTION", "expected a JSON object, got 'x'"),
    (b'{"nope": 1}', "MALFORMED_TRANSACTION", "there is no key 'nope' (there are link, retract"),
    (b'{"tx": 5}', "MALFORMED_TRANSACTION", "tx: expected a JSON object, got 5"),
    (b'{"tx": {"line": 1}}', "MALFORMED_TRANSACTION", "tx: there is no key 'line'"),
    (b'{"tx": {"source": 5}}', "MALFORMED_TRANSACTION", "tx: source must be a string, not 5"),
    (b'{"upsert": {}}', "MALFORMED_TRANSACTION", "upsert: expected a list"),
    (b'{"retract": [5]}', "MALFORMED_TRANSACTION", "retract[0]: expected a urn, got 5"),
    (b'{"retract": "hw://d/raw"}', "MALFORMED_TRANSACTION", "retract: expected a list"),
    (b'{"upsert": [], "upsert": []}', "NOT_JSON", "the key 'upsert' stands twice"),
    (b'{"upsert": [{"type": "Dataset", "urn": "hw://d/raw", "name": "a", "name": "b"}]}',
     "NOT_JSON", "the key 'name' stands twice in one object"),
    (b'{"tx": {"reason": "\xff"}}', "NOT_JSON", "byte 20 is not UTF-8"),
    (b"\xef\xbb\xbf{}", "NOT_JSON", "byte order mark; save the file as UTF-8 without one"),
    (b'{"upsert": NaN}', "NOT_JSON", "NaN is no number in JSON"),
    (b'{"upsert": -Infinity}', "NOT_JSON", "-Infinity is no number in JSON"),
    (b"[" * 100_000, "NOT_JSON", "nested too deep"),
    (b"9" * 5_000, "NOT_JSON", "thousands of digits"),
    (b'{"upsert": [{"type": "Dataset", "urn": "hw://d/raw", "score": 1e999}]}',
     "WRONG_VALUE", "upsert[0].score: expected a finite number of 64 bits, got 1E+999"),
    (b'{"upsert": [{"type": "Dataset", "urn": "hw://d/raw", "details": [1e999]}]}',
     "WRONG_VALUE", "upsert[0].details: expected JSON"),
    (b'{"upsert": [{"type": "Dataset", "urn": "hw://d/raw", "price": 1e99999999999999999999}]}',
     "NOT_JSON", "out of all bounds"),
    (b'{"upsert": [{"type": "\\u001b[2J", "urn": "hw://d/raw"}]}',
     "UNKNOWN_TYPE", r"there is no entity type \x1b[2J"),
    (b'{"upsert": [{"type": "a\\nOK: all is well", "urn": "hw://d/raw"}]}',
     "UNKNOWN_TYPE", "there is no entity type a"),
)  # fmt: skip


def told_by_line(stderr: str) -> dict[int, str]:
    """Return what is said of each line of a file."""
    found = re.findall(r"^LINE_REFUSED: .*?, line (\d+): (.*)$", stderr, re.MULTILINE)
    return {int(number): told for number, told in found}


@pytest.fixture(scope="module")
def refused(headwater: Headwater, tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """Load all that must be refused as one file that goes on, and return what is said of each."""
    said = (*(case.line for case in CASES), *(line for line, *_ in NOT_LINES))
    path = lines(tmp_path_factory.mktemp("refused") / "all.jsonl", *said)
    result = headwater("transact", path, "--continue")
    assert result.exit_code == 1
    assert re.match(r"0 transactions, 0 datoms .*; \d+ lines refused\n", result.stdout)
    assert f"; {len(said)} lines refused" in result.stdout
    return told_by_line(result.stderr)


@pytest.mark.parametrize(("number", "case"), [*enumerate(CASES, 1)], ids=str)
def test_a_line_is_refused_with_its_number_and_the_reason(
    refused: dict[int, str], number: int, case: Case
) -> None:
    told = refused[number]
    assert told.startswith(f"{case.code}: ")
    for word in case.words:
        assert word in told
    assert len(told) < 2_500
    assert told.isprintable()


@pytest.mark.parametrize(("number", "case"), [*enumerate(NOT_LINES, len(CASES) + 1)])
def test_what_is_no_transaction_is_refused_with_its_number(
    refused: dict[int, str], number: int, case: tuple[bytes, str, str]
) -> None:
    _, code, words = case
    assert refused[number].startswith(f"{code}: ")
    assert words in refused[number]


def test_without_continue_the_first_bad_line_ends_the_load(
    headwater: Headwater, tmp_path: Path
) -> None:
    path = lines(tmp_path / "a.jsonl", {}, b"x", {"retract": ["y"]})
    result = headwater("transact", path)
    assert result.exit_code == 1
    assert result.stderr == (
        f"LINE_REFUSED: {path}, line 2: NOT_JSON: expected one JSON object:"
        " column 1: Expecting value\n"
    )


def test_nothing_of_a_refused_line_is_stored(headwater: Headwater, tmp_path: Path) -> None:
    """The first statements of the line are fine."""
    fine = [{"type": "Dataset", "urn": f"{NEW}/{n}", "name": "x"} for n in range(50)]
    wrong = {"type": "Dataset", "urn": RAW, "name": 5}
    result = headwater("transact", lines(tmp_path / "a.jsonl", {"upsert": [*fine, wrong]}))
    assert result.exit_code == 1
    assert "line 1: WRONG_VALUE: upsert[50].name: expected a string, got 5" in result.stderr
    asked = headwater("explain", "-", given="{ basis { t } }")
    assert asked.exit_code == 0


def test_a_line_over_the_limit_is_refused(headwater: Headwater, tmp_path: Path) -> None:
    long = b'{"tx": {"reason": "' + b"x" * 16 * 2**20 + b'"}}'
    path = lines(tmp_path / "a.jsonl", {}, long, b"x")
    result = headwater("transact", path, "--continue")
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first == (
        f"LINE_REFUSED: {path}, line 2: LINE_TOO_LONG: a line has at most 16 MiB;"
        " make several transactions of it"
    )
    assert ", line 3: NOT_JSON" in second


Damage = Callable[[bytes], bytes]
_HALF = "ends too early"
DAMAGED: tuple[tuple[str, Damage], ...] = (
    ("half of it", lambda whole: whole[: len(whole) // 2]),
    ("all but its end", lambda whole: whole[:-4]),
    ("its head", lambda whole: whole[:8]),
    ("a flipped bit in the middle", lambda whole: _flipped(whole, len(whole) // 2)),
    ("garbage after it", lambda whole: whole + b"garbage"),
)


def _flipped(whole: bytes, place: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]


@pytest.mark.parametrize(
    ("suffix", "compress"), [(".xz", lzma.compress), (".gz", gzip.compress)], ids=("xz", "gz")
)
@pytest.mark.parametrize("damage", [how for _, how in DAMAGED], ids=[what for what, _ in DAMAGED])
def test_a_damaged_file_says_where_it_breaks_off(
    headwater: Headwater,
    tmp_path: Path,
    suffix: str,
    compress: Callable[[bytes], bytes],
    damage: Damage,
) -> None:
    """Its lines say nothing new, so that the world stays as it is."""
    draw = random.Random(1)
    known = [{"type": "Dataset", "urn": RAW, "name": "raw"}]
    said = [{"upsert": known, "tx": {"reason": draw.randbytes(99).hex()}} for _ in range(500)]
    whole = "".join(f"{json.dumps(each)}\n" for each in said).encode()
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(damage(compress(whole)))
    for more in ((), ("--continue",)):
        result = headwater("transact", path, *more)
        assert result.exit_code == 1
        assert re.fullmatch(
            rf"LINE_REFUSED: {re.escape(str(path))}, line \d+: BROKEN_FILE: the file breaks off"
            r" here: the compressed data (ends too early|is damaged \(.*\)); what stands before"
            r" is loaded, and the same command goes on from here with a whole file\n",
            result.stderr,
        )


@pytest.mark.parametrize("suffix", [".xz", ".gz"])
@pytest.mark.parametrize("content", [b"", b"{}\n", b"\x00" * 100], ids=("empty", "plain", "zeros"))
def test_a_file_that_is_not_what_its_name_says_is_refused(
    headwater: Headwater, tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(content)
    result = headwater("transact", path)
    assert result.exit_code == 1
    assert result.stderr == (
        f"FILE_UNREADABLE: {path} cannot be read: it is called {suffix} and is none\n"
    )


def test_files_that_cannot_be_opened_are_named(headwater: Headwater, tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        result = headwater("transact", path)
        assert result.exit_code == 1
        assert result.stderr.startswith(f"FILE_UNREADABLE: {path} cannot be read: ")
