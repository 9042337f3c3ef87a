"""Case files: the Datalog, the SQL and the answer of each operation, as they were looked at."""

import json
import os
from pathlib import Path

import pytest

from datalog.sql.compile import compile_operation
from datalog.text import operation_levels
from tests.datalog.asking import Library
from tests.datalog.operations import CASES

FOLDER = Path(__file__).parent.parent / "cases" / "datalog"


@pytest.mark.parametrize("name", CASES)
async def test_a_case_gives_its_datalog_its_sql_and_its_answer(library: Library, name: str) -> None:
    case = CASES[name]
    statement = compile_operation(case.operation, library.catalogue)
    answer = {
        key: await library.column(statement, case.slots, key) for key, _ in case.operation.fields
    }
    levels = operation_levels(case.operation)
    told = "\n".join(f";; {level.path}\n{level.datalog}\n" for level in levels)
    reasons = "".join(f"-- {path}: {because}\n" for path, because in statement.reasons)
    _check(name, "query.edn", told)
    _check(name, "plan.sql", f"{reasons}{statement.text}\n")
    _check(name, "answer.json", json.dumps(answer, indent=1, ensure_ascii=False) + "\n")


def _check(name: str, file: str, found: str) -> None:
    path = FOLDER / name / file
    if os.environ.get("UPDATE_CASES") == "1":
        assert "CI" not in os.environ, "cases are looked at by people before they count"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(found)
    assert found == path.read_text()


def test_every_case_file_belongs_to_a_case() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == set(CASES)
