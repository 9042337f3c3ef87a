"""The README is true: every command and every query in it runs, and every answer is the answer."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.settings import Settings
from tests.serving import Served, serving

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
EXAMPLES = ROOT / "examples"
ANSWERS_AT = re.compile(r"answers at (http://\S+)")
COMMAND = Path(sys.executable).parent / "headwater"
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what stands behind it (`catalog=…`), and its text."""

    language: str
    label: str
    text: str


BLOCKS = [
    Block(*found)
    for found in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
]
QUERIES = [block for block in BLOCKS if block.language == "graphql" and not block.label]
COMMANDS = [line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sample(sample_url: str) -> AsyncIterator[Served]:
    async with serving(sample_url) as served:
        yield served


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
async def test_every_query_has_an_answer(sample: Served, query: Block) -> None:
    data = await sample.ask(query.text)
    assert all(value is not None for value in data.values())
    following = BLOCKS[BLOCKS.index(query) + 1 :][:1]
    if following and following[0].language == "json" and not following[0].label:
        assert {"data": data} == json.loads(following[0].text)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(file.read_text(), id=file.stem)
        for file in sorted((EXAMPLES / "queries").glob("*.graphql"))
    ],
)
async def test_every_example_is_answered_by_one_statement(sample: Served, query: str) -> None:
    await sample.ask(query)
    data = await sample.ask_once(query)
    assert all(value is not None for value in data.values())


def test_an_answer_stands_below_the_first_question() -> None:
    assert BLOCKS[1].language == "json"
    assert json.loads(BLOCKS[1].text)["data"]["now"]["usedBy"]["totalCount"] > 0


def test_the_commands_on_ones_own_history_work_in_order(tmp_path: Path) -> None:
    for block in BLOCKS:
        if block.label:
            (tmp_path / block.label.partition("=")[2]).write_text(block.text)
    environment = _environment(tmp_path)
    own = [line for line in COMMANDS if line.startswith(".venv/bin/headwater ")]
    assert len(own) > 5
    for line in own:
        command = [str(COMMAND), *shlex.split(line)[1:]]
        if line.endswith(" serve"):
            answer = _ask_while_serving(command, tmp_path, environment, "{ tables { totalCount } }")
            assert answer == {"tables": {"totalCount": 1}}
            continue
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)


def test_make_serve_serves_the_sample(tmp_path: Path) -> None:
    assert "make serve" in COMMANDS
    query = "{ features { totalCount } }"
    answer = _ask_while_serving(["make", "serve"], ROOT, _environment(tmp_path), query)
    assert answer["features"]["totalCount"] > 0


def test_every_command_is_one_that_is_tested() -> None:
    known = re.compile(r"make serve|\.venv/bin/headwater .+")
    assert [line for line in COMMANDS if not known.fullmatch(line)] == []


def test_every_setting_is_in_the_table() -> None:
    told = re.findall(r"^\| `HEADWATER_(\w+)` \| (.*?) \|", README, re.MULTILINE)
    assert [name for name, _ in told] == [name.upper() for name in Settings.model_fields]
    for name, default in told:
        usual = Settings.model_fields[name.lower()].default
        assert default == ("none" if usual is None else f"`{usual}`"), name


def _environment(tmp_path: Path) -> dict[str, str]:
    tmp_path.chmod(0o755)
    ours = {"HEADWATER_PORT": "0", "HEADWATER_DATA_DIR": str(tmp_path / "data")}
    return {**os.environ, **ours, "PYTHONPATH": str(ROOT)}


def _ask_while_serving(
    command: list[str], folder: Path, environment: dict[str, str], query: str
) -> Any:
    """Run a command that serves, ask it one thing, and stop it."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            return _asked(_address(server), query)
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        found = ANSWERS_AT.search(line)
        if found is not None:
            return found[1]
    raise AssertionError("".join(said))


def _asked(url: str, query: str) -> Any:
    return httpx.post(url, json={"query": query}, timeout=PATIENCE).json()["data"]
