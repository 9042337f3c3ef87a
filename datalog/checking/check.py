"""Is the query sound, what does each variable hold, and can it have an answer at all?

What can never match is taken out: an empty branch of an `or`, a `not` of something impossible. A
query of which nothing is left is `Empty`, with the reason, and never reaches SQL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from datalog.checking.calls import check_calls, possible
from datalog.checking.constants import Constants
from datalog.checking.entity_constants import EntityConstants
from datalog.checking.entity_types import Types, narrowed
from datalog.checking.fitting import fitted
from datalog.checking.rules.definitions import Definitions
from datalog.checking.rules.expansion import expanded, parameter
from datalog.checking.scoping import input_variables, outward_of, scoped
from datalog.checking.tuples import without_untuples
from datalog.checking.variable_kinds import fulltext_kinds, kinds_of, pattern_kinds
from datalog.errors import UnevenBranches
from datalog.kinds import TEXTS, Kind, Special, comparable, kind_of
from datalog.reason import Empty
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
from datalog.syntax.query import Query, Rule
from datalog.syntax.terms import Constant, Keyword, Term, Variable
from datalog.syntax.views import Now, View
from datalog.vocabulary import Facts, meaning
from store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound query without what can never match, and what its variables hold.

    `rules` are the recursive ones, made for each call; all others are where they were called.
    """

    query: Query
    where: tuple[Clause, ...]
    kinds: Mapping[Variable, Kind]
    rules: Definitions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before a query is read: the schema, and the variables of the levels above.

    `impossible` are the rules that never hold. `view` is that of the source `$`.
    """

    catalogue: Catalogue
    kinds: Mapping[Variable, Kind]
    types: Types
    impossible: frozenset[str] = frozenset()
    view: View = field(default_factory=Now)


def check(query: Query, known: Known) -> Checked | Empty:
    """Return the query as it is to be planned, or why it has no answer. Raises QueryError."""
    inputs = frozenset(input_variables(query.inputs)) | known.kinds.keys()
    _check_branches(query.where, inputs)
    check_calls(query.where)
    for rule in query.rules:
        _check_branches(rule.clauses, frozenset())
        check_calls(rule.clauses)
    query = _without_untuples(scoped(expanded(query, inputs)))
    rules = _by_name(query.rules)
    # Rules first: what they hold does not depend on who calls them.
    told = (*map(_any_definition, rules.values()), *query.where)
    kinds = kinds_of(told, known.catalogue, known.kinds)
    where, rules = _with_entities(query.where, rules, kinds, known.catalogue)
    rules = _possible_rules(rules, replace(known, kinds=kinds, types={}))
    impossible = frozenset(name for name, definitions in rules.items() if not definitions)
    simpler = _simplified(where, replace(known, kinds=kinds, impossible=impossible))
    if isinstance(simpler, Empty):
        return simpler
    return Checked(query, simpler, kinds, rules)


def _without_untuples(query: Query) -> Query:
    rules = tuple(replace(rule, clauses=without_untuples(rule.clauses)) for rule in query.rules)
    return replace(query, where=without_untuples(query.where), rules=rules)


def _with_entities(
    where: tuple[Clause, ...], rules: Definitions, kinds: dict[Variable, Kind], catalogue: Catalogue
) -> tuple[tuple[Clause, ...], Definitions]:
    """Return the clauses with constants read, and entities in the place of what names them."""
    entities, constants = EntityConstants(catalogue, kinds), Constants(catalogue, kinds)
    found = {
        name: tuple(
            replace(rule, clauses=constants.read(entities.found(rule.clauses)))
            for rule in definitions
        )
        for name, definitions in rules.items()
    }
    return constants.read(entities.found(where)), found


def _by_name(rules: Iterable[Rule]) -> Definitions:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.name] = (*found.get(rule.name, ()), rule)
    return found


def _any_definition(definitions: tuple[Rule, ...]) -> Clause:
    return Or(tuple(rule.clauses for rule in definitions), definitions[0].parameters)


def _possible_rules(rules: Definitions, known: Known) -> Definitions:
    """Return the rules without definitions that never hold: some then have none."""
    possible: Definitions = dict.fromkeys(rules, ())
    while True:
        impossible = frozenset(name for name, definitions in possible.items() if not definitions)
        inside = replace(known, impossible=impossible)
        found = {
            name: tuple(
                replace(rule, clauses=clauses)
                for rule in definitions
                if not isinstance(clauses := _simplified(rule.clauses, inside), Empty)
            )
            for name, definitions in rules.items()
        }
        if impossible == {name for name, definitions in found.items() if not definitions}:
            return found
        possible = found


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
            case (
                Pattern()
                | Compare()
                | GetElse()
                | Ground()
                | Call()
                | RuleCall()
                | Search()
                | Fulltext()
            ):
                pass
            case _:
                assert_never(clause)


def _simplified(clauses: Iterable[Clause], known: Known) -> tuple[Clause, ...] | Empty:
    clauses = tuple(clauses)
    types = narrowed(clauses, known.catalogue, known.types, known.view)
    if isinstance(types, Empty):
        return types
    inside = replace(known, types=types)
    simpler: list[Clause] = []
    for clause in clauses:
        found = _simpler(clause, inside)
        if isinstance(found, Empty):
            return found
        if found is not None:
            simpler.append(found)
    return tuple(simpler)


def _simpler(  # noqa: C901, PLR0911  # One case for each kind of clause.
    clause: Clause, known: Known
) -> Clause | Empty | None:
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
        case RuleCall():
            return _possible_call(clause, known)
        case Ground():
            return _possible_rows(clause, known)
        case Call():
            return possible(clause, known.kinds)
        case Fulltext():
            return _possible_text(clause, known)
        case GetElse() | Search():
            return clause
        case _:
            assert_never(clause)


def _possible_text(clause: Fulltext, known: Known) -> Fulltext | Empty:
    """Return the clause, or why it finds nothing."""
    for term, kind in fulltext_kinds(clause):
        given = _kind(term, known)
        if given is not None and not _matches(given, kind, term):
            return Empty(f"{_told(term)} is {given.value}, but a search has {kind.value}")
    return clause


def _possible_rows(ground: Ground, known: Known) -> Ground | Empty:
    """Return the rows without those whose constants are of another family than their variable."""
    kinds = [_kind(each, known) for each in ground.variables]
    rows = tuple(
        row
        for row in ground.rows
        if all(
            kind is None or fitted(each, kind, "ground") is not None
            for each, kind in zip(row, kinds, strict=True)
        )
    )
    return replace(ground, rows=rows) if rows else Empty("a ground of nothing that fits")


def _possible_call(call: RuleCall, known: Known) -> RuleCall | Empty:
    rule = call.name.partition("'")[0]
    if call.name in known.impossible:
        return Empty(f"the rule {rule} never holds")
    for position, term in enumerate(call.arguments):
        given, kind = _kind(term, known), known.kinds.get(parameter(call.name, position))
        if given is not None and kind is not None and not _matches(given, kind, term):
            return Empty(f"{_told(term)} is {given.value}, but {rule} takes {kind.value}")
    return call


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
    return replace(clause, branches=tuple(branches))


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
        return compare  # It holds wherever both have a value.
    return Empty(f"{_told(compare.left)} is {left.value}, {_told(compare.right)} {right.value}")


def _fits(compare: Compare, left: Kind, right: Kind) -> bool:
    if compare.operator in {Operator.STARTS_WITH, Operator.CONTAINS}:
        return all(each in TEXTS or each is Special.FACT for each in (left, right))
    return _matches(right, left, compare.right) or _matches(left, right, compare.left)


def _holds(operator: Operator, left: Constant, right: Constant) -> bool:
    if not comparable(kind_of(left.value), kind_of(right.value)):
        return operator is Operator.NE
    one, other = _plain(left), _plain(right)
    if operator is Operator.NE:
        return one != other
    return one == other if operator is Operator.EQ else _ordered(operator, one, other)


def _plain(constant: Constant) -> object:
    return constant.value.name if isinstance(constant.value, Keyword) else constant.value


def _ordered(operator: Operator, left: object, right: object) -> bool:
    """Compare two constants of one family; whoever writes a query is not trusted with more."""
    match operator, left, right:
        case Operator.STARTS_WITH, str(), str():
            return left.startswith(right)
        case Operator.CONTAINS, str(), str():
            return right in left
        case ((Operator.STARTS_WITH | Operator.CONTAINS), _, _):
            return False
        case _:
            before = bool(left < right)  # type: ignore[operator]  # Of one family, as was checked.
            same = bool(left == right)
            return {
                Operator.LT: before,
                Operator.LE: before or same,
                Operator.GT: not before and not same,
                Operator.GE: not before,
            }.get(operator, False)


def _matches(given: Kind, wanted: Kind, term: Term) -> bool:
    if isinstance(term, Constant):
        return fitted(term, wanted, "a constant") is not None
    return comparable(given, wanted)


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
