"""`headwater query`: where a query comes from, how its answer is written, and what goes wrong."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main as cli
from store.database import Database
from tests.conftest import NewDatabase
from tests.service.world import CATALOG, transaction_lines

Headwater = Callable[..., Result]
COMMAND = str(Path(sys.executable).parent / "headwater")
SLOW = """[:find (count ?d) . :in [?a ...] [?b ...] [?c ...]
  :where [(+ ?a ?b) ?d] [(* ?d ?c) ?e] [(> ?e 0)]]"""
NAMES = "[:find ?name ?rows :where [?e :Dataset/name ?name] [?e :Dataset/rows ?rows]]"


@pytest.fixture(scope="module")
def headwater_url(new_database: NewDatabase, template: str) -> Iterator[str]:
    with new_database(template) as url:
        yield url


@pytest.fixture(scope="module")
def headwater(headwater_url: str) -> Headwater:
    """Run the command on the small world, to which nothing may be added."""

    def run(*arguments: str, given: str | None = None) -> Result:
        options = [*arguments, "--database-url", headwater_url]
        return CliRunner().invoke(cli.main, options, input=given)

    assert run("schema", "apply", "-", given=CATALOG).exit_code == 0
    assert run("transact", "-", given=transaction_lines()).exit_code == 0
    return run


def test_the_query_is_an_argument_a_file_or_standard_input(
    headwater: Headwater, tmp_path: Path
) -> None:
    file = tmp_path / "names.edn"
    file.write_text(NAMES)
    expected = '{"name":"raw events","rows":"9007199254740993"}\n'
    for answer in (
        headwater("query", NAMES),
        headwater("query", "--file", str(file)),
        headwater("query", "-", given=NAMES),
        headwater("query", given=NAMES),
    ):
        assert (answer.exit_code, answer.stdout, answer.stderr) == (0, expected, "")


def test_inputs_are_edn_and_words_are_texts(headwater: Headwater) -> None:
    by_name = "[:find ?urn :in $ ?n :where [?e :Dataset/name ?n] [?e :entity/urn ?urn]]"
    for given in ("clean", '"clean"'):
        assert headwater("query", by_name, given).stdout == '{"urn":"hw://dataset/x/clean"}\n'
    by_urn = "[:find ?n . :in $ [?e ...] :where [?e :Dataset/name ?n]]"
    assert headwater("query", by_urn, '["hw://dataset/x/clean"]').stdout == '{"n":"clean"}\n'
    wrong = headwater("query", by_name, "[1 2")
    assert wrong.exit_code == 1
    assert wrong.stderr.startswith("MALFORMED_EDN: ")
    assert wrong.stderr.endswith("\n  [1 2\n  ^\n")
    assert "WRONG_INPUT: the query takes 1 input" in headwater("query", by_name).stderr


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("json", '{"name":"raw events","rows":"9007199254740993"}\n'),
        ("edn", '[["raw events" 9007199254740993]]\n'),
        ("csv", "name,rows\nraw events,9007199254740993\n"),
        (
            "table",
            (
                "name                     rows\n─────────────────────────────\n"
                "raw events   9007199254740993\n1 row as of t 4 (2024-03-01T00:00:00Z)\n"
            ),
        ),
    ],
)
def test_an_answer_is_a_table_json_edn_or_csv(
    headwater: Headwater, form: str, expected: str
) -> None:
    assert headwater("query", NAMES, "--format", form).stdout == expected


def test_edn_has_the_types_and_the_form_that_find_asks_for(headwater: Headwater) -> None:
    def edn(query: str) -> str:
        return headwater("query", query, "--format", "edn").stdout

    raw = '[?e :entity/urn "hw://dataset/x/raw"]'
    assert edn(f"[:find ?p . :where {raw} [?e :Dataset/price ?p]]") == "1.5M\n"
    assert edn(f"[:find [?c ?k] :where {raw} [?e :Dataset/created ?c] [?e :Dataset/kind ?k]]") == (
        '[#inst "2023-05-01T10:00:00+00:00" :TABLE]\n'
    )
    assert edn(f"[:find [?t ...] :where {raw} [?e :Dataset/tags ?t]]") == '["a"\n "b"]\n'
    assert edn("[:find ?x . :where [?x :Dataset/name]  [?x :Dataset/rows 1]]") == "nil\n"
    assert edn(f"[:find ?n :keys name :where {raw} [?e :Dataset/name ?n]]") == (
        '[{:name "raw events"}]\n'
    )
    pulled = edn(f'[:find (pull ?e [:Dataset/price [:Dataset/kind :as "k"]]) . :where {raw}]')
    assert pulled == '{:Dataset/price 1.5M "k" :TABLE}\n'


def test_time_is_chosen(headwater: Headwater) -> None:
    names = "[:find [?n ...] :where [?e :Dataset/name ?n]]"

    def told(*options: str) -> set[str]:
        answer = headwater("query", names, *options)
        assert answer.exit_code == 0, answer.stderr
        return {json.loads(line)["n"] for line in answer.stdout.splitlines()}

    assert told() == {"clean", "raw events"}
    assert told("--as-of", "2024-02-15") == {"clean", "raw"}
    assert told("--as-of", "1") == set()
    assert told("--since", "3") == {"raw events"}
    assert told("--history") == {"clean", "raw", "raw events"}
    assert told("--history", "--as-of", "2") == {"raw"}
    future = headwater("query", names, "--as-of", "99")
    assert (future.exit_code, future.stderr[:17]) == (1, "FUTURE_TIME_POINT")
    assert "MALFORMED_TIME_POINT" in headwater("query", names, "--since", "soon").stderr


def test_what_is_cut_is_told(headwater: Headwater) -> None:
    names = "[:find ?n :where [?e :Dataset/name ?n]]"
    cut = headwater("query", names, "--first", "1")
    assert cut.stdout.count("\n") == 1
    assert cut.stderr.startswith("1 row as of t 4 ")
    assert "cut here, there are more" in cut.stderr
    whole = headwater("query", names, "--first", "2")
    assert whole.stderr == ""
    assert "LIMIT_EXCEEDED" in headwater("query", names, "--first", "100001").stderr
    assert "BAD_USER_INPUT" in headwater("query", names, "--first", "-1").stderr


def test_what_can_have_no_rows_says_why(headwater: Headwater) -> None:
    answer = headwater("query", "[:find ?e :where [?e :Dataset/name ?n] [?e :Team/name ?n]]")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "there can be none: " in answer.stderr


def test_a_fault_points_at_its_place(headwater: Headwater) -> None:
    answer = headwater("query", "[:find ?n\n :where [?e :Dataset/nam ?n]]")
    assert answer.exit_code == 1
    assert answer.stderr.splitlines()[1:] == [
        "   :where [?e :Dataset/nam ?n]]",
        "              ^",
    ]
    assert answer.stderr.startswith("UNKNOWN_ATTRIBUTE: line 2, column 13: ")


def test_rules_come_from_a_file(headwater: Headwater, tmp_path: Path) -> None:
    rules = tmp_path / "rules.edn"
    rules.write_text("[[(derived ?a ?b) [?a :DerivedFrom ?b]]]")
    for names in ("", ":in $ %"):
        query = f"[:find ?n . {names} :where (derived ?a ?b) [?b :Dataset/name ?n]]"
        answer = headwater("query", query, "--rules", str(rules))
        assert answer.stdout == '{"n":"raw events"}\n', answer.stderr


def test_csv_holds_no_formulas(headwater: Headwater) -> None:
    answer = headwater(
        "query",
        "[:find ?v :in [?v ...] :order-by ?v]",
        r'["=1+1" "+x" "-x" "@x" "\t=1" "-1.5" "a,b\n\"c\""]',
        "--format",
        "csv",
    )
    assert answer.stdout == ("v\n'\t=1\n'+x\n-1.5\n'-x\n'=1+1\n'@x\n" + '"a,b\n""c"""\n'), (
        answer.stderr
    )


