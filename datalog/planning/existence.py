"""What need only exist: it multiplies rows, and binds nothing that is asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from datalog.checking.scoping import bindable, outward
from datalog.planning.access import Condition, Row, Situation
from datalog.planning.cost import Prefix, bound_before, estimate_row
from datalog.planning.row_terms import places
from datalog.planning.steps import Variables, unique, variables
from datalog.syntax.clauses import (
    Call,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Or,
    RuleCall,
    Search,
)


@dataclass(frozen=True, slots=True)
class Some:
    """Items that need only match somehow."""

    items: tuple[Row | Condition, ...]
    shared: Variables


Item = Row | Condition | Some


def with_existence(
    items: list[Row | Condition], asked: Variables, bound: Variables, situation: Situation
) -> list[Item]:
    """Turn what multiplies rows, and binds nothing that is asked, into mere existence."""
    groups = _groups(items, asked | bound)
    outset = bound_before(bound)
    kept: list[Item] = []
    for position, group in enumerate(groups):
        others = [item for rest in groups[position + 1 :] for item in rest]
        elsewhere = bound.union(*map(binds, [*kept, *others]))
        shared = frozenset().union(*map(mentions, group)) & (asked | bound)
        rows = _rows(group)
        if (
            not rows
            or not shared <= elsewhere
            or unique(rows, asked | bound)
            or not _meet(shared - bound, [*kept, *others], bound)
            or _leads(rows, _rows([*kept, *others]), outset, situation)
        ):
            kept.extend(group)
        else:
            kept.append(Some(tuple(group), shared))
    return kept


def _meet(shared: Variables, others: Iterable[Item], bound: Variables) -> bool:
    """Tell whether the others join these variables; else the rows that do are what leads to them.

    A test that two things have to do with each other would come after all of their pairs.
    """
    if len(shared) < 2:
        return True
    reached = {min(shared, key=lambda each: each.name)}
    waiting = [binds(item) - bound for item in others]
    while True:
        near = [each for each in waiting if each & reached]
        if not near:
            return shared <= reached
        reached = reached.union(*near)
        waiting = [each for each in waiting if not each & reached]


def _leads(
    rows: Iterable[Row], others: Iterable[Row], outset: Prefix, situation: Situation
) -> bool:
    """Tell whether to start with rows of which far fewer are found than of the others."""
    return _fewest(rows, outset, situation) * _FAR_MORE <= _fewest(others, outset, situation)


_FAR_MORE = 20.0


def _fewest(rows: Iterable[Row], outset: Prefix, situation: Situation) -> float:
    found = (estimate_row(row, outset, situation) for row in rows)
    return min((each.after.rows for each in found if each is not None), default=inf)


def _rows(items: Iterable[Item]) -> list[Row]:
    return [item for item in items if not isinstance(item, Condition | Some)]


def _groups(items: list[Row | Condition], outside: Variables) -> list[list[Row | Condition]]:
    """Return the items, together where they share a variable that nobody outside sees."""
    groups: list[tuple[Variables, list[Row | Condition]]] = []
    for item in items:
        local, together = mentions(item) - outside, [item]
        apart: list[tuple[Variables, list[Row | Condition]]] = []
        for seen, group in groups:
            if seen & local:
                local, together = local | seen, group + together
            else:
                apart.append((seen, group))
        groups = [*apart, (local, together)]
    return [group for _, group in groups]


def mentions(item: Item) -> Variables:
    """Return the variables that an item shares with others."""
    match item:
        case (
            Compare()
            | Not()
            | Or()
            | GetElse()
            | Ground()
            | Call()
            | RuleCall()
            | Search()
            | Fulltext()
        ):
            return outward(item)
        case Some():
            return item.shared
        case _:
            return variables(places(item))


def binds(item: Item) -> Variables:
    """Return the variables that an item can bind."""
    match item:
        case (
            Compare()
            | Not()
            | Or()
            | GetElse()
            | Ground()
            | Call()
            | RuleCall()
            | Search()
            | Fulltext()
        ):
            return bindable(item)
        case Some():
            return frozenset()
        case _:
            return variables(places(item))
