"""Asking at a terminal: keys go in as they are typed, and what is said comes out."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from resolvers.datalog.ask import Asking
from resolvers.datalog.question import Question
from resolvers.limits import Limits
from service.cli.answers import Format
from service.cli.asking import Showing
from service.cli.completion import Words
from service.cli.repl import State, Terminal, converse, is_whole
from service.cli.schema import applied_to
from store.database import Database
from store.schema.facts import read_catalogue
from store.transaction import read
from store.writing.writer import Writer
from tests.service.world import CATALOG, transaction_lines

Typing = Callable[[str], Awaitable[str]]
NAMES = "[:find ?name :where [?e :Dataset/name ?name] :order-by ?name]"


@pytest.fixture
async def asking(database_url: str) -> AsyncIterator[Asking]:
    async with Database.open(database_url, pool_size=2) as database:
        await applied_to(database, CATALOG)
        for line in transaction_lines().splitlines():
            await Writer(database).transact(read(json.loads(line)))
        catalogue = await read_catalogue(database)

        async def known(_: int) -> object:
            return catalogue

        yield Asking(database, known, Limits(), lambda: datetime.now(UTC))  # type: ignore[arg-type]


@pytest.fixture
def typing(asking: Asking, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Typing:
    async def typed(keys: str) -> str:
        with create_pipe_input() as pipe:
            pipe.send_text(keys)
            terminal = Terminal(pipe, DummyOutput(), tmp_path / "queries")
            state = State(Question(""), Showing(Format.TABLE))
            async with asyncio.timeout(20):
                await converse(asking, asking.reader, state, terminal)  # type: ignore[arg-type]
        said = capsys.readouterr()
        return said.out + said.err

    return typed


async def test_a_query_is_answered_and_the_conversation_goes_on(typing: Typing) -> None:
    said = await typing(f"{NAMES}\r{NAMES}\r\\q\r")
    assert said.count("raw events") == 2
    assert "2 rows as of t 4" in said


async def test_a_query_goes_over_lines_until_its_brackets_are_closed(typing: Typing) -> None:
    said = await typing(NAMES.replace(" ", "\r") + "\r\\q\r")
    assert "raw events" in said


async def test_a_fault_is_told_with_its_place_and_does_not_end_it(typing: Typing) -> None:
    said = await typing(f"[:find ?x :where 5]\r{NAMES}\r\x04")
    assert re.search(r"^MALFORMED_QUERY: line 1, column 18: ", said, re.MULTILINE)
    assert "\n  [:find ?x :where 5]\n" + " " * 19 + "^\n" in said
    assert "raw events" in said


async def test_commands_change_what_follows(typing: Typing) -> None:
    said = await typing(
        f"\\as-of 2\r{NAMES}\r\\as-of\r\\format csv\r\\first 1\r{NAMES}\r\\format edn\r"
        '\\in "clean"\r'
        "[:find ?k . :in $ ?n :where [?e :Dataset/name ?n] [?e :Dataset/kind ?k]]\r"
        "\\explain\r\\in\r"
        f"{NAMES}\r\\q\r"
    )
    assert "1 row as of t 2 (2024-01-01T00:00:00Z)" in said
    assert "name\nclean\n" in said
    assert "cut here, there are more" in said
    assert ":VIEW\n" in said
    assert "SELECT" in said


async def test_what_cannot_be_meant_is_told(typing: Typing) -> None:
    said = await typing(
        "\\as-of soon\r\\format x\r\\nonsense\r\\rules /no/such\r\\attributes WEIGHT\r\\q\r"
    )
    assert "MALFORMED_TIME_POINT" in said
    assert "formats are table, json, edn, csv" in said
    assert "there is no \\nonsense" in said
    assert "FILE_UNREADABLE" in said
    assert ":DerivedFrom/weight\n" in said


async def test_rules_are_taken_from_a_file(typing: Typing, tmp_path: Path) -> None:
    rules = tmp_path / "rules.edn"
    rules.write_text("[[(derived ?a ?b) [?a :DerivedFrom ?b]]]")
    query = "[:find ?n :where (derived ?a ?b) [?b :Dataset/name ?n]]"
    assert "raw events" in await typing(f"\\rules {rules}\r{query}\r\\q\r")


async def test_ctrl_c_leaves_a_line_and_ctrl_d_leaves(typing: Typing) -> None:
    said = await typing(f"[:find ?x\x03{NAMES}\r\x04")
    assert "raw events" in said
    assert "MALFORMED" not in said


async def test_history_is_kept_for_the_next_time(typing: Typing, tmp_path: Path) -> None:
    await typing(f"{NAMES}\r\\q\r")
    assert NAMES in (tmp_path / "queries").read_text()
    assert (tmp_path / "queries").stat().st_mode & 0o077 == 0
    said = await typing("\x1b[A\x1b[A\r\\q\r")  # Up, past \q.
    assert "raw events" in said


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("[:find ?e", False),
        ('[:find "]', False),
        ("[:find ?e ; ]\n", False),
        ("[:find ?e]", True),
        ("[:find ?e)", True),
        ("\\as-of [", True),
        ("", True),
    ],
)
def test_a_text_is_whole_where_nothing_is_open(text: str, whole: bool) -> None:  # noqa: FBT001  # A case.
    assert is_whole(text) is whole


async def test_names_of_the_schema_functions_rules_and_commands_are_completed(
    asking: Asking,
) -> None:
    words = Words(await asking.catalogue(0), ("upstream",))  # type: ignore[arg-type]

    def completed(text: str) -> set[str]:
        document = Document(text, len(text))
        return {each.text for each in words.get_completions(document, CompleteEvent())}

    assert completed("[:find ?e :where [?e :dataset/n") == {":Dataset/name"}
    assert ":DerivedFrom" in completed("[?e :Der")
    assert "get-else" in completed("[(get")
    assert completed("(upstr") == {"upstream"}
    assert completed("\\as") == {"\\as-of"}
    assert completed("[:find ?e :w") == {":where", ":with"}
    assert completed("[?e ") == set()
