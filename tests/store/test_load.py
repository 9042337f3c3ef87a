"""Files of transactions go into the log: merged by instant, resumed, whole or not at all."""

import io
import json
import lzma
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from schema.sdl import catalog as sdl
from store.database import Database
from store.loading.errors import FileUnreadable, LineRefused
from store.loading.lines import Source
from store.loading.load import Loaded, is_empty_or_begun, load
from store.schema import writer as schema_writer
from store.transaction import read
from store.writing.writer import Writer

CATALOG = """\
type Team @entity { name: String }
type Model @entity { name: String size: Long price: Decimal share: Float more: JSON }
type MadeOf @edge(from: ["Model"], to: ["Model"], upstream: TO)
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database.open(database_url) as opened:
        await schema_writer.apply(opened, sdl.parse(CATALOG))
        yield opened


def model(name: str, day: int, **values: object) -> dict[str, Any]:
    """A transaction that says something about a model, on a day of 2024."""
    return {
        "tx": {"instant": f"2024-01-{day:02}T00:00:00Z"},
        "upsert": [{"type": "Model", "urn": f"hw://model/m/{name}", "name": name, **values}],
    }


def written(path: Path, *transactions: object) -> Path:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in transactions]
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


async def loaded(
    database: Database, *paths: Path | Source, continue_: bool = False
) -> tuple[Loaded, list[Loaded]]:
    heard: list[Loaded] = []
    sources = [path if isinstance(path, Source) else Source(str(path)) for path in paths]
    done = await load(database, Writer(database), sources, heard.append, continue_=continue_)
    return done, heard


async def refusal(database: Database, *paths: Path) -> LineRefused:
    with pytest.raises(LineRefused) as refused:
        await loaded(database, *paths)
    return refused.value


async def rows(database: Database, text: str) -> Sequence[Sequence[object]]:
    return [tuple(row) for row in await database.rows(text)]


async def names(database: Database) -> list[str]:
    """The names that were given, in the order of the transactions that did."""
    said = await rows(
        database,
        "SELECT v FROM log JOIN schema_name ON id = a WHERE name = 'Model/name' ORDER BY t",
    )
    return [json.loads(str(name)) for [name] in said]


async def test_a_file_becomes_transactions_with_their_lines(
    database: Database, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.jsonl", model("a", 1), "", model("b", 2))
    done, heard = await loaded(database, path)
    assert (done.lines, done.transactions, done.refusals, done.skipped) == (2, 2, 0, 0)
    assert done.read == done.size == path.stat().st_size
    assert heard[-1] == done
    [datoms] = await database.row("SELECT count(*) FROM log WHERE t > 1")
    assert done.datoms == datoms
    lines = await rows(database, "SELECT line, octet_length(digest) FROM tx WHERE t > 1 ORDER BY t")
    assert lines == [(1, 32), (3, 32)]


async def test_no_digit_is_lost(database: Database, tmp_path: Path) -> None:
    exact = '"size": 9223372036854775807, "price": 0.12345678901234567890, "share": 0.1'
    line = json.dumps(model("a", 1)).replace('"name"', f'{exact}, "more": [1.5], "name"')
    await loaded(database, written(tmp_path / "a", line))
    [stored] = await database.row("SELECT values FROM version")
    assert set(stored) == {
        '"a"',
        '"9223372036854775807"',
        '"0.1234567890123456789"',
        "0.1",
        "[1.5]",
    }


async def test_entities_of_a_type_lie_side_by_side(database: Database) -> None:
    mixed = [model(f"{day}", day) for day in range(1, 29)]
    for each, day in zip(mixed, range(1, 29), strict=True):
        each["upsert"] = [*each["upsert"], {"type": "Team", "urn": f"hw://team/{day}", "name": "t"}]
    await Writer(database).transact_many([read(each) for each in mixed])  # A load's group.
    as_they_lie = [
        (t, e) for t, e in await database.rows("SELECT type, e FROM version ORDER BY ctid")
    ]
    assert len(as_they_lie) == 2 * 28
    assert as_they_lie == sorted(as_they_lie)


async def test_files_are_merged_by_instant(database: Database, tmp_path: Path) -> None:
    odd = written(tmp_path / "odd", *(model(f"{day}", day) for day in range(1, 30, 2)))
    even = written(tmp_path / "even", *(model(f"{day}", day) for day in range(2, 30, 2)))
    await loaded(database, odd, even)
    assert await names(database) == [str(day) for day in range(1, 30)]


async def test_what_names_no_instant_comes_last(database: Database, tmp_path: Path) -> None:
    now = written(tmp_path / "now", {**model("now", 1), "tx": {}})
    past = written(tmp_path / "past", model("a", 1), model("b", 2))
    await loaded(database, now, past)
    assert await names(database) == ["a", "b", "now"]


async def test_loading_again_skips_what_is_there(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "a", *(model(f"{day}", day) for day in range(1, 9)))
    await loaded(database, path)
    done, _ = await loaded(database, path)
    assert (done.skipped, done.lines, done.transactions) == (8, 0, 0)


async def test_a_file_that_grew_is_loaded_from_where_it_ended(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "a.xz"
    text = "\n".join(json.dumps(model(f"{day}", day)) for day in range(1, 20))
    path.write_bytes(lzma.compress(text.encode()))
    await loaded(database, path)
    text += "\n" + json.dumps(model("new", 20)) + "\n"
    path.write_bytes(lzma.compress(text.encode()))
    done, _ = await loaded(database, path)
    assert (done.skipped, done.transactions) == (19, 1)


async def test_a_merged_load_goes_on_in_each_file(database: Database, tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    written(a, model("1", 1), model("3", 3))
    written(b, model("2", 2))
    await loaded(database, a, b)
    written(a, model("1", 1), model("3", 3), model("4", 4))
    written(b, model("2", 2), model("5", 5), model("6", 6))
    done, _ = await loaded(database, a, b)
    assert (done.skipped, done.transactions) == (3, 3)
    assert await names(database) == ["1", "2", "3", "4", "5", "6"]


async def test_what_says_nothing_new_is_counted_and_harms_no_resumed_load(
    database: Database, tmp_path: Path
) -> None:
    a = written(tmp_path / "a", model("a", 1), model("a", 2))
    b = written(tmp_path / "b", model("b", 3))
    done, _ = await loaded(database, a, b)
    assert (done.transactions, done.unchanged) == (2, 1)
    again, _ = await loaded(database, a, b)
    assert (again.skipped, again.transactions, again.unchanged) == (2, 0, 1)


async def test_a_stream_goes_on_too(database: Database) -> None:
    text = "".join(f"{json.dumps(model(f'{day}', day))}\n" for day in range(1, 10)).encode()

    def stream(content: bytes) -> Source:
        return Source("standard input", io.BufferedReader(io.BytesIO(content)))

    first, _ = await loaded(database, stream(text[: len(text) // 2].rpartition(b"\n")[0]))
    second, _ = await loaded(database, stream(lzma.compress(text)))
    assert first.transactions > 0
    assert (second.skipped, second.transactions) == (first.transactions, 9 - first.transactions)
    assert second.size is None
    assert await names(database) == [str(day) for day in range(1, 10)]


async def test_an_instant_before_the_last_is_refused_in_a_sentence(
    database: Database, tmp_path: Path
) -> None:
    refused = await refusal(database, written(tmp_path / "a", model("a", 9), model("b", 8)))
    assert refused.fault.code == "INSTANT_IN_PAST"
    assert str(refused).startswith(f"{tmp_path / 'a'}, line 2: INSTANT_IN_PAST: the instant 2024")


WRONG = [
    ("nonsense", "NOT_JSON"),
    ('{"retract": [], "retract": []}', "NOT_JSON"),
    ('{"upsert": NaN}', "NOT_JSON"),
    ("[" * 100_000, "NOT_JSON"),
    ("null", "MALFORMED_TRANSACTION"),
    ('{"insert": []}', "MALFORMED_TRANSACTION"),
    ('{"upsert": [{"type": "Model"}]}', "MALFORMED_TRANSACTION"),
    ('{"upsert": [{"type": "Modle", "urn": "hw://m/m/m"}]}', "UNKNOWN_TYPE"),
    ('{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "nmae": 1}]}', "UNKNOWN_ATTRIBUTE"),
    ('{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "name": 1}]}', "WRONG_VALUE"),
    ('{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "name": "\\u0000"}]}', "WRONG_VALUE"),
    ('{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "name": "\\ud800"}]}', "WRONG_VALUE"),
    (
        '{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "size": 9223372036854775808}]}',
        "WRONG_VALUE",
    ),
    ('{"upsert": [{"type": "Model", "urn": "hw://m/m/m", "share": 1e400}]}', "WRONG_VALUE"),
    (" " * (16 * 2**20 + 1), "LINE_TOO_LONG"),
]


@pytest.mark.parametrize(("line", "code"), WRONG, ids=[f"{c}-{line[:60]}" for line, c in WRONG])
async def test_a_wrong_line_is_refused_and_nothing_after_it_is_loaded(
    database: Database, tmp_path: Path, line: str, code: str
) -> None:
    path = written(tmp_path / "a", model("a", 1), model("b", 2), line, model("c", 3))
    refused = await refusal(database, path)
    assert (refused.line, refused.fault.code, refused.file) == (3, code, str(path))
    assert await names(database) == ["a", "b"]


async def test_a_mended_file_goes_on_at_the_mended_line(database: Database, tmp_path: Path) -> None:
    path = written(tmp_path / "a", model("a", 1), '{"upsert": 1}', model("c", 3))
    await refusal(database, path)
    written(path, model("a", 1), model("b", 2), model("c", 3))
    done, _ = await loaded(database, path)
    assert (done.skipped, done.transactions) == (1, 2)
    assert await names(database) == ["a", "b", "c"]


async def test_going_on_collects_what_was_refused(database: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path / "a", model("a", 1), "nonsense", model("b", 2, size="x"), model("c", 3)
    )
    done, _ = await loaded(database, path, continue_=True)
    assert [(each.line, each.fault.code) for each in done.refused] == [
        (2, "NOT_JSON"),
        (3, "WRONG_VALUE"),
    ]
    assert (done.refusals, done.transactions) == (2, 2)
    assert await names(database) == ["a", "c"]


async def test_of_many_refusals_the_first_thousand_are_kept(
    database: Database, tmp_path: Path
) -> None:
    done, _ = await loaded(database, written(tmp_path / "a", *["x"] * 1_200), continue_=True)
    assert (done.refusals, len(done.refused)) == (1_200, 1_000)


async def test_a_truncated_file_gives_its_whole_lines_and_goes_on_when_it_is_whole(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "a.xz"
    text = "".join(
        json.dumps(model(f"{day}", day, more=[f"{n * day}" for n in range(999)])) + "\n"
        for day in range(1, 30)
    )
    whole = lzma.compress(text.encode())
    path.write_bytes(whole[: len(whole) // 2])
    refused = await refusal(database, path)
    assert refused.fault.code == "BROKEN_FILE"
    there = await names(database)
    assert 0 < len(there) == refused.line - 1 < 29
    path.write_bytes(whole)
    done, _ = await loaded(database, path)
    assert (done.skipped, done.transactions) == (len(there), 29 - len(there))


async def test_a_missing_file_stops_the_load_before_it_begins(
    database: Database, tmp_path: Path
) -> None:
    good = written(tmp_path / "a", model("a", 1))
    with pytest.raises(FileUnreadable, match="No such file"):
        await loaded(database, good, tmp_path / "missing")
    assert await names(database) == []


async def test_a_database_is_empty_begun_or_somebody_elses(
    database: Database, tmp_path: Path
) -> None:
    mine, other = written(tmp_path / "a", model("a", 1)), written(tmp_path / "b", model("b", 2))
    assert await is_empty_or_begun(database, Source(str(mine)))
    await loaded(database, mine)
    assert await is_empty_or_begun(database, Source(str(mine)))
    assert not await is_empty_or_begun(database, Source(str(other)))
