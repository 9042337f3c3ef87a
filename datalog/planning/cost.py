"""What reading a row gives and costs, as statistics tell: how many rows, how many of them read.

The rules are the usual ones: values are spread evenly, but for the most common ones, which are
known; columns do not depend on each other; of two sets of values that meet, the smaller one is
contained in the larger one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import inf, prod
from typing import assert_never

from datalog.planning.access import (
    EdgeRow,
    FactRow,
    GivenRow,
    GroundRow,
    IdentRow,
    LogRow,
    MemberRow,
    OneOf,
    OwnRow,
    Place,
    RelationRow,
    Row,
    Situation,
    TouchedRow,
    TransactionRow,
)
from datalog.planning.ranges import share_of_range
from datalog.planning.statistics import sum_of
from datalog.syntax.clauses import Operator
from datalog.syntax.terms import Constant, Keyword, LookupRef, Variable
from datalog.syntax.views import History, Since, View
from datalog.vocabulary import URN, EdgeColumn, TransactionColumn, type_id
from store.catalogue import ValueType
from store.quantities import AttributeQuantities, EdgeQuantities

GIVEN_ROWS = 10.0
"""How many members a list is taken to have that is given at run time."""

RELATION_ROWS = 100.0
"""How many rows a relation is taken to have that a recursion works out."""

PROBE = 4.0
"""What it costs to look one key up in an index, where reading one row costs 1."""

_RANGE = 1 / 3
"""The share of facts that a range is taken to leave of which nothing is known."""

_RECENT = 0.3
"""The share of facts that is taken to have come after a point in time."""


class Access(StrEnum):
    """How the rows of a step are found."""

    ENTITY = "by entity"
    VALUE = "by value"
    RANGE = "by a range of values"
    BOTH = "by entity and value"
    EDGE = "by edge"
    FROM = "by the end it comes from"
    TO = "by the end it leads to"
    ENDS = "by both ends"
    TRANSACTION = "by transaction"
    SCAN = "all of them"
    GIVEN = "given"
    TEST = "a test of what is known"
    LOOKUP = "a look-up of what may be missing"
    BRANCHES = "alternatives, each row once"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Prefix:
    """What some steps give: how many rows, and how many different values of each variable.

    `met`: the variables that edges of some types led to, by which of their ends. Whoever is met
    there has more such edges than others have: hubs are met most. `origins`: of variables that are
    values of one attribute, what is known of it. `ranges`: how variables compare with what is known
    before all steps, None where that is given at run time.
    """

    rows: float = 1.0
    distinct: Mapping[Variable, float] = field(default_factory=dict)
    met: frozenset["Met"] = frozenset()
    origins: Mapping[Variable, AttributeQuantities] = field(default_factory=dict)
    ranges: Mapping[Variable, tuple[tuple[Operator, object], ...]] = field(default_factory=dict)

    def different(self, variable: Variable) -> float:
        """Return how many different values a variable has."""
        return max(1.0, min(self.distinct.get(variable, 1.0), self.rows))


Met = tuple[Place, EdgeColumn, Place | None]
"""An end of edges, which end it is, and the types of the edges."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a step makes of the rows before it, how it finds its own, and what that costs.

    `whole`: what it would cost to read all of its table, once.
    """

    after: Prefix
    work: float
    access: Access
    whole: float = inf


def bound_before(bound: Iterable[Variable]) -> Prefix:
    """Return the prefix of no steps: each of the variables bound outside has one value."""
    return Prefix(1.0, dict.fromkeys(bound, 1.0))


def estimate_row(  # noqa: C901, PLR0911  # One case for each kind of row.
    row: Row, before: Prefix, situation: Situation
) -> Estimate | None:
    """Return the estimate of reading a row; None where something must be bound first."""
    match row:
        case FactRow():
            return _fact(row, before, situation)
        case EdgeRow():
            return _edge(row, before, situation)
        case TransactionRow():
            return _transaction(row, before, situation)
        case LogRow():
            return _log(row, before, situation)
        case OwnRow():
            return _own(row, before, situation)
        case TouchedRow():
            return _touched(row, before, situation)
        case IdentRow():
            names = max(1.0, float(len(situation.catalogue.attributes)))
            named = (_Column(row.entity, names, Access.ENTITY), _Column(row.name, names))
            return _read(names, named, before)
        case GroundRow():
            found = _read(len(row.rows), _constants(row), before)
            return replace(found, access=Access.GIVEN)
        case GivenRow():
            return _listed(before, row.variables)
        case RelationRow():
            columns = [_Column(each, RELATION_ROWS / 4) for each in row.arguments]
            return _read(RELATION_ROWS, columns, before)
        case MemberRow():
            return _listed(before, (row.member,)) if row.members in before.distinct else None
        case _:
            assert_never(row)


def is_bound(place: Place, bound: Mapping[Variable, float]) -> bool:
    """Tell whether a place has a value already."""
    if isinstance(place, Variable):
        return place in bound
    return isinstance(place, Constant | OneOf | LookupRef)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table: what stands in its place, and how many different values it has.

    `access` is how its index is told, None where it has none. `share` is that of what is known of
    the place, where that tells more.
    """

    place: Place
    different: float
    access: Access | None = None
    share: float | None = None


