"""What a transaction does to edges: which begin, which end, which change their properties."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from store.catalogue import UNKNOWN
from store.ids import AttributeId, EntityId
from store.transaction import Link, Transaction
from store.values import WrongValue, shortened
from store.writing.assertions import Said, Wanted, want
from store.writing.naming import LinkNames, Names, edge_rules
from store.writing.refusals import CardinalityConflict, Contradiction, EdgeEndType
from store.writing.state import Edge, Identity

LONGEST_KEY = 256
KEY = f"a key of at most {LONGEST_KEY} characters, no NUL or lone surrogate among them"


@dataclass(slots=True)
class Linking:
    """The edges that a transaction touches.

    `wanted` has the links and their properties, `unlinked` where an edge is said to end, `ended`
    the live edges that do; `redundant` counts statements that ask for nothing new.
    """

    wanted: dict[Identity, Wanted] = field(default_factory=dict)
    unlinked: dict[Identity, str] = field(default_factory=dict)
    ended: dict[EntityId, Edge] = field(default_factory=dict)
    redundant: int = 0


def unlink(names: Names, transaction: Transaction) -> Linking:
    """Return what a transaction unlinks. Raises UnknownType, MalformedUrn."""
    linking = Linking()
    for number, statement in enumerate(transaction.unlinks):
        where = f"unlink[{number}]"
        rules = edge_rules(names.rules, statement.type, where)
        source = names.known(statement.from_urn, where)
        target = names.known(statement.to_urn, where)
        edge = None
        if source is not None and target is not None:
            identity = Identity(rules.id, source, target, statement.key)
            linking.unlinked[identity] = where
            edge = edge_of(names, identity)
        if edge is not None and edge.live:
            linking.ended[edge.id] = edge
        else:
            linking.redundant += 1
    return linking


def link(names: Names, transaction: Transaction, linking: Linking, gone: set[EntityId]) -> None:
    """Add what a transaction links, and the edges that end by that; `gone` are retracted entities.

    Raises Contradiction, EdgeEndType, CardinalityConflict, WrongValue, UnknownAttribute.
    """
    numbered = zip(transaction.links, names.links, strict=True)
    for number, (statement, resolved) in enumerate(numbered):
        where = f"link[{number}]"
        identity = Identity(resolved.rules.id, resolved.source, resolved.target, statement.key)
        _check(names, statement, resolved, where)
        _check_contradiction(names, linking, identity, gone, where)
        wanted = linking.wanted.setdefault(identity, {})
        subject = f"{statement.from_urn} {statement.type} {statement.to_urn}"
        said = Said(f"{where}.properties", subject, resolved.rules, statement.properties)
        want(names, said, wanted)
        linking.redundant += not _is_news(names, statement, resolved, identity, wanted)
    _displace(names, transaction, linking)


def leave(names: Names, linking: Linking, gone: Iterable[EntityId]) -> None:
    """Add the end of every edge that leaves a retracted entity."""
    for entity in gone:
        for edge_type in names.rules.edges_by_id:
            for edge in names.state.leaving.get((edge_type, entity), ()):
                linking.ended[edge] = names.state.edges[edge]


def edge_of(names: Names, identity: Identity) -> Edge | None:
    """Return the edge of an identity, where there has ever been one."""
    edge = names.state.by_identity.get(identity)
    return None if edge is None else names.state.edges[edge]


_UNFIT = re.compile(r"[\x00\ud800-\udfff]")


def is_key(text: str) -> bool:
    """Return whether a text can be a key: of parallel edges, of a transaction sent twice."""
    return len(text) <= LONGEST_KEY and _UNFIT.search(text) is None


def _check(names: Names, statement: Link, resolved: LinkNames, where: str) -> None:
    if not is_key(statement.key):
        raise WrongValue(f"{where}.key", KEY, shortened(statement.key))
    check_ends(names, resolved, where)


def check_ends(names: Names, resolved: LinkNames, where: str) -> None:
    """Raise EdgeEndType where an end has a type that the edge type does not allow."""
    rules, source, target = resolved
    for end, entity, allowed in (
        ("from", source, rules.from_types),
        ("to", target, rules.to_types),
    ):
        found = names.type(entity)
        if found not in allowed and found != UNKNOWN.id:
            declared = rules.declared.from_types if end == "from" else rules.declared.to_types
            urn, given = names.urn(entity), names.type_name(entity)
            raise EdgeEndType(where, rules.name, end, declared, urn, given)


def _check_contradiction(
    names: Names, linking: Linking, identity: Identity, gone: set[EntityId], where: str
) -> None:
    if identity in linking.unlinked:
        problem = f"{linking.unlinked[identity]} ends the edge that this begins"
        raise Contradiction(where, problem)
    if identity.source in gone:
        urn = names.urn(identity.source)
        raise Contradiction(where, f"an edge cannot begin at {urn}, which is retracted")


def _is_news(
    names: Names, statement: Link, resolved: LinkNames, identity: Identity, wanted: Wanted
) -> bool:
    edge = edge_of(names, identity)
    if edge is None or not edge.live:
        return True
    if identity.source in names.types or identity.target in names.types:
        return True
    properties = (resolved.rules.attributes[name].id for name in statement.properties)
    return any(wanted[a] != edge.values.get(a) for a in properties)


def _displace(names: Names, transaction: Transaction, linking: Linking) -> None:
    """End the edges that give way, where an entity is at an end of one live edge at most."""
    taken: dict[tuple[bool, AttributeId, EntityId], Identity] = {}
    for number, (statement, resolved) in enumerate(
        zip(transaction.links, names.links, strict=True)
    ):
        identity = Identity(resolved.rules.id, resolved.source, resolved.target, statement.key)
        for end, live in _ends_that_are_one(names, resolved):
            other = taken.setdefault(end, identity)
            if other != identity:
                raise _two(names, resolved, end, (other, identity), f"link[{number}]")
            edges = map(names.state.edges.__getitem__, live)
            linking.ended.update((edge.id, edge) for edge in edges if edge.identity != identity)


def _ends_that_are_one(
    names: Names, resolved: LinkNames
) -> Iterator[tuple[tuple[bool, AttributeId, EntityId], Iterable[EntityId]]]:
    rules, source, target = resolved
    if rules.declared.one_from:
        yield (False, rules.id, source), names.state.leaving.get((rules.id, source), ())
    if rules.declared.one_to:
        yield (True, rules.id, target), names.state.arriving.get((rules.id, target), ())


def _two(
    names: Names,
    resolved: LinkNames,
    end: tuple[bool, AttributeId, EntityId],
    found: tuple[Identity, Identity],
    where: str,
) -> CardinalityConflict:
    reverse, _, entity = end
    first, second = (_end_shown(names, one, reverse=reverse) for one in found)
    what = f"{resolved.rules.name} {'to' if reverse else 'from'}"
    return CardinalityConflict(where, what, names.urn(entity), first, second)


def _end_shown(names: Names, identity: Identity, *, reverse: bool) -> str:
    urn = names.urn(identity.source if reverse else identity.target)
    return f"{urn} (key {identity.key})" if identity.key else urn
