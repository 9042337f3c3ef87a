"""The commands in docs/ that ask a server with curl are true, run by a shell as they stand there.

A ```sh block runs against a server of the bundled sample; below it stands what it prints:

    ```json   the answer to each of its commands; `extensions` may be left out
    ```http   lines that are among those that it prints, where `…` is anything

`sh trusted` asks a server that answers trusted documents only: the first ```graphql block of the
page, in the file latest.graphql.
"""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.running import listening
from tests.conftest import NewDatabase

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
PAGES = {
    name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("http", "persisted-documents")
}
_BLOCK = re.compile(
    r"^```sh(?P<label>[^\n]*)\n(?P<script>.*?)^```\n\n```(?P<kind>json|http)\n(?P<told>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)
_DOCUMENT = re.compile(r"^```graphql\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_HERE = "http://localhost:8000"
_PATIENCE = 60


@pytest.fixture
def sample_url(new_database: NewDatabase, sample_template: str) -> Iterator[str]:
    with new_database(sample_template) as url:
        yield url


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("page", PAGES)
async def test_every_command_of_a_page_prints_what_stands_below_it(
    page: str, sample_url: str, tmp_path: Path
) -> None:
    text = PAGES[page]
    blocks = list(_BLOCK.finditer(text))
    assert len(blocks) == text.count("```sh")
    trusted = _trusted(text, tmp_path)
    only = "any" if trusted is None else "trusted"
    async with (
        listening(sample_url, trusted_documents=trusted) as usual,
        listening(sample_url, trusted_documents=trusted, documents=only) as strict,
    ):
        for block in blocks:
            server = strict if "trusted" in block["label"] else usual
            script = block["script"].replace(_HERE, server.url.removesuffix("/graphql"))
            _compare(block["kind"], block["told"], await _printed(script, tmp_path))


def _trusted(text: str, folder: Path) -> Path | None:
    found = _DOCUMENT.search(text)
    if found is None:
        return None
    (folder / "latest.graphql").write_text(found[1])
    return folder


async def _printed(script: str, folder: Path) -> str:
    """Return what a script prints, which must end well."""
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script,
        cwd=folder,
        env={**os.environ, "no_proxy": "*"},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PATIENCE):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, script
    return said.decode()


def _compare(kind: str, told: str, printed: str) -> None:
    if kind == "json":
        for answer in _answers(printed):
            assert _without_extensions(answer) == json.loads(told)
        return
    lines = printed.replace("\r", "").split("\n")
    for line in told.splitlines():
        pattern = ".*".join(map(re.escape, line.split("…")))
        assert any(re.fullmatch(pattern, each) for each in lines), (line, printed)


def _answers(printed: str) -> list[Any]:
    """Return the JSON values that were printed, one after the other."""
    decoder, values = json.JSONDecoder(), []
    while printed := printed.strip():
        value, end = decoder.raw_decode(printed)
        values.append(value)
        printed = printed[end:]
    assert values
    return values


def _without_extensions(answer: Any) -> Any:
    if isinstance(answer, list):  # Of several operations that were asked at once.
        return [_without_extensions(each) for each in answer]
    return {key: each for key, each in answer.items() if key != "extensions"}