def _read(total: float, columns: Iterable[_Column], before: Prefix, tables: int = 1) -> Estimate:
    """Return the estimate of joining a table of so many rows by what is known of its columns."""
    columns = tuple(columns)
    given, by_key = total, total
    found: list[Access] = []
    for column in columns:
        if not is_bound(column.place, before.distinct):
            continue
        share = _share(column, before)
        given *= share
        if column.access is not None:
            by_key *= share
            found.append(column.access)
    rows = before.rows * given
    distinct = dict(before.distinct)
    for column in columns:
        if isinstance(column.place, Variable):
            most = distinct.get(column.place, column.different)
            distinct[column.place] = min(most, column.different)
    work = before.rows * (PROBE * tables + by_key) + rows
    return Estimate(replace(before, rows=rows, distinct=distinct), work, _together(found), total)


def _share(column: _Column, before: Prefix) -> float:
    if column.share is not None:
        return min(column.share, 1.0)
    if isinstance(column.place, Variable):
        return 1.0 / max(column.different, before.different(column.place), 1.0)
    several = len(column.place.values) if isinstance(column.place, OneOf) else 1
    return min(several / max(column.different, 1.0), 1.0)


_PAIRS = {
    frozenset({Access.ENTITY, Access.VALUE}): Access.BOTH,
    frozenset({Access.FROM, Access.TO}): Access.ENDS,
}


def _together(found: Iterable[Access]) -> Access:
    keys = frozenset(found)
    if not keys:
        return Access.SCAN
    if Access.EDGE in keys:
        return Access.EDGE
    return _PAIRS.get(keys, min(keys))


def _fact(row: FactRow, before: Prefix, situation: Situation) -> Estimate:
    known = [
        situation.statistics.attribute(arm.attribute, row.facts.kind) for arm in row.facts.arms
    ]
    total = sum(_rows_of(each, row.view) for each in known)
    entities = max(1.0, sum(min(each.entities, _rows_of(each, row.view)) for each in known))
    values = max([1.0, *(min(each.values, _rows_of(each, row.view)) for each in known)])
    columns = [_Column(row.entity, entities, Access.ENTITY)]
    for place in (row.value, *row.also):
        share = _share_of_constants(place, known, row, situation)
        columns.append(_Column(place, values, Access.VALUE, share))
    columns.append(_Column(row.transaction, min(total, situation.statistics.log.transactions)))
    found = _read(total, columns, before, max(1, len(known)))
    if isinstance(row.value, Variable) and len(known) == 1 and row.value not in before.distinct:
        return _with_origin(found, row.value, known[0], before)
    return found


