"""`_entities`: what other subgraphs refer to, by type and urn or id, all of it in one query.

A representation that cannot be meant is the error of its place in the list, and keeps nobody else
from an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Order, Query
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Many, Object, Shape
from resolvers import named
from resolvers.draft import Draft, Place, Request
from resolvers.entities import any_entity
from resolvers.errors import BadUserInput, LimitExceeded
from resolvers.selection import Selected
from store.catalogue import Catalogue
from store.values import shortened

ARGUMENT = "representations"


class Wanted(NamedTuple):
    """The name in a representation, and the types that the entity may be of."""

    name: str
    types: frozenset[str]


def entities(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the entities that a list represents, each with its place in the list."""
    place = draft.timed(place, selected)
    argument, known = selected.arguments.get(ARGUMENT), _types(draft.catalogue)

    def wanted(request: Request) -> list[Wanted | BadUserInput]:
        given = named.given_list(argument, request)
        return [_read(known, each, position) for position, each in enumerate(given)]

    def names(request: Request) -> Sequence[object]:
        given, most = wanted(request), draft.limits.page.most
        if len(given) > most:
            raise LimitExceeded(ARGUMENT, len(given), most)
        return [each.name if isinstance(each, Wanted) else None for each in given]

    def arranging(request: Request) -> Callable[[object], object]:
        return lambda found: _arranged(found, wanted(request))

    represented = named.listed(draft, place, names)
    draft.reshape(place, arranging)
    entity, position = draft.variable("entity"), represented.position or Variable("position")
    inputs = (place.source, *represented.inputs(represented.id, represented.urn))
    where = (represented.entity(entity), Pattern(entity, "entity/type"))
    query = Query((position, entity), inputs, where, (Order(position),))
    node = any_entity(draft, place, selected, entity)
    return Many(place.label, query, Object((("position", Bound(position)), ("node", node))))


Types = Mapping[str, frozenset[str]]
"""The entity types that each name of a type or an interface stands for."""


def _read(known: Types, given: object, position: int) -> Wanted | BadUserInput:
    if not isinstance(given, Mapping):
        problem = f"expected an object, got {shortened(given)}"
        return BadUserInput(_where(position), problem)
    type_name, urn = given.get("__typename"), given.get("urn")
    name = given.get("id") if urn is None else urn
    types = known.get(type_name) if isinstance(type_name, str) else None
    if types is None:
        problem = (
            f"__typename has to be a type or interface of entities, not {shortened(type_name)}"
        )
        return BadUserInput(_where(position), problem)
    if name is None:
        return BadUserInput(_where(position), "there is neither a urn nor an id")
    if not isinstance(name, str):
        problem = f"expected a urn or an id, got {shortened(name)}"
        return BadUserInput(_where(position), problem)
    return Wanted(name, types)


def _where(position: int) -> str:
    return f"{ARGUMENT}[{position}]"


def _types(catalogue: Catalogue) -> Types:
    """Return what each name stands for; Unknown is of every interface."""
    types = {name: frozenset({name}) for name in catalogue.entity_types}
    for name in catalogue.interfaces:
        types[name] = frozenset(catalogue.concrete(name)) | {"Unknown"}
    return types | {"Entity": frozenset(catalogue.entity_types)}


def _arranged(found: Any, wanted: Sequence[Wanted | BadUserInput]) -> list[object]:
    # JSON that our own statement made.
    arranged: list[object] = [None if isinstance(each, Wanted) else each for each in wanted]
    for row in found:
        position, node = int(row["position"]), row["node"]
        asked = wanted[position]
        if isinstance(asked, Wanted) and node["__typename"] in asked.types:
            arranged[position] = node
    return arranged
