"""Clauses grouped by what is read for them: one row of one table each, or a condition."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from datalog.errors import Unsupported
from datalog.planning.access import (
    Condition,
    EdgeRow,
    FactRow,
    LogRow,
    OneOf,
    OwnRow,
    Place,
    Row,
    Situation,
    TouchedRow,
    TransactionRow,
)
from datalog.syntax.clauses import Clause, Or, Pattern
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, Term, Variable
from datalog.syntax.views import History, Now, View
from datalog.vocabulary import (
    TYPE,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    far_ends,
    meaning,
)
from store.catalogue import Catalogue


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
    return _without_implied_types(merged, situation.catalogue)


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
    """Read from one row what is asked of one edge, one transaction, or one fact."""
    merged: dict[object, Row | Condition] = {}
    for position, item in enumerate(items):
        key = _key(item)
        before = None if key is None else merged.get(key)
        merged[position if key is None else key] = _both(before, item)
    return list(merged.values())


def _key(item: Row | Condition) -> object:
    """Return what is the same of items that one row answers, or None."""
    match item:
        case EdgeRow(edge=Variable() as edge, view=view):
            return EdgeRow, edge, view
        case TransactionRow(transaction=Variable() as transaction, view=view):
            return TransactionRow, transaction, view
        case FactRow(entity=Variable() as entity, transaction=Blank()) if item.functional:
            return FactRow, entity, item.facts, item.view
        case _:
            return None


def _both(before: Row | Condition | None, item: Row | Condition) -> Row | Condition:
    match before, item:
        case EdgeRow(), EdgeRow():
            return replace(item, columns=before.columns + item.columns)
        case TransactionRow(), TransactionRow():
            return replace(item, columns=before.columns + item.columns)
        case FactRow(value=Blank()), FactRow():
            return item
        case FactRow(), FactRow():
            return replace(before, also=(*before.also, item.value))
        case _:
            return item


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


def _without_implied_types(
    items: list[Row | Condition], catalogue: Catalogue
) -> list[Row | Condition]:
    """Leave out the type of an entity where what is read anyway implies it."""
    return [
        item
        for item in items
        if not any(_implies(row, item, catalogue) for row in items if row is not item)
    ]


def _implies(row: Row | Condition, of_type: Row | Condition, catalogue: Catalogue) -> bool:
    match of_type:
        case FactRow(entity=Variable() as entity, transaction=Blank(), also=()):
            names = _type_names(of_type)
        case _:
            return False
    match row:
        case FactRow() if row.entity == entity and row.view == of_type.view:
            types = row.facts.types
            return names is not None and types is not None and types <= names
        case EdgeRow() if row.view == of_type.view:
            return names is not None and _ends_within(row, entity, names, catalogue)
        case _:
            return False


def _type_names(row: FactRow) -> frozenset[str] | None:
    """Return the types that a row asks an entity to have, if that is what it asks."""
    if any(arm.attribute != TYPE for arm in row.facts.arms):
        return None
    match row.value:
        case Constant() as one:
            return frozenset({_named(one)})
        case OneOf(values):
            return frozenset(map(_named, values))
        case _:
            return None


def _ends_within(
    row: EdgeRow, entity: Variable, names: frozenset[str], catalogue: Catalogue
) -> bool:
    """Tell whether an end of a live edge can only be of these types; the past may have differed."""
    types = [place for column, place in row.columns if column is EdgeColumn.TYPE]
    if not (isinstance(row.view, Now) and len(types) == 1 and isinstance(types[0], Constant)):
        return False
    edge = catalogue.edge_type(_named(types[0]))
    allowed = {EdgeColumn.FROM: edge.from_types, EdgeColumn.TO: edge.to_types}
    return any(
        place == entity and column in allowed and far_ends(allowed[column], catalogue) <= names
        for column, place in row.columns
    )


def _named(constant: Constant) -> str:
    value = constant.value
    return value.name if isinstance(value, Keyword) else str(value)
