"""Settings come from the environment, and a bad one is named."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import InvalidSetting, Settings


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(f"HEADWATER_{field.upper()}", raising=False)


def test_without_variables_the_embedded_server_is_used() -> None:
    settings = Settings.from_environment()
    assert settings.database_url is None
    assert settings.data_dir == Path(".headwater")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_PORT", "9000")
    monkeypatch.setenv("HEADWATER_LOG_LEVEL", "WARNING")
    settings = Settings.from_environment()
    assert (settings.port, settings.log_level) == (9000, "warning")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_ADMIN_URL", "")
    assert Settings.from_environment().admin_url is None


def test_what_is_chosen_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_PORT", "9000")
    assert Settings.from_environment(port=9001, host=None).port == 9001


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("HEADWATER_PORT", "x", "HEADWATER_PORT is 'x': expected a valid integer"),
        ("HEADWATER_PORT", "70000", "HEADWATER_PORT is '70000': expected less than or equal to"),
        ("HEADWATER_POOL_SIZE", "0", "HEADWATER_POOL_SIZE is '0': expected greater than"),
        ("HEADWATER_LOG_FORMAT", "xml", "HEADWATER_LOG_FORMAT is 'xml': expected 'console' or"),
        ("HEADWATER_PAGE_SIZE", "20000", "expected at least HEADWATER_PAGE_SIZE, which is 20000"),
        ("HEADWATER_STATEMENT_TIMEOUT", "nan", "HEADWATER_STATEMENT_TIMEOUT is 'nan': expected"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidSetting) as raised:
        Settings.from_environment()
    assert sentence in str(raised.value)


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_DATABASE_URL", "mysql://me:secret@host/db")
    with pytest.raises(InvalidSetting) as raised:
        Settings.from_environment()
    assert str(raised.value) == (
        "HEADWATER_DATABASE_URL cannot be used: expected a URL that begins with postgresql://"
    )
    assert "secret" not in repr(raised.value)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings.from_environment().port = 1
