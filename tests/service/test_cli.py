"""The command line: the schema, transaction files, and what goes wrong."""

import json
import lzma
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main as cli
from service.cli.faults import lines
from service.settings import Settings
from store.errors import CallerFault
from store.writing.refusals import BasisConflict

CATALOG = """\
type Model @entity {
  name: String @index
}
"""
EXAMPLES = Path(__file__).parents[2] / "examples"

Headwater = Callable[..., Result]


@pytest.fixture
def headwater(database_url: str) -> Headwater:
    """Run the command on a database of its own."""

    def run(*arguments: str, given: str | bytes | None = None) -> Result:
        options = [*arguments, "--database-url", database_url]
        return CliRunner().invoke(cli.main, options, input=given)

    return run


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    path = tmp_path / "catalog.graphql"
    path.write_text(CATALOG)
    return str(path)


def transactions(path: Path, *transactions: object) -> str:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in transactions))
    return str(path)


def model(name: object) -> dict[str, object]:
    return {"upsert": [{"type": "Model", "urn": f"hw://model/m/{name}", "name": name}]}


def test_a_schema_is_compared_applied_once_and_printed(headwater: Headwater, catalog: str) -> None:
    differing = headwater("schema", "diff", catalog)
    assert differing.exit_code == 0
    assert "Model" in differing.stdout
    applied = headwater("schema", "apply", catalog)
    assert applied.exit_code == 0
    assert applied.stdout.startswith(differing.stdout)
    assert re.search(r"^applied as transaction 1 \(\d+ datoms\)$", applied.stdout, re.MULTILINE)
    assert headwater("schema", "apply", catalog).stdout == "nothing to change\n"
    assert headwater("schema", "diff", catalog).stdout == "nothing to change\n"
    assert headwater("schema", "print").stdout == CATALOG


def test_a_schema_may_come_through_standard_input(headwater: Headwater) -> None:
    assert headwater("schema", "apply", "-", given=CATALOG).exit_code == 0
    assert headwater("schema", "print").stdout == CATALOG


def test_every_problem_of_a_catalog_is_a_line(headwater: Headwater) -> None:
    wrong = "type A @entity { a: B }\ntype C @nonsense @entity"
    result = headwater("schema", "apply", "-", given=wrong)
    assert result.exit_code == 1
    assert [line[:38] for line in result.stderr.splitlines()] == [
        "INVALID_SDL: line 1, column 21: A.a: t",
        "INVALID_SDL: line 2, column 8: there i",
    ]
    assert headwater("schema", "print").stdout == ""


def test_a_type_renamed_to_an_existing_one_is_refused(headwater: Headwater) -> None:
    headwater("schema", "apply", "-", given="type A @entity type B @entity")
    result = headwater("schema", "apply", "-", given='type B @entity @was(name: "A")')
    assert result.exit_code == 1
    assert result.stderr == (
        "INVALID_SDL: line 1, column 16: B cannot have been A: A and B are both there already\n"
    )


def test_a_file_that_is_missing_or_no_text_is_named(headwater: Headwater, tmp_path: Path) -> None:
    missing = headwater("schema", "apply", str(tmp_path / "none"))
    assert (missing.exit_code, missing.stderr) == (
        1,
        f"FILE_UNREADABLE: {tmp_path / 'none'} cannot be read: No such file or directory\n",
    )
    result = headwater("schema", "apply", "-", given=b"\xff")
    assert result.stderr == "FILE_UNREADABLE: - cannot be read: byte 1 is not UTF-8\n"


def test_transact_says_what_it_loaded_and_goes_on_where_it_stopped(
    headwater: Headwater, catalog: str, tmp_path: Path
) -> None:
    headwater("schema", "apply", catalog)
    path = tmp_path / "a.jsonl.xz"
    said = "".join(f"{json.dumps(model(name))}\n" for name in "abc").encode()
    path.write_bytes(lzma.compress(said))
    summary = r"3 transactions, \d+ datoms in [\d.]+ s \([\d,]+ datoms/s\)\n"
    assert re.fullmatch(summary, headwater("transact", str(path)).stdout)
    again = headwater("transact", str(path))
    assert again.exit_code == 0
    assert re.fullmatch(
        r"0 transactions, 0 datoms in [\d.]+ s \(0 datoms/s\); 3 lines loaded before\n",
        again.stdout,
    )


def test_transact_reads_standard_input(headwater: Headwater, catalog: str) -> None:
    headwater("schema", "apply", catalog)
    result = headwater("transact", "-", given=json.dumps(model("a")))
    assert result.stdout.startswith("1 transaction, ")
    twice = headwater("transact", "-", "-")
    assert twice.exit_code == 2
    assert "standard input (-) can be read once only" in twice.stderr


def test_a_refused_line_is_told_after_what_was_loaded_before_it(
    headwater: Headwater, catalog: str, tmp_path: Path
) -> None:
    headwater("schema", "apply", catalog)
    path = transactions(tmp_path / "a", model("a"), model(7), model("c"))
    result = headwater("transact", path)
    assert result.exit_code == 1
    assert result.stdout.startswith("1 transaction, ")
    assert result.stderr == (
        f"LINE_REFUSED: {path}, line 2: WRONG_VALUE: upsert[0].name: expected a string, got 7\n"
    )


def test_continue_loads_the_rest_and_lists_what_was_refused(
    headwater: Headwater, catalog: str, tmp_path: Path
) -> None:
    headwater("schema", "apply", catalog)
    path = transactions(tmp_path / "a", model("a"), model(7), 5, model("c"))
    result = headwater("transact", path, "--continue")
    assert result.exit_code == 1
    assert re.search(r"^2 transactions, .*; 2 lines refused$", result.stdout, re.MULTILINE)
    assert [line.partition(":")[2].split(",")[1][:7] for line in result.stderr.splitlines()] == [
        " line 2",
        " line 3",
    ]


