"""Rows in the place of a database: `[$rows ?a "x" ?b]` over a list of lists.

A clause over rows holds the same rows as constants; they join by value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from datalog.reading.errors import WrongInput
from datalog.reading.notes import is_compared, is_ours
from datalog.reading.values import settled
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.query import Rule
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, LookupRef, Variable
from store.values import shortened

MOST_CONSTANTS = 10_000
"""Values that become part of a query; lists of other inputs may be longer."""

Row = tuple[Constant | None, ...]
Sources = Mapping[str, tuple[Row, ...]]
Compared = Mapping[Variable, Constant]


def rows_of(given: Sequence[object], source: str) -> tuple[Row, ...]:
    """Return rows as constants, nothing where a null is. Raises WrongInput."""
    found = tuple(_row(each, f"{source}[{at}]") for at, each in enumerate(given))
    if sum(map(len, found)) > MOST_CONSTANTS:
        raise WrongInput(source, f"at most {MOST_CONSTANTS} values", f"{len(found)} rows")
    return found


def _row(given: object, name: str) -> Row:
    if not isinstance(given, list):
        raise WrongInput(name, "a row: a list of values", shortened(given))
    return tuple(_constant(value, f"{name}[{at}]") for at, value in enumerate(given))


def _constant(value: object, name: str) -> Constant | None:
    found = None if value is None else settled(value, None, name)
    if found is not None and not isinstance(found, Constant):
        raise WrongInput(name, "a value", shortened(value))
    return found


def with_rows(clauses: Iterable[Clause], sources: Sources) -> tuple[Clause, ...]:
    """Return clauses that read no rows but hold them. Raises WrongInput."""
    clauses = tuple(clauses)
    named = frozenset(_compared(clauses, sources))
    compared: dict[Variable, Constant] = {}
    others: list[Clause] = []
    for clause in clauses:
        match clause:
            case Compare(Operator.EQ, Variable() as left, Constant() as right) if left in named:
                compared[left] = right  # So the reader writes a value in an attribute's place.
            case _:
                others.append(clause)
    return tuple(_with_rows(clause, sources, compared) for clause in others)


def _compared(clauses: Iterable[Clause], sources: Sources) -> Iterator[Variable]:
    for clause in clauses:
        match clause:
            case Pattern(attribute=Variable() as made, source=source) if source in sources:
                if is_compared(made):
                    yield made
            case _:
                pass


def check_rules(rules: Iterable[Rule], sources: Sources) -> None:
    """Raise WrongInput where a rule reads rows: rules read the database of their call."""
    for rule in rules:
        if with_rows(rule.clauses, sources) != rule.clauses:
            raise WrongInput(", ".join(sources), f"a database, as {rule.name} reads it", "rows")


def _with_rows(clause: Clause, sources: Sources, compared: Compared) -> Clause:
    match clause:
        case Pattern(source=source) if source in sources:
            return _ground(clause, sources[source], compared)
        case Not():
            return replace(clause, clauses=with_rows(clause.clauses, sources))
        case Or():
            return replace(
                clause, branches=tuple(with_rows(each, sources) for each in clause.branches)
            )
        case (
            GetElse(source=source)
            | RuleCall(source=source)
            | Search(source=source)
            | Fulltext(source=source)
        ):
            if source in sources:
                raise WrongInput(source, "a database: a rule or a function reads it", "rows")
            return clause
        case Pattern() | Compare() | Ground() | Call():
            return clause
        case _:
            assert_never(clause)


def _ground(pattern: Pattern, rows: Iterable[Row], compared: Compared) -> Ground:
    places = tuple(_places(pattern, compared))
    variables = tuple(dict.fromkeys(each for each in places if isinstance(each, Variable)))
    kept: list[tuple[Constant, ...]] = []
    for row in rows:
        if len(row) < len(places):
            raise WrongInput(
                pattern.source, f"rows of {len(places)} values or more", f"one of {len(row)}"
            )
        bound = _bound(places, row)
        if bound is not None:
            kept.append(tuple(bound[each] for each in variables))
    if not variables:  # It only asks whether there is such a row.
        return Ground((BLANK,), ((Constant(value=True),),) if kept else ())
    return Ground(variables, tuple(dict.fromkeys(kept)))


def _places(pattern: Pattern, compared: Compared) -> Iterator[Variable | Constant | Blank]:
    """Return the places of a clause over rows, without the blanks at its end."""
    attribute = pattern.attribute
    places = [
        pattern.entity,
        Constant(Keyword(attribute))
        if isinstance(attribute, str)
        else compared.get(attribute, attribute),
        pattern.value,
        pattern.transaction,
        pattern.operation,
        pattern.position,
    ]
    while len(places) > 1 and _is_blank(places[-1]):
        places.pop()
    for place in places:
        if isinstance(place, LookupRef):
            raise WrongInput(pattern.source, "a database: rows have no lookup refs", "rows")
        yield BLANK if _is_blank(place) else place


def _is_blank(place: object) -> bool:
    return isinstance(place, Blank) or (isinstance(place, Variable) and is_ours(place))


def _bound(
    places: Iterable[Variable | Constant | Blank], row: Row
) -> dict[Variable, Constant] | None:
    """Return what a row binds, or None where it does not match; a null matches nothing."""
    bound: dict[Variable, Constant] = {}
    for place, value in zip(places, row, strict=False):
        if isinstance(place, Blank):
            continue
        if value is None:
            return None
        expected = place if isinstance(place, Constant) else bound.setdefault(place, value)
        if not _same(expected, value):
            return None
    return bound


def _same(one: Constant, other: Constant) -> bool:
    """Tell whether two values are equal; a keyword equals the text of its name, as elsewhere."""
    left, right = (
        each.value.name if isinstance(each.value, Keyword) else each.value for each in (one, other)
    )
    return isinstance(left, bool) == isinstance(right, bool) and left == right
