"""Clauses grouped by what is read for them: one row of one table each, or a condition."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from datalog.errors import Unsupported
from datalog.planning.access import (
    Condition,
    EdgeRow,
    FactRow,
    GroundRow,
    IdentRow,
    LogRow,
    OneOf,
    OwnRow,
    Place,
    Row,
    Situation,
    TouchedRow,
    TransactionRow,
)
from datalog.syntax.clauses import Call, Clause, Compare, Ground, Operator, Or, Pattern
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, Term, Variable
from datalog.syntax.views import AsOf, History, Now, View, end_of
from datalog.vocabulary import (
    TYPE,
    URN,
    Arm,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    Virtual,
    ends_of,
    meaning,
)
from store.catalogue import Catalogue, ValueType


def grouped(clauses: Iterable[Clause], situation: Situation) -> list[Row | Condition]:
    """Return what has to be read for clauses that stand beside each other."""
    found: list[Row | Condition] = []
    for each in clauses:
        clause = _one_pattern(each, situation.catalogue)
        match clause:
            case _Several(pattern, value):
                found.extend(_rows(pattern, value, situation))
            case Pattern():
                found.extend(_rows(clause, clause.value, situation))
            case Ground():
                found.append(GroundRow(clause.variables, clause.rows))
            case _:
                found.append(clause)
    merged = [_with_ends(item, situation.catalogue) for item in _merged(found)]
    return _without_implied_types(merged, situation.catalogue)


@dataclass(frozen=True, slots=True)
class _Several:
    """A pattern whose value is any of several constants."""

    pattern: Pattern
    value: OneOf


def _one_pattern(clause: Clause, catalogue: Catalogue) -> Clause | _Several:
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
    if len(patterns) != 1 or not _has_a_table(pattern := patterns.pop(), catalogue):
        return clause
    return _Several(pattern, OneOf(tuple(values)))


def _has_a_table(pattern: Pattern, catalogue: Catalogue) -> bool:
    """Tell whether the value of a pattern is a column, which may be any of several constants."""
    if isinstance(pattern.attribute, Variable) or not isinstance(pattern.position, Blank):
        return False
    match meaning(pattern.attribute, catalogue):
        case Facts(logged=logged):
            return not logged
        case Own() | Virtual():
            return False
        case _:
            return True


def _rows(pattern: Pattern, value: Place, situation: Situation) -> Iterator[Row | Condition]:
    """Yield what is read for a pattern."""
    view = situation.view(pattern.source)
    found = None
    if isinstance(pattern.attribute, str):
        found = meaning(pattern.attribute, situation.catalogue)
    if isinstance(found, Own | Virtual):
        yield from _virtual_rows(pattern, found, situation)
        return
    yield _row(pattern, value, found, situation)
    has_retractions = isinstance(view, History) and not isinstance(found, TransactionColumn)
    if not (isinstance(pattern.operation, Blank) or has_retractions):
        yield _true(pattern.operation)


def _true(operation: Term) -> GroundRow:
    """Return what lets an operation be true."""
    return GroundRow((operation,), ((Constant(value=True),),))


def _row(pattern: Pattern, value: Place, found: object, situation: Situation) -> Row:
    view = situation.view(pattern.source)
    match found:
        case Facts(logged=False) as facts if isinstance(pattern.position, Blank):
            types = None
            if not isinstance(view, History):
                types = _types(pattern.entity, pattern.source, situation)
            facts, operation = facts.within(types), _operation(pattern, view)
            return FactRow(
                facts, pattern.entity, value, pattern.transaction, view, operation=operation
            )
        case Facts() as facts:
            return LogRow(pattern, facts, view)
        case Hop(edge):
            columns: tuple[tuple[EdgeColumn, Place], ...] = (
                (EdgeColumn.TYPE, Constant(Keyword(edge.name))),
                (EdgeColumn.FROM, pattern.entity),
                (EdgeColumn.TO, value),
                (EdgeColumn.SINCE, pattern.transaction),
            )
            return EdgeRow(BLANK, columns, view, operation=_operation(pattern, view))
        case EdgeColumn():
            asked = ((found, value), (EdgeColumn.SINCE, pattern.transaction))
            return EdgeRow(pattern.entity, asked, view, operation=_operation(pattern, view))
        case TransactionColumn():
            return TransactionRow(pattern.entity, ((found, value),), view, pattern.transaction)
        case _:
            refers = pattern.value in situation.entities and not isinstance(view, History)
            return LogRow(pattern, None, view, refers)


def _operation(pattern: Pattern, view: View) -> Term:
    return pattern.operation if isinstance(view, History) else BLANK


def _virtual_rows(  # noqa: C901  # One case for each of them.
    pattern: Pattern, found: Own | Virtual, situation: Situation
) -> Iterator[Row | Condition]:
    """Yield what is read for what has no datoms of its own: it goes by those that it stands for."""
    view = situation.view(pattern.source)
    is_plain = isinstance(pattern.transaction, Blank) and isinstance(pattern.operation, Blank)
    match found:
        case Virtual.IDENT:
            if not isinstance(pattern.transaction, Blank):
                raise Unsupported("the transaction of :db/ident, which has none,")
            yield IdentRow(pattern.entity, pattern.value)
            if not isinstance(pattern.operation, Blank):
                yield _true(pattern.operation)
        case Own.ID if is_plain and not isinstance(view, History):
            types = _types(pattern.entity, pattern.source, situation)
            yield OwnRow(pattern.entity, pattern.value, types, view)
        case Own.ID:
            yield _own_numbers(pattern)
        case Own.CHANGED_AT:
            yield TouchedRow(pattern.entity, found, pattern.value, end_of(view))
            if not (is_plain and isinstance(view, Now | AsOf)):
                yield _urn(replace(pattern, value=BLANK), view)
        case Own.CREATED_AT if is_plain and not isinstance(view, History):
            yield TouchedRow(pattern.entity, found, pattern.value, view)
        case Own.CREATED_AT:
            yield _urn(replace(pattern, transaction=pattern.value, value=BLANK), view)
            if not isinstance(pattern.transaction, Blank):
                yield _urn(replace(pattern, value=BLANK), view)


def _urn(pattern: Pattern, view: View) -> FactRow:
    """Return the datom that an entity begins with."""
    facts = Facts((Arm(URN, None),), ValueType.STRING, unique=True)
    operation = _operation(pattern, view)
    return FactRow(facts, pattern.entity, BLANK, pattern.transaction, view, operation=operation)


def _own_numbers(pattern: Pattern) -> Or:
    """Return what has a number of its own: by its urn, by its type as an edge, as a transaction."""
    begins = [
        replace(pattern, attribute=attribute, value=BLANK)
        for attribute in ("entity/urn", "edge/type")
    ]
    transaction = replace(pattern, attribute="tx/t", value=BLANK)
    itself: tuple[Clause, ...] = ()
    if isinstance(pattern.value, Variable) and isinstance(pattern.entity, Constant):
        itself = (Ground((pattern.value,), ((pattern.entity,),)),)
    elif isinstance(pattern.value, Variable):
        itself = (Call("identity", (pattern.entity,), pattern.value),)
    elif not isinstance(pattern.value, Blank):
        itself = (Compare(Operator.EQ, pattern.entity, pattern.value),)
    terms = (pattern.entity, pattern.value, pattern.transaction, pattern.operation)
    named = dict.fromkeys(each for each in terms if isinstance(each, Variable))
    return Or(tuple((each, *itself) for each in (*begins, transaction)), tuple(named))


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
        case EdgeRow(edge=Variable() as edge, view=view) if not isinstance(view, History):
            return EdgeRow, edge, view
        case TransactionRow(transaction=Variable() as transaction, view=view, also=Blank()):
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
    """Tell which ends of an edge of one known type leave one edge, at the time of its view."""
    if not (isinstance(item, EdgeRow) and isinstance(item.view, Now | AsOf)):
        return item
    types = {place for column, place in item.columns if column is EdgeColumn.TYPE}
    match list(types):
        case [Constant() as name]:
            edge = catalogue.edge_type(_named(name))
            one_from, one_to = edge.one_from, edge.one_to
            if isinstance(item.view, AsOf):
                one_from = edge.id in catalogue.always_one_from
                one_to = edge.id in catalogue.always_one_to
            ends = ((EdgeColumn.FROM, one_from), (EdgeColumn.TO, one_to))
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
        case FactRow(
            entity=Variable() as entity, transaction=Blank(), also=(), view=Now() | AsOf()
        ):
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
    """Tell whether an end of an edge can only be of these types."""
    types = [place for column, place in row.columns if column is EdgeColumn.TYPE]
    if len(types) != 1 or not isinstance(types[0], Constant):
        return False
    edge = catalogue.edge_type(_named(types[0]))
    allowed = {
        EdgeColumn.FROM: ends_of(edge, EdgeColumn.FROM, catalogue, row.view),
        EdgeColumn.TO: ends_of(edge, EdgeColumn.TO, catalogue, row.view),
    }
    return any(
        place == entity and column in allowed and allowed[column] <= names
        for column, place in row.columns
    )


def _named(constant: Constant) -> str:
    value = constant.value
    return value.name if isinstance(value, Keyword) else str(value)
