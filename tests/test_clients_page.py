"""What docs/clients.md shows is part of what the clients in tests/clients are run with."""

import json
import re
from pathlib import Path

from tests.clients import test_codegen, test_relay_compiler

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "clients.md").read_text()
SCRIPTS = [path.read_text() for path in (ROOT / "tests" / "clients").glob("*.mjs")]
HERE = "http://localhost:8000/graphql"


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_script_of_the_page_is_part_of_one_that_is_run() -> None:
    assert len(_blocks("js")) >= 6
    for block in _blocks("js"):
        assert any(block in script for script in SCRIPTS), block


def test_the_settings_of_the_page_are_those_that_are_run_with() -> None:
    relay, codegen = map(json.loads, _blocks("json"))
    assert relay == test_relay_compiler.CONFIGURATION
    assert codegen == test_codegen.configuration(HERE)
