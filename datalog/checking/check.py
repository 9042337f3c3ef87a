"""Is the query sound, what does each variable hold, and can it have an answer at all?

What can never match is taken out: an empty branch of an `or`, a `not` of something impossible. A
query of which nothing is left is `Empty`, with the reason, and never reaches SQL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from datalog.checking.entity_types import Types, narrowed
from datalog.checking.scoping import input_variables, outward_of, scoped
from datalog.checking.variable_kinds import kinds_of, pattern_kinds
from datalog.errors import UnevenBranches
from datalog.kinds import Kind, comparable, kind_of
from datalog.reason import Empty
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.query import Query
from datalog.syntax.terms import Constant, Term, Variable
from datalog.vocabulary import Facts, meaning
from store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound query without what can never match, and what its variables hold."""

    query: Query
    where: tuple[Clause, ...]
    kinds: Mapping[Variable, Kind]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a query is read: the schema, and the variables of the levels above."""

    catalogue: Catalogue
    kinds: Mapping[Variable, Kind]
    types: Types


def check(query: Query, known: Known) -> Checked | Empty:
    """Return the query as it is to be planned, or why it has no answer. Raises QueryError."""
    query = scoped(query)
    inputs = frozenset(input_variables(query.inputs)) | known.kinds.keys()
    _check_branches(query.where, inputs)
    kinds = kinds_of(query.where, known.catalogue, known.kinds)
    simpler = _simplified(query.where, Known(known.catalogue, kinds, known.types))
    if isinstance(simpler, Empty):
        return simpler
    return Checked(query, simpler, kinds)


def _check_branches(clauses: Iterable[Clause], inputs: frozenset[Variable]) -> None:
    for clause in clauses:
        match clause:
            case Not():
                _check_branches(clause.clauses, inputs)
            case Or():
                named = [outward_of(branch) - inputs for branch in clause.branches]
                uneven = frozenset().union(*named) - frozenset.intersection(*named or [frozenset()])
                if clause.join is None and uneven:
                    raise UnevenBranches(tuple(sorted(each.name for each in uneven)))
                for branch in clause.branches:
                    _check_branches(branch, inputs)
            case Pattern() | Compare() | GetElse() | Ground() | Call() | RuleCall() | Search():
                pass
            case _:
                assert_never(clause)


def _simplified(clauses: Iterable[Clause], known: Known) -> tuple[Clause, ...] | Empty:
    clauses = tuple(clauses)
    types = narrowed(clauses, known.catalogue, known.types)
    if isinstance(types, Empty):
        return types
    inside = Known(known.catalogue, known.kinds, types)
    simpler: list[Clause] = []
    for clause in clauses:
        found = _simpler(clause, inside)
        if isinstance(found, Empty):
            return found
        if found is not None:
            simpler.append(found)
    return tuple(simpler)


def _simpler(clause: Clause, known: Known) -> Clause | Empty | None:
    """Return the clause, or None where it always holds, or why it never does."""
    match clause:
        case Pattern():
            return _possible(clause, known)
        case Compare():
            return _folded(clause, known)
        case Not():
            inner = _simplified(clause.clauses, known)
            if isinstance(inner, Empty):
                return None
            return Not(inner, clause.join) if inner else Empty("a not of what always holds")
        case Or():
            return _simpler_or(clause, known)
        case GetElse() | Ground() | Call() | RuleCall() | Search():
            return clause
        case _:
            assert_never(clause)


def _simpler_or(clause: Or, known: Known) -> Clause | Empty | None:
    because: list[str] = []
    branches: list[tuple[Clause, ...]] = []
    for branch in clause.branches:
        simpler = _simplified(branch, known)
        if isinstance(simpler, Empty):
            because.append(simpler.because)
        elif not simpler:
            return None
        else:
            branches.append(simpler)
    if not branches:
        return Empty(" and ".join(dict.fromkeys(because)) or "an or without branches")
    return Or(tuple(branches), clause.join)


def _possible(pattern: Pattern, known: Known) -> Pattern | Empty:
    for term, kind in pattern_kinds(pattern, known.catalogue):
        given = _kind(term, known)
        if given is not None and not _matches(given, kind, term):
            return Empty(f"{_told(term)} is {given.value}, but {_name(pattern)} has {kind.value}")
    if isinstance(pattern.attribute, str) and isinstance(pattern.entity, Variable):
        found = meaning(pattern.attribute, known.catalogue)
        types = known.types.get(pattern.entity)
        if isinstance(found, Facts) and pattern.source == "$" and not found.within(types).arms:
            return Empty(f"no {_alternatives(types)} has {pattern.attribute}")
    return pattern


def _folded(compare: Compare, known: Known) -> Compare | Empty | None:
    left, right = _kind(compare.left, known), _kind(compare.right, known)
    if isinstance(compare.left, Constant) and isinstance(compare.right, Constant):
        holds = _holds(compare.operator, compare.left, compare.right)
        return None if holds else Empty("a comparison of constants that does not hold")
    if left is None or right is None or _fits(compare, left, right):
        return compare
    if compare.operator is Operator.NE:
        return None
    return Empty(f"{_told(compare.left)} is {left.value}, {_told(compare.right)} {right.value}")


def _fits(compare: Compare, left: Kind, right: Kind) -> bool:
    return (
        comparable(left, right)
        or (isinstance(compare.right, Constant) and _reads_as(right, left))
        or (isinstance(compare.left, Constant) and _reads_as(left, right))
    )


def _holds(operator: Operator, left: Constant, right: Constant) -> bool:
    if operator is Operator.NE:
        return left.value != right.value
    if operator is Operator.EQ or not comparable(kind_of(left.value), kind_of(right.value)):
        return left.value == right.value
    return _ordered(operator, left.value, right.value)


def _ordered(operator: Operator, left: object, right: object) -> bool:
    """Compare two constants of one family; whoever writes a query is not trusted with more."""
    match operator, left, right:
        case Operator.STARTS_WITH, str(), str():
            return left.startswith(right)
        case Operator.CONTAINS, str(), str():
            return right in left
        case _, (int() | float() | str()), (int() | float() | str()):
            before = left < right  # type: ignore[operator]  # Of one family, as was checked.
            same = left == right
            return {
                Operator.LT: before,
                Operator.LE: before or same,
                Operator.GT: not before and not same,
                Operator.GE: not before,
            }.get(operator, False)
        case _:
            return False


def _matches(given: Kind, wanted: Kind, term: Term) -> bool:
    if isinstance(term, Constant):
        return comparable(given, wanted) or _reads_as(given, wanted)
    return comparable(given, wanted)


def _reads_as(given: Kind, wanted: Kind) -> bool:
    """A keyword names a type or an attribute."""
    return (given.value, wanted.value) in {("Keyword", "schema"), ("String", "schema")}


def _kind(term: Term, known: Known) -> Kind | None:
    match term:
        case Variable():
            return known.kinds.get(term)
        case Constant():
            return kind_of(term.value)
        case _:
            return None


def _told(term: Term) -> str:
    return f"?{term.name}" if isinstance(term, Variable) else "a constant"


def _name(pattern: Pattern) -> str:
    return pattern.attribute if isinstance(pattern.attribute, str) else "the attribute"


def _alternatives(types: frozenset[str] | None) -> str:
    return " or ".join(sorted(types or ())) or "entity"
