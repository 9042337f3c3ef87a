"""What is logged, for people and for machines."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service.logs import configure
from service.settings import Settings


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _fail(password: str) -> None:
    raise RuntimeError(f"no luck with {len(password)} characters")


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_tells_no_values(capsys: pytest.CaptureFixture[str], log_format: str) -> None:
    configure(Settings.from_environment(log_format=log_format))
    try:
        _fail("hunter2")
    except RuntimeError:
        structlog.get_logger("headwater").exception("fault", id="x")
    logged = capsys.readouterr().err
    assert "no luck with 7 characters" in logged
    assert "_fail" in logged
    assert "password='hunter2'" not in logged
    assert '"hunter2"' not in logged.replace('_fail("hunter2")', "")


def test_machines_get_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings.from_environment(log_format="json", log_level="info"))
    structlog.get_logger("headwater").info("ready", t=3)
    structlog.get_logger("headwater").debug("not told")
    logging.getLogger("elsewhere").warning("told by %s", "a library")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["t"], first["level"]) == ("ready", 3, "info")
    assert (second["event"], second["logger"]) == ("told by a library", "elsewhere")
