"""The fields of Query: one function per kind of root field."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from datalog.tree import One, Shape
from resolvers import connections, named
from resolvers.aggregates import aggregates
from resolvers.clauses import nothing, of_types
from resolvers.connections import Listing, connection
from resolvers.datalog.field import datalog
from resolvers.draft import Draft, Place, Step
from resolvers.entities import Asked, any_entity, entity, entity_of
from resolvers.errors import BadUserInput
from resolvers.federated import entities
from resolvers.filters import deleted
from resolvers.lineage.expand import expand
from resolvers.lineage.field import lineage
from resolvers.nodes import node, nodes
from resolvers.orders import Key
from resolvers.reach.ancestors import common_ancestors
from resolvers.reach.ends import lineage_leaves, lineage_roots
from resolvers.reach.impact import impact
from resolvers.reach.paths import paths
from resolvers.search.field import search
from resolvers.search.suggest import suggest
from resolvers.selection import Selected
from resolvers.subjects import Subject
from resolvers.timeline.changes import changes
from resolvers.timeline.diff import lineage_diff
from resolvers.timeline.history import history
from resolvers.timeline.since import newer
from resolvers.transactions import transactions
from store.catalogue import UNKNOWN, Catalogue, EntityType, Interface, ValueType

Root = Callable[[Draft, Place, Selected], Shape]


def root(draft: Draft, selected: Selected) -> Shape:
    """Return the shape of a root field; where its arguments are at fault, null and that fault."""
    place = Place((Step(selected.key),), selected.key)
    field = _FIXED.get(selected.name, _of_catalog)
    return draft.guarded(place, lambda at: field(draft, at, selected))


def _of_catalog(draft: Draft, place: Place, selected: Selected) -> Shape:
    for name, plural in _names(draft.catalogue).items():
        if selected.name == name[:1].lower() + name[1:]:
            return _lookup(draft, place, selected, name)
        if selected.name == plural:
            return _list(draft, place, selected, name)
    raise BadUserInput(selected.name, "the catalog has no such field")


def _names(catalogue: Catalogue) -> dict[str, str]:
    owners: list[EntityType | Interface] = [*catalogue.entity_types.values()]
    owners += catalogue.interfaces.values()
    return {each.name: each.plural for each in owners if each.name != UNKNOWN.name}


def _basis(_: Draft, place: Place, selected: Selected) -> Shape:
    return connections.basis(place, selected)


def _typename(_: Draft, __: Place, ___: Selected) -> Shape:
    return connections.text("Query")


def _transactions(draft: Draft, place: Place, selected: Selected) -> Shape:
    return transactions(draft, draft.timed(place, selected), selected)


def _entity(draft: Draft, place: Place, selected: Selected) -> Shape:
    place, found = draft.timed(place, selected), draft.variable("entity")
    name = named.one(draft, place, selected.arguments.get("id"))
    where = (name.entity(found), Pattern(found, "entity/type"))
    query = Query((found,), (place.source, *name.inputs(name.id, name.urn)), where)
    return One(place.label, query, any_entity(draft, place, selected, found))


def _lookup(draft: Draft, place: Place, selected: Selected, owner: str) -> Shape:
    """Return the entity of a type, or of one of an interface's types, that an argument names."""
    place, found = draft.timed(place, selected), draft.variable(selected.name)
    types = draft.catalogue.concrete(owner)
    name = named.one(draft, place, selected.arguments.get("id"))
    where = (name.entity(found), of_types(found, types))
    query = Query((found,), (place.source, *name.inputs(name.id, name.urn)), where)
    return One(place.label, query, _owned(draft, place, selected, found, owner))


def _list(draft: Draft, place: Place, selected: Selected, owner: str) -> Shape:
    """Return the connection of all entities of a type, or of an interface's types."""
    place, found = draft.timed(place, selected), _singular(draft, owner)
    asked = Asked(draft, place, found, owner, selected)
    alive = () if asked.lifecycles else (nothing((found,), (deleted(found),)),)
    new = newer(draft, place, selected, Pattern(found, "entity/urn"), found)
    listing = Listing(
        name=owner,
        question=asked.question("list", owner),
        find=(found,),
        where=(
            of_types(found, draft.catalogue.concrete(owner)),
            *alive,
            *asked.where(),
            *new.clauses,
        ),
        keys=(*asked.keys(), Key(found, ValueType.REF)),
        node=lambda at, each: _owned(draft, at, each, found, owner),
        sources=new.sources,
        more=aggregates(draft, found, owner),
    )
    return connection(draft, place, selected, listing)


def _owned(draft: Draft, place: Place, selected: Selected, found: Variable, owner: str) -> Shape:
    """Return the shape of an entity of a type, or of a type of an interface: never of Unknown."""
    if owner in draft.catalogue.interfaces:
        return entity_of(draft, place, selected, found, draft.catalogue.concrete(owner))
    return entity(Subject(draft, place, found, owner), selected)


def _singular(draft: Draft, owner: str) -> Variable:
    return draft.variable(owner[:1].lower() + owner[1:])


_FIXED: Mapping[str, Root] = MappingProxyType(
    {
        "__typename": _typename,
        "basis": _basis,
        "node": node,
        "nodes": nodes,
        "entity": _entity,
        "_entities": entities,
        "lineage": lineage,
        "impact": impact,
        "paths": paths,
        "lineageDiff": lineage_diff,
        "history": history,
        "expand": expand,
        "lineageRoots": lineage_roots,
        "lineageLeaves": lineage_leaves,
        "commonAncestors": common_ancestors,
        "changes": changes,
        "datalog": datalog,
        "search": search,
        "suggest": suggest,
        "transactions": lambda draft, place, each: transactions(
            draft, draft.timed(place, each), each
        ),
    }
)
