"""A file that breaks off, given again: what was loaded is skipped, and that it breaks is told."""

import gzip
import json
import lzma
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli import main as cli
from tests.refusals.world import CATALOG


@pytest.mark.parametrize(
    ("suffix", "compress"), [(".xz", lzma.compress), (".gz", gzip.compress)], ids=("xz", "gz")
)
def test_a_file_that_breaks_off_is_told_each_time_until_it_is_whole(
    database_url: str, tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    def headwater(*arguments: str, given: str | None = None) -> Result:
        options = [*arguments, "--database-url", database_url]
        return CliRunner().invoke(cli.main, options, input=given)

    assert headwater("schema", "apply", "-", given=CATALOG).exit_code == 0
    draw = random.Random(1)
    said = [
        {"upsert": [{"type": "Dataset", "urn": f"hw://d/{n}", "name": draw.randbytes(99).hex()}]}
        for n in range(300)
    ]
    whole = compress("".join(f"{json.dumps(each)}\n" for each in said).encode())
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    first = headwater("transact", str(path))
    [loaded] = re.findall(r"^(\d+) transactions, ", first.stdout)
    assert 0 < int(loaded) < 300
    broken = f"LINE_REFUSED: {path}, line {int(loaded) + 1}: BROKEN_FILE: "
    assert (first.exit_code, first.stderr.startswith(broken)) == (1, True)
    longer = tmp_path / "longer.jsonl"  # Else nobody would look for the line where it breaks.
    longer.write_text("".join(f"{json.dumps(each)}\n" for each in reversed(said)))
    assert headwater("transact", str(longer)).exit_code == 0
    for more in ((), ("--continue",)):
        again = headwater("transact", str(path), *more)
        assert (again.exit_code, again.stderr.startswith(broken)) == (1, True)
    path.write_bytes(whole)
    rest = headwater("transact", str(path))
    assert rest.exit_code == 0
    assert f"; {loaded} lines loaded before" in rest.stdout
