"""What a query finds as EDN text."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from datalog.printing.terms import scope_text, step_text, term_text, variable_text, vector
from datalog.reading.edn import write
from datalog.syntax.finding import (
    PULL_LIMIT,
    Aggregate,
    Count,
    FindElement,
    Pull,
    PullAttribute,
    PullPattern,
    PullWildcard,
    Recursion,
)
from datalog.syntax.query import FindSpec
from datalog.syntax.terms import Variable


def spec_text(elements: Iterable[str], spec: FindSpec) -> str:
    """Return what stands after `:find`."""
    told = " ".join(elements)
    match spec:
        case FindSpec.RELATION:
            return told
        case FindSpec.COLLECTION:
            return f"[{told} ...]"
        case FindSpec.TUPLE:
            return f"[{told}]"
        case FindSpec.SCALAR:
            return f"{told} ."
        case _:
            assert_never(spec)


def element_text(element: FindElement) -> str:
    """Return an element of find."""
    match element:
        case Variable():
            return variable_text(element)
        case Count(variable):
            return f"(count {variable_text(variable)})"
        case Aggregate(aggregation, variable, amount):
            how_many = "" if amount is None else f"{amount} "
            return f"({aggregation} {how_many}{variable_text(variable)})"
        case Pull(variable, pattern, source):
            return f"(pull {scope_text(source)}{variable_text(variable)} {pattern_text(pattern)})"
        case _:
            assert_never(element)


def pattern_text(pattern: PullPattern) -> str:
    """Return a pull pattern."""
    return vector(map(_item, pattern.items))


def _item(item: PullAttribute | PullWildcard) -> str:
    match item:
        case PullWildcard():
            return "*"
        case PullAttribute():
            options = tuple(_options(item))
            name = step_text(item.name, reverse=item.reverse)
            told = vector((name, *options)) if options else name
            return told if item.pattern is None else f"{{{told} {_below(item.pattern)}}}"
        case _:
            assert_never(item)


def _options(item: PullAttribute) -> Iterator[str]:
    if item.key is not None:
        yield f":as {write(item.key)}"
    if item.limit != PULL_LIMIT:
        yield f":limit {write(item.limit)}"
    if item.default is not None:
        yield f":default {term_text(item.default)}"


def _below(pattern: PullPattern | Recursion) -> str:
    match pattern:
        case PullPattern():
            return pattern_text(pattern)
        case Recursion(depth):
            return "..." if depth is None else str(depth)
        case _:
            assert_never(pattern)
