"""The command line of the benchmarks: what it measures, and what it says where it cannot."""

import pytest

from benchmarks.__main__ import PARTS, options


def test_all_parts_are_measured_where_none_is_named() -> None:
    asked = options([])
    assert (asked.parts, asked.brief) == ([], False)
    asked = options(["writing", "--brief", "memory"])
    assert (asked.parts, asked.brief) == (["writing", "memory"], True)


def test_help_names_the_parts_and_measures_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as over:
        options(["--help"])
    assert over.value.code == 0
    assert ", ".join(PARTS) in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("wrong", ["writings", "--breif"])
def test_a_part_or_an_option_that_is_not_there_is_an_error(
    wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as over:
        options(["writing", wrong])
    assert over.value.code == 2
    told = capsys.readouterr().err
    assert wrong in told
    assert all(part in told for part in PARTS) or wrong.startswith("--")
