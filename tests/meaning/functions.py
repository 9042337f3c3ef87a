"""Predicates and functions. What has no value for its arguments matches nothing."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from typing import Any

from datalog.syntax.clauses import Operator
from tests.meaning.values import BOOLEAN, NUMBER, TEXT, TUPLE, Value, compared


class NoValue(Exception):
    """A function is not defined for these arguments."""


Function = Callable[..., Value]
Predicate = Callable[..., bool]


def of(family: str, result: str) -> Callable[[Callable[..., Any]], Function]:
    """Make a function of values of one family out of one of plain Python values."""

    def made(plain: Callable[..., Any]) -> Function:
        def function(*arguments: Value) -> Value:
            if any(each is None or each[0] != family for each in arguments):
                raise NoValue
            found = plain(*(each[1] for each in arguments if each is not None))
            if found is None:
                raise NoValue
            return (result, found)

        return function

    return made


def test(family: str) -> Callable[[Callable[..., Any]], Predicate]:
    """Make a predicate of values of one family: of others it does not hold."""

    def made(plain: Callable[..., Any]) -> Predicate:
        def predicate(*arguments: Value) -> bool:
            if any(each is None or each[0] != family for each in arguments):
                return False
            return bool(plain(*(each[1] for each in arguments if each is not None)))

        return predicate

    return made


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Bring two numbers to one type: with a Float all are, else with a Decimal all are."""
    for kind in (float, Decimal):
        if isinstance(one, kind) or isinstance(other, kind):
            return kind(one), kind(other)
    return one, other


def _add(one: Any, other: Any) -> Any:
    left, right = _alike(one, other)
    return left + right


def _subtract(one: Any, other: Any) -> Any:
    left, right = _alike(one, other)
    return left - right


def _multiply(one: Any, other: Any) -> Any:
    left, right = _alike(one, other)
    return left * right


def _divide(one: Any, other: Any) -> Any:
    left, right = _alike(one, other)
    if right == 0:
        raise NoValue
    return _quotient(left, right) if isinstance(left, int) else left / right


def _quotient(one: Any, other: Any) -> Any:
    """Divide and cut off what comes after the point."""
    left, right = _alike(one, other)
    if right == 0:
        raise NoValue
    if isinstance(left, int):
        whole = abs(left) // abs(right)
        return whole if (left < 0) == (right < 0) else -whole
    return type(left)(int(left / right))


def _remainder(one: Any, other: Any) -> Any:
    """Return what `quot` leaves: it has the sign of the first."""
    left, right = _alike(one, other)
    return left - right * _quotient(left, right)


def _modulus(one: Any, other: Any) -> Any:
    """Return the remainder with the sign of the second."""
    left, right = _alike(one, other)
    rest = _remainder(left, right)
    return rest + right if rest != 0 and (rest < 0) != (right < 0) else rest


def _chain(step: Callable[[Any, Any], Any], alone: Callable[[Any], Any]) -> Function:
    def function(first: Any, *more: Any) -> Any:
        return reduce(step, more, first) if more else alone(first)

    return of(NUMBER, NUMBER)(function)


def _part(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise NoValue
    return text[start:stop]


def _text(value: Value) -> str:
    match value:
        case (str(family), bool(truth)) if family == BOOLEAN:
            return "true" if truth else "false"
        case (str(family), it) if family in {NUMBER, TEXT}:
            return str(it)
        case _:
            raise NoValue


def _joined(*values: Value) -> Value:
    return (TEXT, "".join(map(_text, values)))


def _substring(text: Value, start: Value, end: Value = (NUMBER, None)) -> Value:
    match text, start, end:
        case (str(family), str(it)), (_, int(first)), (_, int() | None as last) if family == TEXT:
            return (TEXT, _part(it, first, last))
        case _:
            raise NoValue


_ASCII_UP = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_ASCII_DOWN = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


FUNCTIONS: Mapping[str, Function] = {
    "+": _chain(_add, lambda it: it),
    "-": _chain(_subtract, lambda it: -it),
    "*": _chain(_multiply, lambda it: it),
    "/": _chain(_divide, lambda it: _divide(1, it)),
    "quot": of(NUMBER, NUMBER)(_quotient),
    "rem": of(NUMBER, NUMBER)(_remainder),
    "mod": of(NUMBER, NUMBER)(_modulus),
    "inc": of(NUMBER, NUMBER)(lambda it: it + 1),
    "dec": of(NUMBER, NUMBER)(lambda it: it - 1),
    "abs": of(NUMBER, NUMBER)(abs),
    "min": of(NUMBER, NUMBER)(min),
    "max": of(NUMBER, NUMBER)(max),
    "str": _joined,
    "subs": _substring,
    "count": of(TEXT, NUMBER)(len),
    "upper-case": of(TEXT, TEXT)(lambda it: it.translate(_ASCII_UP)),
    "lower-case": of(TEXT, TEXT)(lambda it: it.translate(_ASCII_DOWN)),
    "trim": of(TEXT, TEXT)(lambda it: it.strip(" \t\n\r\f\v")),
    "name": of(TEXT, TEXT)(lambda it: it.rpartition("/")[2]),
    "namespace": of(TEXT, TEXT)(lambda it: it.rpartition("/")[0] or None),
    "keyword": of(TEXT, TEXT)(lambda *parts: "/".join(parts) or None),
    "re-find": of(TEXT, TEXT)(lambda of_, it: found[0] if (found := re.search(of_, it)) else None),
    "re-matches": of(TEXT, TEXT)(lambda of_, it: it if re.fullmatch(of_, it) else None),
    "identity": lambda it: it,
    "tuple": lambda *members: (TUPLE, members),
}

PREDICATES: Mapping[str, Predicate] = {
    "=": lambda *all_: all(compared(Operator.EQ, *pair) for pair in pairwise(all_)),
    "not=": lambda *all_: not all(compared(Operator.EQ, *pair) for pair in pairwise(all_)),
    "starts-with?": test(TEXT)(lambda it, start: it.startswith(start)),
    "ends-with?": test(TEXT)(lambda it, end: it.endswith(end)),
    "includes?": test(TEXT)(lambda it, part: part in it),
    "blank?": test(TEXT)(lambda it: not it.strip(" \t\n\r\f\v")),
    "re-find": test(TEXT)(lambda of_, it: re.search(of_, it) is not None),
    "re-matches": test(TEXT)(lambda of_, it: re.fullmatch(of_, it) is not None),
    "even?": test(NUMBER)(lambda it: it % 2 == 0),
    "odd?": test(NUMBER)(lambda it: abs(it) % 2 == 1),
    "zero?": test(NUMBER)(lambda it: it == 0),
    "pos?": test(NUMBER)(lambda it: it > 0),
    "neg?": test(NUMBER)(lambda it: it < 0),
    "true?": test(BOOLEAN)(lambda it: it),
    "false?": test(BOOLEAN)(lambda it: not it),
}