def test_a_terminal_is_shown_nothing_that_it_would_obey(headwater: Headwater) -> None:
    answer = headwater("query", "[:find ?v :in ?v]", r'"a\u001b[31m\u202eb"', "--format", "table")
    assert r"a\x1b[31m\u202eb" in answer.stdout


def test_transactions_are_asked_as_if_they_were_written(
    headwater: Headwater, tmp_path: Path
) -> None:
    file = tmp_path / "more.jsonl"
    upsert = {"type": "Dataset", "urn": "hw://dataset/x/new", "name": "new"}
    file.write_text(json.dumps({"upsert": [upsert]}) + "\n")
    names = '[:find ?n ?t :where [?e :Dataset/name ?n ?tx] [?tx :tx/t ?t] [(= ?n "new")]]'
    answer = headwater("query", names, "--with", str(file))
    assert (answer.exit_code, answer.stdout) == (0, '{"n":"new","t":"5"}\n'), answer.stderr
    assert headwater("query", names).stdout == ""
    dry = headwater("transact", "--dry-run", str(file))
    assert dry.exit_code == 0
    facts = [json.loads(line) for line in dry.stdout.splitlines()]
    assert {"entity/urn", "Dataset/name", "tx/instant"} <= {fact["a"] for fact in facts}
    assert {fact["t"] for fact in facts} == {"5"}
    assert dry.stderr.startswith("1 of 1 transactions would be written")
    assert headwater("verify").stdout.startswith("4:")