def test_verify_prints_a_head_that_can_be_expected_later(
    headwater: Headwater, catalog: str, tmp_path: Path
) -> None:
    headwater("schema", "apply", catalog)
    headwater("transact", transactions(tmp_path / "a", model("a"), model("b")))
    verified = headwater("verify")
    assert verified.exit_code == 0
    found = re.fullmatch(r"(3:[0-9a-f]{64}): \d+ datoms, all is well \(.*\)\n", verified.stdout)
    assert found is not None
    headwater("transact", transactions(tmp_path / "c", model("c")))
    assert headwater("verify", "--expect", found[1]).exit_code == 0


def test_verify_tells_what_it_finds(headwater: Headwater, catalog: str) -> None:
    headwater("schema", "apply", catalog)
    another = f"1:{'0' * 64}"
    verified = headwater("verify", "--expect", another)
    assert verified.exit_code == 1
    finding, summary = verified.stdout.splitlines()
    assert finding.startswith("tx t 1: its hash is ")
    assert ", 1 finding (" in summary
    assert "bring back a backup" in verified.stderr
    assert headwater("verify", "--expect", "nonsense").exit_code == 2


def test_rebuild_makes_what_verify_accepts(
    headwater: Headwater, catalog: str, tmp_path: Path
) -> None:
    headwater("schema", "apply", catalog)
    headwater("transact", transactions(tmp_path / "a", model("a")))
    before = headwater("verify").stdout
    rebuilt = headwater("rebuild")
    assert rebuilt.exit_code == 0
    assert re.fullmatch(r"made anew as of t 2, from \d+ datoms about entities\n", rebuilt.stdout)
    assert headwater("verify").stdout == before


def test_explain_shows_the_sql_of_a_query(headwater: Headwater, catalog: str) -> None:
    headwater("schema", "apply", catalog)
    query = "query ($id: ID!) { model(id: $id) { name } }"
    variables = '{"id": "hw://model/m/a"}'
    result = headwater("explain", "-", "--variables", variables, given=query)
    assert result.exit_code == 0
    assert "\nFROM clock m\n" in result.stdout
    assert "-- $" in result.stdout
    analyzed = headwater("explain", "-", "--variables", variables, "--analyze", given=query)
    assert '"Execution Time"' in analyzed.stdout


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ basis { nonsense } }", "GRAPHQL_VALIDATION_FAILED: line 1, column 11: Cannot query"),
        ("{ basis", "GRAPHQL_PARSE_FAILED: line 1, column 8: Syntax Error: Expected Name"),
        ("query ($a: ID!) { node(id: $a) { id } }", "BAD_USER_INPUT: line 1, column 8: Variable"),
    ],
)
def test_explain_says_what_is_wrong_with_a_query(
    headwater: Headwater, query: str, said: str
) -> None:
    result = headwater("explain", "-", given=query)
    assert result.exit_code == 1
    assert result.stderr.startswith(said)


def test_variables_that_are_no_object_are_wrong_use(headwater: Headwater) -> None:
    for variables in ("[", "[]"):
        assert headwater("explain", "-", "--variables", variables, given="{").exit_code == 2


def test_a_database_that_is_not_there_is_our_fault() -> None:
    url = "postgresql://127.0.0.1:1/none"
    result = CliRunner().invoke(cli.main, ["schema", "print", "--database-url", url])
    assert result.exit_code == 3
    assert result.stderr.startswith("DATABASE_UNAVAILABLE: PostgreSQL is not available: ")
    assert result.stderr.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_wrong_use() -> None:
    result = CliRunner().invoke(cli.main, ["schema", "print", "--database-url", "mysql://x"])
    assert result.exit_code == 2
    assert result.stderr.startswith("INVALID_SETTING: HEADWATER_DATABASE_URL cannot be used: ")


def test_every_setting_is_an_option_of_serve() -> None:
    said = CliRunner().invoke(cli.main, ["serve", "--help"]).stdout
    assert [
        name for name in Settings.model_fields if f"--{name.replace('_', '-')} " not in said
    ] == []


def test_an_option_goes_before_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_PORT", "12")
    result = CliRunner().invoke(cli.main, ["serve", "--port", "65536"])
    assert result.exit_code == 2
    assert result.stderr.startswith("INVALID_SETTING: HEADWATER_PORT is '65536': expected less")


def test_an_unknown_command_is_wrong_use() -> None:
    assert CliRunner().invoke(cli.main, ["nonsense"]).exit_code == 2


def test_an_error_of_ours_is_one_line_and_a_traceback_on_request(
    headwater: Headwater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.cli.schema.print_catalogue", lambda _: 1 / 0)
    result = headwater("schema", "print")
    assert (result.exit_code, result.stderr) == (
        3,
        "INTERNAL_SERVER_ERROR: ZeroDivisionError: division by zero (--traceback shows where)\n",
    )
    assert "Traceback" in headwater("schema", "print", "--traceback").stderr


def test_of_a_group_of_errors_the_first_is_told() -> None:
    grouped = ExceptionGroup("tasks", [ExceptionGroup("more", [BasisConflict(1, 2)])])
    assert list(lines(grouped)) == [
        "BASIS_CONFLICT: the basis is 2, not 1; read again and decide again"
    ]
    assert issubclass(BasisConflict, CallerFault)


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["serve"],
        ["transact"],
        ["schema"],
        ["schema", "apply"],
        ["explain"],
        ["verify"],
        ["rebuild"],
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(cli.main, [*command, "--help"])
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")