def _with_origin(
    found: Estimate, value: Variable, known: AttributeQuantities, before: Prefix
) -> Estimate:
    """Return the estimate with what is known of a new value; a range of it may have led to it."""
    origins = {**before.origins, value: known}
    found = replace(found, after=replace(found.after, origins=origins))
    ranges = before.ranges.get(value, ())
    if found.access is not Access.SCAN or not ranges:
        return found
    share = prod(share_of_range(known, *each) or _RANGE for each in ranges)
    return replace(found, work=before.rows * PROBE + found.work * share, access=Access.RANGE)


def _rows_of(known: AttributeQuantities | EdgeQuantities, view: View) -> float:
    match view:
        case Since():
            return known.now * _RECENT
        case History():
            return known.ever * 2
        case _:
            return known.now


def _share_of_constants(
    place: Place, known: Iterable[AttributeQuantities], row: FactRow, situation: Situation
) -> float | None:
    """Return the share of the facts that hold one of some constants, by the most common values."""
    match place:
        case Constant():
            texts = [_text(place, situation)]
        case OneOf(values):
            texts = [_text(each, situation) for each in values]
        case _:
            return None
    known = tuple(known)
    total = sum(_rows_of(each, row.view) for each in known)
    if not total:
        return None
    found = sum(_rows_of(each, row.view) * sum(map(each.share, texts)) for each in known)
    return found / total


def _text(constant: Constant, situation: Situation) -> str:
    """Return a constant as PostgreSQL writes it among the most common values."""
    match constant.value:
        case bool() as it:
            return "t" if it else "f"
        case Keyword(name):
            number = type_id(name, situation.catalogue)
            return name if number is None else str(number)
        case it:
            return str(it)


def _edge(row: EdgeRow, before: Prefix, situation: Situation) -> Estimate:
    known, is_of_one_type = _edges_of(row, situation)
    total = _rows_of(known, row.view)
    different = {
        EdgeColumn.FROM: _Column(row.edge, min(known.sources, total), Access.FROM),
        EdgeColumn.TO: _Column(row.edge, min(known.targets, total), Access.TO),
        EdgeColumn.KEY: _Column(row.edge, 3.0),
        EdgeColumn.SINCE: _Column(row.edge, situation.statistics.log.transactions),
        EdgeColumn.TYPE: _Column(row.edge, max(1.0, float(len(situation.catalogue.edge_types)))),
    }
    columns = [_Column(row.edge, total, Access.EDGE)]
    for column, place in row.columns:
        if column is EdgeColumn.TYPE and is_of_one_type and not isinstance(place, Variable):
            continue
        like = different.get(column)
        if like is not None:
            share = _share_of_met(row, column, place, before, known)
            columns.append(_Column(place, like.different, like.access, share))
    estimate = _read(total, columns, before)
    met = before.met | {_met(row, column, place) for column, place in row.columns}
    return replace(estimate, after=replace(estimate.after, met=met))


def _met(row: EdgeRow, column: EdgeColumn, place: Place) -> Met:
    return place, column, dict(row.columns).get(EdgeColumn.TYPE)


def _share_of_met(
    row: EdgeRow, column: EdgeColumn, place: Place, before: Prefix, known: EdgeQuantities
) -> float | None:
    """Return the share of the edges at an end that an edge of the same types has led to."""
    if not isinstance(place, Variable) or _met(row, column, place) not in before.met:
        return None
    at = {EdgeColumn.FROM: known.at_source, EdgeColumn.TO: known.at_target}.get(column)
    return at / known.now if at else None


def _edges_of(row: EdgeRow, situation: Situation) -> tuple[EdgeQuantities, bool]:
    """Return what is known of the edges of a row's types, and whether the types are given."""
    for column, place in row.columns:
        if column is EdgeColumn.TYPE and isinstance(place, Constant | OneOf):
            values = (place,) if isinstance(place, Constant) else place.values
            names = [each.value.name for each in values if isinstance(each.value, Keyword)]
            found = [
                situation.statistics.edge(situation.catalogue.edge_types[name].id)
                for name in names
                if name in situation.catalogue.edge_types
            ]
            if found:
                return sum_of(found), True
    return situation.statistics.any_edge(), False


