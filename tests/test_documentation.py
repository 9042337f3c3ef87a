"""The pages in docs/ are true: every question in GraphQL runs, and every answer is the answer.

A page is asked from top to bottom, on a server of the bundled sample that is its own. A block is

    ```graphql {"variables": {…}}     a request; what stands behind the language is JSON, or nothing
    ```json                           below it: its answer; `{"data": …}`, `{"errors": …}` or both

Of a subscription, `{"events": 2}` says how many events to wait for; below it is their list.

An answer may leave out `extensions` of the response, and in place of what differs in every run may
stand `"…"`. UPDATE_CASES=1 writes the answers that are not there yet.
"""

import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewDatabase
from tests.serving import Served, serving

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PAGES = {page: page.read_text() for page in sorted((ROOT / "docs").glob("*.md"))}

_EXAMPLE = re.compile(
    r"^```graphql ?(?P<options>[^\n]*)\n(?P<query>.*?)^```\n(?:\n```json\n(?P<answer>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)
_ANYTHING = "…"
_UPDATING = os.environ.get("UPDATE_CASES") == "1"


@dataclass(frozen=True, slots=True)
class Example:
    """A request of a page, and what stands below it."""

    query: str
    options: str
    answer: str | None

    @property
    def variables(self) -> Any:
        """Return the variables that it is asked with."""
        return json.loads(self.options or "{}").get("variables")

    @property
    def events(self) -> int | None:
        """Return how many events of a subscription to wait for."""
        count: int | None = json.loads(self.options or "{}").get("events")
        return count


def examples(text: str) -> list[Example]:
    """Return what a page asks, in order."""
    return [Example(**each.groupdict()) for each in _EXAMPLE.finditer(text)]


@pytest.fixture
def sample_url(new_database: NewDatabase, sample_template: str) -> Iterator[str]:
    with new_database(sample_template) as url:
        yield url


@pytest.fixture
async def sample(sample_url: str) -> AsyncIterator[Served]:
    async with serving(sample_url) as served:
        yield served


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, id=page.stem) for page, text in PAGES.items() if "```graphql" in text],
)
async def test_every_question_of_a_page_has_the_answer_below_it(page: Path, sample: Served) -> None:
    text = PAGES[page]
    asked = examples(text)
    assert len(asked) == text.count("```graphql")
    for example in asked:
        found = await _asked(sample, example)
        if example.answer is None and _UPDATING:
            assert "CI" not in os.environ, "answers are looked at by people before they count"
            _write(page, example, found)
        elif example.answer is None:
            assert "errors" not in found, (example.query, found)
        else:
            told = json.loads(example.answer)
            assert _like(told, found), (example.query, json.dumps(found, ensure_ascii=False))
    assert _UPDATING or any(example.answer is not None for example in asked)


async def _asked(sample: Served, example: Example) -> Any:
    if example.events is not None:
        return await sample.events(example.query, example.variables, example.events)
    return await sample.post(example.query, example.variables)


def _like(told: Any, found: Any) -> bool:
    """Tell whether an answer is what the page tells, wherever the page tells it."""
    if isinstance(told, dict) and isinstance(found, dict) and "extensions" not in told:
        found = {key: value for key, value in found.items() if key != "extensions"}
    match told, found:
        case str(), _ if told == _ANYTHING:
            return True
        case dict(), dict():
            same = list(told) == list(found)
            return same and all(_like(told[key], found[key]) for key in told)
        case list(), list():
            return len(told) == len(found) and all(map(_like, told, found))
        case _:
            return bool(told == found)


def _write(page: Path, example: Example, found: Any) -> None:
    text = page.read_text()
    fence = f"```graphql {example.options}".rstrip()
    block = f"{fence}\n{example.query}```\n"
    assert text.count(block) == 1
    after = text.index(block) + len(block)
    shown = json.dumps(_without_extensions(found), ensure_ascii=False, indent=2)
    page.write_text(f"{text[:after]}\n```json\n{shown}\n```\n{text[after:]}")


def _without_extensions(found: Any) -> Any:
    if isinstance(found, list):
        return [_without_extensions(each) for each in found]
    return {key: value for key, value in found.items() if key != "extensions"}
