"""Strict JSON: what could be read in two ways is refused, and no digit is lost."""

import json
from codecs import BOM_UTF8
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from store.loading.errors import NotJson


def parse(line: bytes) -> object:
    """Return the value of a line of JSON: integers whole, other numbers as Decimal.

    Raises NotJson, also for a key that stands twice in an object, NaN, Infinity, what is not
    UTF-8, and brackets that are nested too deep.
    """
    if line.startswith(BOM_UTF8):
        raise NotJson("it begins with a byte order mark; save the file as UTF-8 without one")
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start + 1} is not UTF-8") from None
    except RecursionError:
        raise NotJson("its brackets are nested too deep") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"column {error.colno}: {error.msg}") from None
    except ValueError:  # Python's bound on the digits of an integer.
        raise NotJson("an integer in it has thousands of digits") from None


def _object(members: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(members)
    if len(read) < len(members):
        [(twice, _)] = Counter(key for key, _ in members).most_common(1)
        raise NotJson(f"the key {twice[:80]!r} stands twice in one object")
    return read


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NotJson(f"the number {text[:80]} is out of all bounds") from None


def _constant(text: str) -> NoReturn:
    raise NotJson(f"{text} is no number in JSON")


_DECODER = json.JSONDecoder(
    parse_float=_number, parse_constant=_constant, object_pairs_hook=_object
)
