"""The arguments that a walk takes, and the walk: which way, over which edges, how far.

A walk goes from all of its roots at once, level by level, and follows every neighbour. Its
`maxDepth` is one more than the caller's, so that what lies beyond is seen, and said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datalog.syntax.clauses import Clause, EdgeStep, Pattern, Search
from datalog.syntax.query import Among, Input, Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Let, Many, Object, OpaqueId, Shape
from resolvers import named
from resolvers.clauses import any_of
from resolvers.draft import Binding, Draft, Place, Request
from resolvers.errors import BadUserInput, LimitExceeded, UnknownEntity
from resolvers.limits import Limit
from resolvers.lineage.walks import types, upstream_steps
from resolvers.named import Named
from resolvers.pages import at_most
from resolvers.selection import Selected, given_value
from store.catalogue import Catalogue

Steps = tuple[EdgeStep, ...]

_EVERY_NEIGHBOUR = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Number:
    """An argument that is a number from 0 up; where nothing is said, its default."""

    name: str
    argument: object
    limit: Limit

    def read(self, request: Request) -> int:
        """Return the number of a request. Raises BadUserInput and LimitExceeded."""
        given = given_value(self.argument, request.variables)
        return at_most(self.name, self.limit.most)(self.limit.default if given is None else given)

    def slot(self, draft: Draft, place: Place, more: int = 0) -> Variable:
        """Return an `:in` variable that holds the number and so many more."""
        variable = draft.variable(self.name)

        def values(request: Request) -> tuple[object, ...]:
            return (self.read(request) + more,)

        draft.bind(place, Binding((variable.name,), values, (0,)))
        return variable


@dataclass(frozen=True, slots=True)
class Reach:
    """How a field asks to walk, on which side of its roots; `nodes` counts the roots too.

    So many levels are walked beyond the depth, and so many more nodes reached, to see if there are.
    """

    upstream: Steps
    downstream: Steps
    types: tuple[str, ...] | None
    depth: Number
    nodes: Number
    beyond: int = 1
    more_nodes: int = 0


def reach(draft: Draft, selected: Selected, depth: Number, nodes: Number) -> Reach:
    """Return how a field asks to walk. Raises BadUserInput."""
    direction = _direction(selected)
    upstream = upstream_steps(draft.catalogue, selected.arguments.get("edgeTypes"))
    return Reach(
        () if direction == "DOWNSTREAM" else upstream,
        () if direction == "UPSTREAM" else turned(upstream),
        types(draft.catalogue, "nodeTypes", selected.arguments.get("nodeTypes")),
        depth,
        nodes,
    )


def steps_of(catalogue: Catalogue, selected: Selected) -> Steps:
    """Return how a field asks to step from node to node, each step either way where it says so."""
    upstream = upstream_steps(catalogue, selected.arguments.get("edgeTypes"))
    match _direction(selected):
        case "UPSTREAM":
            return upstream
        case "DOWNSTREAM":
            return turned(upstream)
        case _:
            return (*upstream, *turned(upstream))


def _direction(selected: Selected) -> str:
    direction = str(selected.arguments.get("direction") or "DOWNSTREAM")
    if direction not in {"UPSTREAM", "DOWNSTREAM", "BOTH"}:
        raise BadUserInput("direction", "expected UPSTREAM, DOWNSTREAM or BOTH")
    return direction


def turned(steps: Iterable[EdgeStep]) -> Steps:
    """Return the same steps the other way."""
    return tuple(EdgeStep(each.edge, not each.reverse) for each in steps)


@dataclass(frozen=True, slots=True)
class Roots:
    """The entities that an argument names, all of which have to be there."""

    argument: str
    given: object
    names: Named

    def query(self, place: Place, root: Variable) -> tuple[tuple[Input, ...], tuple[Clause, ...]]:
        """Return what a query of the roots is given, and the clauses that find one."""
        found = (self.names.entity(root), Pattern(root, "entity/type"))
        return (place.source, *self.names.inputs(self.names.id, self.names.urn)), found

    def there(self, draft: Draft, place: Place) -> Shape:
        """Return the shape of the roots there are, each with its position among those asked for."""
        root, position = draft.variable("root"), self.names.position or Variable("position")
        inputs, where = self.query(place, root)
        query = Query((position, root), inputs, where, (Order(position),))
        shape = Object((("position", Bound(position)), ("id", OpaqueId(root))))
        return Many(f"{place.label}({self.argument})", query, shape)

    def check(self, there: Iterable[Mapping[str, Any]], request: Request) -> None:
        """Raise UnknownEntity for the first of the roots that is not there."""
        known = {int(each["position"]) for each in there}
        for position, root in enumerate(named.given_list(self.given, request)):
            if position not in known:
                raise UnknownEntity(str(root))


def roots(draft: Draft, place: Place, selected: Selected, argument: str, most: int) -> Roots:
    """Return the entities that an argument names, so many of them at most."""

    def check(given: Sequence[object]) -> None:
        if len(given) > most:
            raise LimitExceeded(argument, len(given), most)

    given = selected.arguments.get(argument)
    return Roots(argument, given, named.several(draft, place, given, check))


@dataclass(frozen=True, slots=True)
class Walked:
    """A walk in the making: its rows are held under a name, each a node and its depth."""

    name: str
    query: Query
    search: Search

    def among(self, node: Variable, depth: Variable) -> Among:
        """Return the input that has the rows under these variables."""
        return Among(self.name, (node, depth))

    def held(self, place: Place, shape: Shape) -> Let:
        """Return the shape that holds the rows for the levels of another shape."""
        return Let(f"{place.label}({self.name})", self.name, self.query, shape, self.search)


def walked(draft: Draft, place: Place, name: str, start: Roots, asked: Reach) -> Walked:
    """Return the walk from all roots at once."""
    root = draft.variable("root")
    search = search_from(draft, place, root, asked)
    limits = (search.max_depth, search.max_nodes, search.per_node)
    inputs, where = start.query(place, root)
    found = (search.node, search.depth)
    query = Query(found, (*inputs, *map(Scalar, limits)), (*where, search))
    return Walked(draft.apart(name), query, search)


def search_from(draft: Draft, place: Place, root: Variable, asked: Reach) -> Search:
    """Return the search from a root, one level deeper than the caller's."""
    every, node = draft.variable("perNode"), draft.variable("node")
    bound = (_EVERY_NEIGHBOUR,)
    draft.bind(place, Binding((every.name,), lambda _: bound, bound))
    return Search(
        root,
        node,
        draft.variable("depth"),
        draft.variable("side"),
        asked.upstream,
        asked.downstream,
        asked.types,
        asked.depth.slot(draft, place, asked.beyond),
        asked.nodes.slot(draft, place, asked.more_nodes),
        every,
    )


def step(near: Variable, far: Variable, steps: Steps) -> Clause:
    """Return the clause that one of the steps leads from one node to another."""
    branches = (
        (Pattern(far, each.edge, near) if each.reverse else Pattern(near, each.edge, far),)
        for each in steps
    )
    return any_of((near, far), tuple(branches))