_FEW_OF_MANY = {TransactionColumn.SOURCE: 10.0, TransactionColumn.ACTOR: 50.0}
_BY_INDEX = frozenset({TransactionColumn.T, TransactionColumn.INSTANT})


def _transaction(row: TransactionRow, before: Prefix, situation: Situation) -> Estimate:
    total = situation.statistics.log.transactions
    columns = [_Column(row.transaction, total, Access.TRANSACTION)]
    for column, place in row.columns:
        access = Access.TRANSACTION if column in _BY_INDEX else None
        columns.append(_Column(place, _FEW_OF_MANY.get(column, total), access))
    return _read(total, columns, before)


def _touched(row: TouchedRow, before: Prefix, situation: Situation) -> Estimate | None:
    if is_bound(row.entity, before.distinct):
        return _beside(before, row.entity, row.transaction)
    entities = situation.statistics.attribute(URN, ValueType.STRING).now
    transactions = min(entities, situation.statistics.log.transactions)
    columns = (_Column(row.entity, entities, Access.ENTITY), _Column(row.transaction, transactions))
    return _read(entities, columns, before)


def _log(row: LogRow, before: Prefix, situation: Situation) -> Estimate:
    statistics = situation.statistics
    log = statistics.log
    pattern, total = row.pattern, log.datoms
    if row.facts is not None:
        arms = [statistics.attribute(arm.attribute, row.facts.kind) for arm in row.facts.arms]
        total = min(total, sum(2 * each.ever for each in arms))
    attributes = max(1.0, float(len(situation.catalogue.attributes)))
    columns = [
        _Column(pattern.entity, min(total, log.touched), Access.ENTITY),
        _Column(pattern.value, max(1.0, total / 10), Access.VALUE if row.refers else None),
        _Column(pattern.transaction, log.transactions, Access.TRANSACTION),
        _Column(pattern.operation, 1.2),
        _Column(pattern.position, max(1.0, total / log.transactions)),
    ]
    if isinstance(pattern.attribute, Variable):
        columns.append(_Column(pattern.attribute, attributes))
    return _read(total, columns, before, _REFERRING if row.refers else 1)


_REFERRING = 10
"""Tables that are looked into for what refers to an entity, more or less."""


def _constants(row: GroundRow) -> Iterable[_Column]:
    for position, place in enumerate(row.places):
        different = len({each[position] for each in row.rows})
        yield _Column(place, max(1.0, float(different)))


def _own(row: OwnRow, before: Prefix, situation: Situation) -> Estimate:
    beside = _beside(before, row.entity, row.number)
    if beside is not None:
        return beside
    entities = situation.statistics.attribute(URN, ValueType.STRING).now
    edges, transactions = situation.statistics.any_edge().now, situation.statistics.log.transactions
    total = entities + edges + transactions
    return _read(total, (_Column(row.entity, total), _Column(row.number, total)), before)


def _beside(before: Prefix, one: Place, other: Place) -> Estimate | None:
    """Return the estimate of what stands beside an entity, one row at most, by either's number."""
    known = [place for place in (one, other) if is_bound(place, before.distinct)]
    if not known:
        return None
    distinct = dict(before.distinct)
    for place in (one, other):
        if isinstance(place, Variable):
            distinct.setdefault(place, before.rows)
    after = replace(before, distinct=distinct)
    return Estimate(after, before.rows * PROBE, Access.ENTITY)


def _listed(before: Prefix, members: Iterable[Variable]) -> Estimate:
    distinct = {**before.distinct, **dict.fromkeys(members, GIVEN_ROWS)}
    rows = before.rows * GIVEN_ROWS
    return Estimate(replace(before, rows=rows, distinct=distinct), rows, Access.GIVEN)