def test_what_would_be_refused_is_told_with_its_line(headwater: Headwater, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"upsert": []}\n{"upsert": [{"type": "Nope", "urn": "hw://x/y"}]}\n')
    for command in (("query", NAMES, "--with"), ("transact", "--dry-run")):
        answer = headwater(*command, str(file))
        assert answer.exit_code == 1
        assert answer.stderr.startswith(f"LINE_REFUSED: {file}, line 2: UNKNOWN_TYPE")


def test_the_plan_is_shown_and_measured(headwater: Headwater) -> None:
    explained = headwater("query", NAMES, "--explain")
    assert explained.exit_code == 0, explained.stderr
    assert "[?e :Dataset/name ?name]" in explained.stdout
    assert "SELECT" in explained.stdout
    assert "Actual Rows" in headwater("query", NAMES, "--analyze").stdout


def test_a_query_that_takes_too_long_is_an_error(headwater: Headwater) -> None:
    many = json.dumps(list(range(1, 2_000)))
    answer = headwater("query", SLOW, many, many, many, "--timeout", "0.2")
    assert (answer.exit_code, answer.stderr[:17]) == (1, "DEADLINE_EXCEEDED")


def test_a_value_beyond_64_bits_is_the_callers_fault(headwater: Headwater) -> None:
    answer = headwater("query", "[:find ?y :in ?x :where [(* ?x ?x) ?y]]", "9223372036854775807")
    assert (answer.exit_code, answer.stderr[:10]) == (1, "ARITHMETIC")


_ACTIVE = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT m.t,%'
"""


async def test_ctrl_c_stops_the_statement(headwater_url: str) -> None:
    async with Database.open(headwater_url, pool_size=1) as database:

        async def until(count: int) -> None:
            async with asyncio.timeout(20):
                while await database.row(_ACTIVE) != (count,):  # noqa: ASYNC110  # PostgreSQL has no event for it.
                    await asyncio.sleep(0.05)

        many = json.dumps(list(range(1, 2_000)))
        command = (COMMAND, "query", SLOW, many, many, many, "--database-url", headwater_url)
        asking = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        await until(1)
        asking.send_signal(signal.SIGINT)
        _, said = await asking.communicate()
        await until(0)
        assert (asking.returncode, said.decode()) == (130, "interrupted\n")
