"""JSON read and written again without a change: a number keeps the text that it came with.

PostgreSQL and Python write 1e+20 and 1e-05 where orjson would write 1e20 and 0.00001. All other
numbers of canonical JSON are written by all three alike.
"""

import json
import re
from dataclasses import dataclass
from typing import Self

import orjson

_POWER = re.compile(rb"[0-9]e[+-][0-9]")


class Power(float):
    """A number with an exponent, and its text."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Return the number that a text is."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]  # Copied by its text.
        """Return what a copy is made of."""
        return (self.text,)


def loads(text: bytes) -> object:
    """Return the value of canonical JSON text."""
    # Two searches of memory are ten times as fast as one for a pattern.
    if (b"e+" in text or b"e-" in text) and _POWER.search(text):
        value: object = json.loads(text, parse_float=_number)
        return value
    return orjson.loads(text)


def _number(text: str) -> float:
    return Power(text) if "e" in text else float(text)


@dataclass(eq=False)
class NotJson(Exception):
    """A value holds something that JSON has no text for."""

    found: object


def dumps(value: object) -> bytes:
    """Return the JSON text of a value. Raises NotJson."""
    try:
        # A fault is a dataclass, which is no JSON.
        return orjson.dumps(value, default=default, option=orjson.OPT_PASSTHROUGH_DATACLASS)
    except orjson.JSONEncodeError as error:
        if isinstance(error.__cause__, NotJson):
            raise error.__cause__ from None
        raise


def default(value: object) -> object:
    """Return what orjson writes for a number that kept its text. Raises NotJson for all else."""
    if isinstance(value, Power):
        return orjson.Fragment(value.text)
    raise NotJson(value)
