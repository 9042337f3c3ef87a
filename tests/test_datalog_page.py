"""The page on Datalog is true: every query in it runs, and every answer is the answer.

UPDATE_CASES=1 writes the answers anew, to be looked at.
"""

import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.serving import Served, serving

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "datalog.md"
EXAMPLES = ROOT / "examples"

_EXAMPLE = re.compile(
    r"^```edn ?(?P<options>[^\n]*)\n(?P<query>.*?)^```\n(?:\n```json\n(?P<answer>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_ASK = """
query ($query: String!, $inputs: [JSON], $asOf: TimePoint, $since: TimePoint, $history: Boolean) {
  datalog(query: $query, inputs: $inputs, asOf: $asOf, since: $since, history: $history) {
    rows
    complete
  }
}
"""
_SHORT = 100
"""Columns that an answer may take before each of its rows gets a line."""


@dataclass(frozen=True, slots=True)
class Example:
    """A query of the page, what is given with it, and what stands below it."""

    query: str
    options: str
    answer: str | None

    @property
    def variables(self) -> dict[str, Any]:
        """Return what the query is asked with."""
        given = {} if self.options in {"", "refused"} else json.loads(self.options)
        return {"query": self.query, **given}


EXAMPLES_OF_THE_PAGE = [
    Example(found["query"], found["options"], found["answer"])
    for found in _EXAMPLE.finditer(PAGE.read_text())
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sample(sample_url: str) -> AsyncIterator[Served]:
    async with serving(sample_url) as served:
        yield served


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("example", EXAMPLES_OF_THE_PAGE, ids=range(len(EXAMPLES_OF_THE_PAGE)))
async def test_every_example_has_the_answer_below_it(sample: Served, example: Example) -> None:
    found = await _found(sample, example)
    if os.environ.get("UPDATE_CASES") == "1":
        assert "CI" not in os.environ, "answers are looked at by people before they count"
        _write(example, found)
        return
    assert example.answer is not None, found
    assert found == json.loads(example.answer)


async def _found(sample: Served, example: Example) -> Any:
    answer = await sample.post(_ASK, example.variables)
    if example.options == "refused":
        [error] = answer["errors"]
        return {"code": error["extensions"]["code"], "message": error["message"]}
    assert "errors" not in answer, answer["errors"]
    assert answer["data"]["datalog"]["complete"]
    rows = answer["data"]["datalog"]["rows"]
    assert rows
    return rows


def _write(example: Example, found: Any) -> None:
    page = PAGE.read_text()
    fence = f"```edn {example.options}".rstrip()
    block = f"{fence}\n{example.query}```\n"
    assert page.count(block) == 1
    after = page.index(block) + len(block)
    rest = page[after:]
    if example.answer is not None:
        rest = rest.removeprefix(f"\n```json\n{example.answer}```\n")
    PAGE.write_text(f"{page[:after]}\n```json\n{_shown(found)}\n```\n{rest}")


def _shown(found: Any) -> str:
    text = json.dumps(found, ensure_ascii=False)
    if len(text) <= _SHORT or not isinstance(found, list):
        return text
    return "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in found) + "\n]"
