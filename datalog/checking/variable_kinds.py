"""What kind of value each variable holds, as its uses tell.

Patterns tell first, then what is computed from what they tell, then what is only compared: so the
order in which clauses are written does not matter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from datalog.checking.fitting import kind_with_default
from datalog.checking.rules.expansion import parameter
from datalog.errors import MixedKinds
from datalog.functions import FUNCTIONS, PREDICATES, Takes, kind_given
from datalog.kinds import Kind, Special, comparable, kind_of, wider
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
    Step,
)
from datalog.syntax.terms import Blank, Constant, LookupRef, Term, Variable
from datalog.vocabulary import (
    EDGE_KINDS,
    TRANSACTION_KINDS,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    Virtual,
    meaning,
)
from store.catalogue import Catalogue, ValueType

Kinds = Mapping[Variable, Kind]
Told = Iterable[tuple[Variable, Kind]]


def kinds_of(clauses: Iterable[Clause], catalogue: Catalogue, known: Kinds) -> dict[Variable, Kind]:
    """Return the kind of every variable that the clauses tell of, beside those known.

    Raises MixedKinds where branches of an `or` would bind a variable to kinds that never compare.
    """
    clauses = tuple(clauses)
    found = _certain(clauses, catalogue, known)
    while True:
        for tells in (_computed, _grounded, _compared, _taken):
            more = _once(clauses, found, tells)
            if len(more) > len(found):
                found = more
                break
        else:
            return found


def _certain(clauses: Iterable[Clause], catalogue: Catalogue, known: Kinds) -> dict[Variable, Kind]:
    """Return what patterns tell; where several do, what is told does not depend on their order."""
    clauses = tuple(clauses)
    plain = [each for each in clauses if not isinstance(each, Not | Or)]
    alternatives = [each for each in clauses if isinstance(each, Or)]
    # A not binds nothing: what it would tell counts where nothing else does.
    for together in (plain, alternatives, [each for each in clauses if isinstance(each, Not)]):
        told: dict[Variable, Kind] = {}
        for clause in together:
            for variable, kind in _patterns(clause, catalogue, known):
                if variable not in known:
                    told[variable] = _both(told.get(variable, kind), kind)
        known = {**known, **told}
    return {**known}


def _both(one: Kind, other: Kind) -> Kind:
    """Return what a variable is that is both; kinds that never compare the check finds again."""
    if Special.FACT in {one, other}:
        return other if one is Special.FACT else one
    return wider(one, other) if comparable(one, other) else max(one, other)


def _patterns(  # noqa: PLR0911  # One case for each kind of clause.
    clause: Clause, catalogue: Catalogue, known: Kinds
) -> Told:
    match clause:
        case Pattern():
            return _variables(pattern_kinds(clause, catalogue))
        case GetElse():
            return _variables(
                ((clause.entity, ValueType.REF), (clause.value, looked_up_kind(clause, catalogue)))
            )
        case Search():
            return _searched(clause)
        case Fulltext():
            return _variables(fulltext_kinds(clause))
        case Not():
            return _new(_certain(clause.clauses, catalogue, known), known)
        case Or():
            branches = [_certain(branch, catalogue, known) for branch in clause.branches]
            return _branches(branches, known)
        case Compare() | Ground() | Call() | RuleCall():
            return ()
        case _:
            assert_never(clause)


Tells = Callable[[Clause, Kinds], Told]


def _once(clauses: Iterable[Clause], known: Kinds, tells: Tells) -> dict[Variable, Kind]:
    """Return what is known and what each clause tells more, also those inside, looked at once.

    To settle the inner clauses each time would take twice as long for every level of them.
    """
    found = {**known}
    for clause in clauses:
        match clause:
            case Not():
                told: Told = _new(_once(clause.clauses, found, tells), found)
            case Or():
                told = _branches([_once(branch, found, tells) for branch in clause.branches], found)
            case _:
                told = tells(clause, found)
        for variable, kind in told:
            found.setdefault(variable, kind)
    return found


@dataclass(frozen=True, slots=True)
class PlaceKinds:
    """What the places of a pattern hold whose kinds differ from pattern to pattern."""

    entity: Kind
    value: Kind


def place_kinds(pattern: Pattern, catalogue: Catalogue) -> PlaceKinds:
    """Return what the entity and the value of a pattern are."""
    if isinstance(pattern.attribute, Variable):
        return PlaceKinds(ValueType.REF, Special.FACT)
    value = value_kind(pattern.attribute, catalogue)
    match meaning(pattern.attribute, catalogue):
        case TransactionColumn():
            return PlaceKinds(Special.TRANSACTION, value)
        case Virtual.IDENT:
            return PlaceKinds(Special.SCHEMA, value)
        case Facts(logged=True):
            return PlaceKinds(Special.SCHEMA, value)
        case _:
            return PlaceKinds(ValueType.REF, value)


def pattern_kinds(pattern: Pattern, catalogue: Catalogue) -> Iterator[tuple[Term, Kind]]:
    """Return the places of a pattern with the kinds that they have."""
    kinds = place_kinds(pattern, catalogue)
    yield pattern.transaction, Special.TRANSACTION
    yield pattern.operation, ValueType.BOOLEAN
    yield pattern.position, ValueType.INT
    yield pattern.entity, kinds.entity
    yield pattern.value, kinds.value
    if isinstance(pattern.attribute, Variable):
        yield pattern.attribute, Special.SCHEMA


def value_kind(  # noqa: PLR0911  # One case for each meaning of an attribute.
    attribute: str, catalogue: Catalogue
) -> Kind:
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
        case Virtual.IDENT:
            return ValueType.KEYWORD
        case Own.ID:
            return ValueType.REF
        case Own():
            return Special.TRANSACTION


def path_kind(path: tuple[Step, ...], catalogue: Catalogue) -> Kind:
    """Return the kind of the value at the end of a path."""
    last = path[-1]
    return ValueType.REF if last.reverse else value_kind(last.name, catalogue)


def looked_up_kind(get: GetElse, catalogue: Catalogue) -> Kind:
    """Return the kind of what a `get-else` gives; any, where its default is of another family."""
    kind = path_kind(get.path, catalogue)
    return kind if get.default is None else kind_with_default(get.default, kind)


def term_kind(term: Term, found: Kinds) -> Kind | None:
    """Return the kind of a term, as far as it is known."""
    match term:
        case Variable():
            return found.get(term)
        case Constant(value):
            return kind_of(value)
        case LookupRef():
            return ValueType.REF
        case Blank():
            return None
        case _:
            assert_never(term)


def _variables(pairs: Iterable[tuple[Term, Kind]]) -> Iterator[tuple[Variable, Kind]]:
    yield from ((term, kind) for term, kind in pairs if isinstance(term, Variable))


def _new(told: Kinds, found: Kinds) -> Told:
    return [(variable, kind) for variable, kind in told.items() if variable not in found]


def _computed(clause: Clause, found: Kinds) -> Told:
    match clause:
        case Call(binding=Variable() as variable):
            function = FUNCTIONS.get(clause.name)
            arguments = [term_kind(each, found) for each in clause.arguments]
            known = [each for each in arguments if each is not None]
            if function is None or len(known) < len(arguments):
                return ()
            given = kind_given(function, known)
            return () if given is None else ((variable, given),)
        case RuleCall():
            return [
                (term, kind) for term, of_rule in _passed(clause) if (kind := found.get(of_rule))
            ]
        case _:
            return ()


def _passed(call: RuleCall) -> Iterator[tuple[Variable, Variable]]:
    """Return the variables of a call, each with the parameter that it stands for."""
    for position, term in enumerate(call.arguments):
        if isinstance(term, Variable):
            yield term, parameter(call.name, position)


def _grounded(ground: Clause, _: Kinds) -> Iterator[tuple[Variable, Kind]]:
    """Yield what constants are by themselves, where nothing else has told what they stand for."""
    if not isinstance(ground, Ground):
        return
    for position, variable in enumerate(ground.variables):
        kinds = [kind_of(row[position].value) for row in ground.rows]
        if isinstance(variable, Variable) and kinds:
            together = wider(*kinds)
            if together is Special.FACT:
                raise MixedKinds(variable.name, tuple(dict.fromkeys(each.value for each in kinds)))
            yield variable, together


def _compared(clause: Clause, found: Kinds) -> Told:
    if isinstance(clause, RuleCall):
        yield from ((to, kind) for term, to in _passed(clause) if (kind := found.get(term)))
    if not isinstance(clause, Compare):
        return
    for term, other in ((clause.left, clause.right), (clause.right, clause.left)):
        kind = term_kind(other, found)
        if isinstance(term, Variable) and kind is not None:
            yield term, kind


def _taken(clause: Clause, found: Kinds) -> Told:
    """Yield what functions of text take; numbers come in several kinds."""
    if isinstance(clause, Call) and clause.name in _CALLABLE:
        for position, term in enumerate(clause.arguments):
            if isinstance(term, Variable) and _CALLABLE[clause.name].argument(position) in _TEXTS:
                yield term, ValueType.STRING


_CALLABLE = {**FUNCTIONS, **PREDICATES}
_TEXTS = frozenset({Takes.TEXT, Takes.PATTERN})


def _searched(search: Search) -> Iterator[tuple[Variable, Kind]]:
    yield from ((each, ValueType.REF) for each in (search.root, search.node))
    yield search.side, ValueType.KEYWORD
    yield search.depth, ValueType.INT
    yield from ((each, ValueType.INT) for each in search.limits)


def fulltext_kinds(clause: Fulltext) -> Iterator[tuple[Term, Kind]]:
    """Return the places of a search with the kinds that they have."""
    yield clause.text, ValueType.STRING
    yield from zip(clause.found, _BEST if clause.best else _FOUND, strict=True)


_BEST: tuple[Kind, ...] = (ValueType.REF, ValueType.INT)
_FOUND: tuple[Kind, ...] = (
    ValueType.REF,
    ValueType.STRING,
    Special.TRANSACTION,
    ValueType.INT,
    Special.SCHEMA,
)


def _branches(branches: Iterable[Kinds], found: Kinds) -> Told:
    told: dict[Variable, Kind] = {}
    for branch in branches:
        for variable, kind in _new(branch, found):
            before = told.setdefault(variable, kind)
            if not comparable(before, kind):
                raise MixedKinds(variable.name, (before.value, kind.value))
            told[variable] = wider(before, kind)
    return told.items()
