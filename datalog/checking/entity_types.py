"""Which types the entity of a variable can have, as the clauses beside each other tell."""

from collections.abc import Iterable, Iterator, Mapping
from typing import assert_never

from datalog.checking.searching import searched
from datalog.reason import Empty
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
)
from datalog.syntax.terms import Constant, Keyword, Term, Variable
from datalog.syntax.views import AsOf, History, Now, View
from datalog.vocabulary import (
    TRANSACTION,
    EdgeColumn,
    Facts,
    Hop,
    Own,
    TransactionColumn,
    Virtual,
    ends_of,
    far_ends,
    meaning,
    type_id,
)
from store.catalogue import Catalogue, EdgeType, UnknownType

Types = Mapping[Variable, frozenset[str]]
Limit = tuple[Term, frozenset[str]]

_TRANSACTIONS = frozenset({TRANSACTION})


def narrowed(
    clauses: Iterable[Clause], catalogue: Catalogue, outer: Types, view: View
) -> Types | Empty:
    """Return the types that each variable's entity can have, or why there can be none.

    Only clauses on the source `$` tell: seen at another time, an entity may be Unknown still. A
    history sees several times at once, so it tells only what is an entity, an edge, a transaction.
    """
    types = dict(outer)
    for clause in _in_turn(tuple(clauses)):
        limits = _limits(clause, catalogue, types, view)
        if isinstance(limits, Empty):
            return limits
        for term, allowed in limits:
            if not isinstance(term, Variable):
                continue
            possible = types.get(term, allowed) & allowed
            if not possible:
                return Empty(_clash(term, types.get(term, allowed), allowed))
            types[term] = possible
    return types


def _in_turn(clauses: tuple[Clause, ...]) -> Iterator[Clause]:
    """Yield what is plain again and again: an edge's type, told by a later clause, limits its ends.

    An or comes once, since it looks into all of its branches: twice would double at every level.
    """
    plain = [clause for clause in clauses if not isinstance(clause, Or)]
    yield from (*plain, *plain)
    yield from (clause for clause in clauses if isinstance(clause, Or))
    yield from plain


def _limits(
    clause: Clause, catalogue: Catalogue, types: Types, view: View
) -> Iterable[Limit] | Empty:
    match clause:
        case Pattern():
            return tuple(_pattern(clause, catalogue, types, view)) if clause.source == "$" else ()
        case Or():
            return _branches(clause, catalogue, types, view)
        case Fulltext():
            return _searched(clause, catalogue, view)
        case Compare() | Not() | GetElse() | Ground() | Call() | RuleCall() | Search():
            return ()
        case _:
            assert_never(clause)


def _pattern(  # noqa: C901  # One case for each meaning of an attribute.
    pattern: Pattern, catalogue: Catalogue, types: Types, view: View
) -> Iterator[Limit]:
    yield pattern.transaction, _TRANSACTIONS
    if isinstance(pattern.attribute, Variable):
        return
    match meaning(pattern.attribute, catalogue):
        case Facts(logged=True) | Virtual():
            pass
        case Facts() as facts:
            yield from _facts(pattern, facts, catalogue, view)
        case Hop(edge):
            yield pattern.entity, _ends(edge, EdgeColumn.FROM, catalogue, view)
            yield pattern.value, _ends(edge, EdgeColumn.TO, catalogue, view)
        case EdgeColumn() as column:
            yield from _edge(pattern, column, catalogue, types, view)
        case TransactionColumn():
            yield pattern.entity, _TRANSACTIONS
        case Own.ID:
            pass
        case Own():
            yield pattern.entity, frozenset(catalogue.entity_types)
            yield pattern.value, _TRANSACTIONS


def _ends(edge: EdgeType, end: EdgeColumn, catalogue: Catalogue, view: View) -> frozenset[str]:
    """Return what stands at an end of an edge; in a history it may have been Unknown before."""
    if isinstance(view, Now | AsOf):
        return ends_of(edge, end, catalogue, view)
    return frozenset(catalogue.entity_types)


def _targets(name: str, catalogue: Catalogue, view: View) -> frozenset[str]:
    """Return what an attribute can refer to; it may have been others once."""
    if isinstance(view, Now):
        return far_ends((name,), catalogue)
    return frozenset(catalogue.entity_types)


