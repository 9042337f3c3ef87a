"""Answers as text: a table for people, JSON lines, EDN or CSV for programs."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import assert_never

import orjson
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resolvers.datalog.question import Answered
from service.cli.edn import answer_edn
from service.cli.faults import printable
from store.values import instant_text


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    EDN = "edn"
    CSV = "csv"


def written(answered: Answered, form: Format, width: int | None) -> str:
    """Return an answer as text; a table fills `width` columns at most, or as many as it needs."""
    match form:
        case Format.TABLE:
            return _table(answered, width)
        case Format.JSON:
            return "".join(f"{line}\n" for line in _json_lines(answered))
        case Format.EDN:
            return f"{answer_edn(answered)}\n"
        case Format.CSV:
            return _csv(answered)
        case _:
            assert_never(form)


def summary(answered: Answered, *, limit: int) -> str:
    """Return how much was found, as of when, and whether it was cut."""
    count = len(answered.rows)
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    told = f"{rows} as of t {answered.t} ({instant_text(answered.instant)})"
    if not answered.complete:
        more = f"--first takes up to {limit:,}" if count < limit else "ask in parts"
        told += f"; cut here, there are more: {more}"
    if answered.because is not None:
        told += f"; there can be none: {answered.because}"
    return told


def _table(answered: Answered, width: int | None) -> str:
    rows = [[_cell(value) for value in row] for row in answered.cells()]
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for position, name in enumerate(answered.columns):
        held = [row[position] for row in answered.cells()]
        are_numbers = bool(held) and all(map(_is_number, held))
        table.add_column(
            Text(printable(name)), justify="right" if are_numbers else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*map(Text, row))
    out = io.StringIO()
    needed = sum(max(map(len, column), default=0) + 4 for column in zip(*rows, strict=True))
    needed += sum(len(name) + 4 for name in answered.columns)
    console = Console(file=out, width=width or max(needed, 80), no_color=True, highlight=False)
    console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _cell(value: object) -> str:
    return printable(_plain(value))


def _plain(value: object) -> str:
    """Return a value as people write it: a text without quotes, all else as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return orjson.dumps(value).decode()


_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def _is_number(value: object) -> bool:
    match value:
        case bool():
            return False
        case int() | float():
            return True
        case str():
            return _NUMBER.fullmatch(value) is not None
        case _:
            return False


def _json_lines(answered: Answered) -> Iterator[str]:
    """Yield a JSON object for each row, by the names of its columns; else an array."""
    by_name = len(set(answered.columns)) == len(answered.columns)
    for row in answered.cells():
        told = dict(zip(answered.columns, row, strict=True)) if by_name else row
        yield orjson.dumps(told).decode()


def _csv(answered: Answered) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(_harmless, answered.columns))
    for row in answered.cells():
        writer.writerow(_fields(row))
    return out.getvalue()


def _fields(row: Iterable[object]) -> Iterator[str]:
    for value in row:
        yield _harmless(_plain(value)) if isinstance(value, str) else _plain(value)


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: with a quote before what begins one.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text
