"""Clauses grouped by what is read for them: one row of one table each, or a condition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from datalog.entity_types import Types
from datalog.errors import UnknownSource, Unsupported
from datalog.syntax import (
    BLANK,
    Blank,
    Clause,
    Compare,
    Constant,
    GetElse,
    History,
    Keyword,
    Not,
    Now,
    Or,
    Pattern,
    Search,
    Term,
    Variable,
    View,
)
from datalog.vocabulary import (
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    meaning,
)
from store.catalogue import Catalogue

Sources = Mapping[str, View]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the clauses of one level are read against."""

    catalogue: Catalogue
    sources: Sources
    types: Types

    def view(self, source: str) -> View:
        """Return the view of a source. Raises UnknownSource."""
        if source not in self.sources:
            raise UnknownSource(source)
        return self.sources[source]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these constants, in the place of a term."""

    values: tuple[Constant, ...]


Place = Term | OneOf


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row of a fact table (or of one of several)."""

    facts: Facts
    entity: Term
    value: Place
    transaction: Term
    view: View


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A row of `edge`; a column may have several places.

    `ends`: those of which an entity has at most one live edge of this type.
    """

    edge: Term
    columns: tuple[tuple[EdgeColumn, Place], ...]
    view: View
    ends: tuple[EdgeColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A row of `tx`."""

    transaction: Term
    columns: tuple[tuple[TransactionColumn, Place], ...]
    view: View


@dataclass(frozen=True, slots=True)
class LogRow:
    """A datom of the log: of any attribute, or of these; a history shows retracted ones too."""

    pattern: Pattern
    facts: Facts | None
    view: View


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An entity, an edge or a transaction by its number; the types say which, if known."""

    entity: Term
    number: Term
    types: frozenset[str] | None
    view: View


@dataclass(frozen=True, slots=True)
class TouchedRow:
    """The first or the last transaction that touched an entity."""

    entity: Term
    which: Own
    transaction: Term
    view: View


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row of lists that are given at run time, one list for each variable."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a list that is given at run time."""

    member: Variable
    members: Variable


Row = FactRow | EdgeRow | TransactionRow | LogRow | OwnRow | TouchedRow | GivenRow | MemberRow
Condition = Compare | Not | Or | GetElse | Search


def grouped(clauses: Iterable[Clause], situation: Situation) -> list[Row | Condition]:
    """Return what has to be read for clauses that stand beside each other."""
    found: list[Row | Condition] = []
    for clause in map(_one_pattern, clauses):
        if isinstance(clause, _Several):
            found.append(_row(clause.pattern, clause.value, situation))
        elif isinstance(clause, Pattern):
            found.append(_row(clause, clause.value, situation))
        else:
            found.append(clause)
    merged = [_with_ends(item, situation.catalogue) for item in _merged(found)]
    return _without_implied_types(merged)


@dataclass(frozen=True, slots=True)
class _Several:
    """A pattern whose value is any of several constants."""

    pattern: Pattern
    value: OneOf


def _one_pattern(clause: Clause) -> Clause | _Several:
    """Return an `or` of patterns that differ in a constant value as one pattern."""
    if not isinstance(clause, Or):
        return clause
    values: list[Constant] = []
    patterns: set[Pattern] = set()
    for branch in clause.branches:
        match branch:
            case (Pattern(value=Constant() as value) as pattern,):
                values.append(value)
                patterns.add(replace(pattern, value=BLANK))
            case _:
                return clause
    return _Several(patterns.pop(), OneOf(tuple(values))) if len(patterns) == 1 else clause