def _of_entity(types: frozenset[str], catalogue: Catalogue, view: View) -> frozenset[str]:
    """Return the types of an entity; in a history it may have been Unknown before."""
    known = frozenset(catalogue.entity_types)
    return known if isinstance(view, History) and types & known else types


def _facts(pattern: Pattern, facts: Facts, catalogue: Catalogue, view: View) -> Iterator[Limit]:
    if facts.types is not None:
        yield pattern.entity, _of_entity(facts.types, catalogue, view)
    elif pattern.attribute == "entity/type" and isinstance(pattern.value, Constant):
        name = _name(pattern.value)
        if type_id(name, catalogue) is None:
            raise UnknownType(name)
        yield pattern.entity, _of_entity(frozenset({name}), catalogue, view)
    else:
        yield pattern.entity, frozenset(catalogue.entity_types)
    attribute = catalogue.attributes.get(str(pattern.attribute))
    if attribute is not None and attribute.target is not None:
        yield pattern.value, _targets(attribute.target, catalogue, view)


def _searched(clause: Fulltext, catalogue: Catalogue, view: View) -> Iterable[Limit]:
    """Return what a search tells: the entity is of a type that has one of the attributes.

    Raises NotSearched.
    """
    searched(clause, catalogue)
    if clause.source != "$":
        return ()
    entity, *rest = clause.found
    meant = [meaning(each, catalogue) for each in clause.attributes]
    types = [each.types for each in meant if isinstance(each, Facts)]
    known = [each for each in types if each is not None]
    possible = frozenset(catalogue.entity_types)
    if len(known) == len(types):
        possible = _of_entity(frozenset().union(*known), catalogue, view)
    transactions = ((place, _TRANSACTIONS) for place in rest[1:2] if not clause.best)
    return ((entity, possible), *transactions)


def _edge(
    pattern: Pattern, column: EdgeColumn, catalogue: Catalogue, types: Types, view: View
) -> Iterator[Limit]:
    edges = frozenset(catalogue.edge_types)
    if column is EdgeColumn.TYPE and isinstance(pattern.value, Constant):
        edges = frozenset({catalogue.edge_type(_name(pattern.value)).name})
    yield pattern.entity, edges
    if isinstance(pattern.entity, Variable):
        edges = types.get(pattern.entity, edges) & edges
    known = [catalogue.edge_types[name] for name in edges if name in catalogue.edge_types]
    match column:
        case EdgeColumn.FROM:
            ends = (_ends(edge, column, catalogue, view) for edge in known)
            yield pattern.value, frozenset().union(*ends)
        case EdgeColumn.TO:
            ends = (_ends(edge, column, catalogue, view) for edge in known)
            yield pattern.value, frozenset().union(*ends)
        case EdgeColumn.SINCE | EdgeColumn.UNTIL:
            yield pattern.value, _TRANSACTIONS
        case EdgeColumn.TYPE | EdgeColumn.KEY:
            pass
        case _:
            assert_never(column)


def _branches(
    clause: Or, catalogue: Catalogue, types: Types, view: View
) -> Iterable[Limit] | Empty:
    possible: list[Types] = []
    because: list[str] = []
    for branch in clause.branches:
        found = narrowed(branch, catalogue, types, view)
        if isinstance(found, Empty):
            because.append(found.because)
        else:
            possible.append(found)
    if not possible:
        return Empty(" and ".join(dict.fromkeys(because)) or "an or without branches")
    shared = frozenset.intersection(*(frozenset(found) for found in possible))
    if clause.join is not None:
        shared &= frozenset(clause.join)
    return [(each, frozenset().union(*(found[each] for found in possible))) for each in shared]


def _name(constant: Constant) -> str:
    value = constant.value
    return value.name if isinstance(value, Keyword) else str(value)


def _clash(variable: Variable, one: frozenset[str], other: frozenset[str]) -> str:
    first, second = " or ".join(sorted(one)), " or ".join(sorted(other))
    return f"?{variable.name} would be {first or 'nothing'}, and {second or 'nothing'}"
