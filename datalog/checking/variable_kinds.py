"""What kind of value each variable holds, as its uses tell."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from datalog.errors import MixedKinds
from datalog.kinds import Kind, Special, comparable, kind_of
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
    Step,
)
from datalog.syntax.terms import Constant, Term, Variable
from datalog.vocabulary import (
    EDGE_KINDS,
    TRANSACTION_KINDS,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    meaning,
)
from store.catalogue import Catalogue, ValueType

Kinds = Mapping[Variable, Kind]


def kinds_of(clauses: Iterable[Clause], catalogue: Catalogue, known: Kinds) -> dict[Variable, Kind]:
    """Return the kind of every variable that the clauses tell of, beside those known.

    Raises MixedKinds where branches of an `or` would bind a variable to kinds that never compare.
    """
    clauses = tuple(clauses)
    found = dict(known)
    while True:
        before = len(found)
        for clause in clauses:
            for variable, kind in _told_by(clause, catalogue, found):
                found.setdefault(variable, kind)
        if len(found) == before:
            return found


def pattern_kinds(pattern: Pattern, catalogue: Catalogue) -> Iterator[tuple[Term, Kind]]:
    """Return the places of a pattern with the kinds that they have."""
    yield pattern.transaction, Special.TRANSACTION
    yield pattern.operation, ValueType.BOOLEAN
    yield pattern.position, ValueType.INT
    if isinstance(pattern.attribute, Variable):
        yield from (
            (pattern.entity, ValueType.REF),
            (pattern.attribute, Special.SCHEMA),
            (pattern.value, Special.FACT),
        )
        return
    match meaning(pattern.attribute, catalogue):
        case TransactionColumn() as column:
            yield pattern.entity, Special.TRANSACTION
            yield pattern.value, TRANSACTION_KINDS[column]
        case _:
            yield pattern.entity, ValueType.REF
            yield pattern.value, value_kind(pattern.attribute, catalogue)


def value_kind(attribute: str, catalogue: Catalogue) -> Kind:
    """Return the kind of an attribute's values; for an edge type, of what it leads to."""
    match meaning(attribute, catalogue):
        case Facts(kind=kind):
            return kind
        case Hop():
            return ValueType.REF
        case EdgeColumn() as column:
            return EDGE_KINDS[column]
        case TransactionColumn() as column:
            return TRANSACTION_KINDS[column]
        case Own.ID:
            return ValueType.REF
        case Own():
            return Special.TRANSACTION


def path_kind(path: tuple[Step, ...], catalogue: Catalogue) -> Kind:
    """Return the kind of the value at the end of a path."""
    return value_kind(path[-1].name, catalogue)


def _told_by(  # noqa: PLR0911  # One case for each kind of clause.
    clause: Clause, catalogue: Catalogue, found: Kinds
) -> Iterable[tuple[Variable, Kind]]:
    match clause:
        case Pattern():
            return _variables(pattern_kinds(clause, catalogue))
        case Compare():
            return _compared(clause, found)
        case GetElse():
            return (
                (clause.entity, ValueType.REF),
                (clause.value, path_kind(clause.path, catalogue)),
            )
        case Ground() | Call() | RuleCall():
            return ()
        case Search():
            return _searched(clause)
        case Not():
            return kinds_of(clause.clauses, catalogue, found).items()
        case Or():
            return _branches(clause, catalogue, found)
        case _:
            assert_never(clause)


def _variables(pairs: Iterable[tuple[Term, Kind]]) -> Iterator[tuple[Variable, Kind]]:
    yield from ((term, kind) for term, kind in pairs if isinstance(term, Variable))


def _compared(compare: Compare, found: Kinds) -> Iterator[tuple[Variable, Kind]]:
    for term, other in ((compare.left, compare.right), (compare.right, compare.left)):
        if isinstance(term, Variable):
            if isinstance(other, Variable) and other in found:
                yield term, found[other]
            elif isinstance(other, Constant):
                yield term, kind_of(other.value)


def _searched(search: Search) -> Iterator[tuple[Variable, Kind]]:
    yield from ((each, ValueType.REF) for each in (search.root, search.node))
    yield search.side, ValueType.KEYWORD
    yield search.depth, ValueType.INT
    limits = (search.max_depth, search.max_nodes, search.per_node)
    yield from ((each, ValueType.INT) for each in limits)


def _branches(clause: Or, catalogue: Catalogue, found: Kinds) -> Iterable[tuple[Variable, Kind]]:
    told: dict[Variable, Kind] = {}
    for branch in clause.branches:
        for variable, kind in kinds_of(branch, catalogue, found).items():
            if variable not in found and not comparable(told.setdefault(variable, kind), kind):
                raise MixedKinds(variable.name, (told[variable].value, kind.value))
    return told.items()