def _row(  # noqa: C901, PLR0911  # One case for each meaning of an attribute.
    pattern: Pattern, value: Place, situation: Situation
) -> Row:
    view = situation.view(pattern.source)
    attribute = pattern.attribute
    found = None if isinstance(attribute, Variable) else meaning(attribute, situation.catalogue)
    if isinstance(view, History) or found is None:
        return _log_row(pattern, found, view)
    if not (isinstance(pattern.operation, Blank) and isinstance(pattern.position, Blank)):
        raise Unsupported("?op or a position on a database that is no history")
    match found:
        case Facts():
            types = _types(pattern.entity, pattern.source, situation)
            facts = found.within(types)
            return FactRow(facts, pattern.entity, value, pattern.transaction, view)
        case Hop(edge):
            named = Constant(Keyword(edge.name))
            columns = (
                (EdgeColumn.TYPE, named),
                (EdgeColumn.FROM, pattern.entity),
                (EdgeColumn.TO, value),
                (EdgeColumn.SINCE, pattern.transaction),
            )
            return EdgeRow(BLANK, columns, view)
        case EdgeColumn():
            since = (EdgeColumn.SINCE, pattern.transaction)
            return EdgeRow(pattern.entity, ((found, value), since), view)
        case TransactionColumn():
            return TransactionRow(pattern.entity, ((found, value),), view)
        case Own.ID:
            types = _types(pattern.entity, pattern.source, situation)
            return OwnRow(pattern.entity, pattern.value, types, view)
        case Own():
            return TouchedRow(pattern.entity, found, pattern.value, view)


def _log_row(pattern: Pattern, found: object, view: View) -> LogRow:
    if found is None or isinstance(found, Facts):
        return LogRow(pattern, found, view)
    raise Unsupported(f"the history of :{pattern.attribute}")


def _types(entity: Term, source: str, situation: Situation) -> frozenset[str] | None:
    if source != "$" or not isinstance(entity, Variable):
        return None
    return situation.types.get(entity)


def _merged(items: Iterable[Row | Condition]) -> list[Row | Condition]:
    """Read what is asked of one edge, or of one transaction, from one row."""
    merged: dict[object, Row | Condition] = {}
    for position, item in enumerate(items):
        match item:
            case EdgeRow(edge=Variable() as edge, view=view):
                key: object = (EdgeRow, edge, view)
                before = merged.get(key)
                if isinstance(before, EdgeRow):
                    item = EdgeRow(edge, before.columns + item.columns, view)  # noqa: PLW2901
            case TransactionRow(transaction=Variable() as transaction, view=view):
                key = (TransactionRow, transaction, view)
                before = merged.get(key)
                if isinstance(before, TransactionRow):
                    columns = before.columns + item.columns
                    item = TransactionRow(transaction, columns, view)  # noqa: PLW2901
            case _:
                key = position
        merged[key] = item
    return list(merged.values())


def _with_ends(item: Row | Condition, catalogue: Catalogue) -> Row | Condition:
    """Tell which ends of an edge of one known type leave one edge; true of the present only."""
    if not (isinstance(item, EdgeRow) and isinstance(item.view, Now)):
        return item
    types = {place for column, place in item.columns if column is EdgeColumn.TYPE}
    match list(types):
        case [Constant() as name]:
            edge = catalogue.edge_type(_named(name))
            ends = ((EdgeColumn.FROM, edge.one_from), (EdgeColumn.TO, edge.one_to))
            return replace(item, ends=tuple(end for end, is_one in ends if is_one))
        case _:
            return item


def _without_implied_types(items: list[Row | Condition]) -> list[Row | Condition]:
    """Leave out the type of an entity where an attribute that is read anyway implies it."""
    rows = [item for item in items if isinstance(item, FactRow)]
    return [
        item
        for item in items
        if not (isinstance(item, FactRow) and any(_implies(row, item) for row in rows))
    ]


def _implies(row: FactRow, of_type: FactRow) -> bool:
    match of_type.value:
        case Constant() as one:
            names = {_named(one)}
        case OneOf(values):
            names = {_named(each) for each in values}
        case _:
            return False
    types = row.facts.types
    return (
        all(arm.attribute == 2 for arm in of_type.facts.arms)
        and isinstance(of_type.transaction, Blank)
        and row.entity == of_type.entity
        and isinstance(row.entity, Variable)
        and row.view == of_type.view
        and types is not None
        and types <= names
    )


def _named(constant: Constant) -> str:
    value = constant.value
    return value.name if isinstance(value, Keyword) else str(value)
