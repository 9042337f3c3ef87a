"""Which way a walk goes: the arguments that decide what it may see, as a search and its filters."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datalog.syntax.clauses import Clause, EdgeStep, Through
from datalog.syntax.query import Parent, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import Passing
from resolvers import cursors, filters, named
from resolvers.conditions import Filtered
from resolvers.draft import Binding, Draft, Place, Request
from resolvers.errors import BadUserInput, LimitExceeded, UnknownEntity
from resolvers.limits import Limit, Limits
from resolvers.pages import at_most
from resolvers.selection import Given, Selected, given_value
from store.catalogue import Catalogue, Upstream

_OWN_DEPTHS = ("upstreamDepth", "downstreamDepth")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The limits of a search, as the caller gives them or as they are by default."""

    limits: Limits
    selected: Selected

    @property
    def has_own_depths(self) -> bool:
        """Tell whether a side may go another way than the other."""
        return any(self.selected.arguments.get(name) is not None for name in _OWN_DEPTHS)

    def limit(self, name: str) -> Limit:
        """Return what holds where the caller says nothing, and at most."""
        match name:
            case "maxNodes" | "perHop":
                return self.limits.nodes
            case "perNode":
                return self.limits.per_node
            case _:
                return self.limits.depth

    def number(self, name: str, request: Request) -> int:
        """Return a limit as a request gives it. Raises BadUserInput and LimitExceeded."""
        return self.reader(name)(request)

    def reader(self, name: str) -> Callable[[Request], int]:
        """Return what reads a limit of a request. It raises as `number` does."""
        argument, limit = self.selected.arguments.get(name), self.limit(name)
        otherwise = self.reader("maxDepth") if name in _OWN_DEPTHS else lambda _: limit.default
        if argument is None:
            return otherwise
        checked = at_most(name, limit.most)

        def read(request: Request) -> int:
            given = given_value(argument, request.variables)
            return otherwise(request) if given is None else checked(given)

        return read

    def slot(self, draft: Draft, place: Place, name: str) -> Variable:
        """Return the `:in` variable of a limit."""
        variable, read = draft.variable(name), self.reader(name)
        draft.bind(place, Binding((variable.name,), lambda request: (read(request),), (0,)))
        return variable

    def check_roots(self, roots: Sequence[object]) -> None:
        """Raise LimitExceeded where there are more roots than nodes may ever be shown."""
        most = self.limits.nodes.most
        if len(roots) > most:
            raise LimitExceeded("of", len(roots), most)

    def check_found(self, roots: Iterable[Any], distinct: int, request: Request) -> None:
        """Look at the roots that are there, by their positions, and how many different ones.

        Raises UnknownEntity where one is not there by then, and LimitExceeded where there are more
        than nodes may be shown.
        """
        known = set(map(int, roots))
        asked = named.given_list(self.selected.arguments.get("of"), request)
        if len(known) < len(asked):
            missing = next(at for at in range(len(asked)) if at not in known)
            raise UnknownEntity(str(asked[missing]))
        most = self.number("maxNodes", request)
        if distinct > most:
            raise LimitExceeded("of", distinct, most)


def through(draft: Draft, place: Place, selected: Selected) -> Through | None:
    """Return what a walk goes through and does not show; None where it shows all."""
    passed = types(draft.catalogue, "through", selected.arguments.get("through"))
    if not passed:
        return None
    return Through(passed, Numbers(draft.limits, selected).slot(draft, place, "perHop"))


_TYPES = frozenset({"edgeTypes", "nodeTypes", "through"})
_DECIDES = ("edgeTypes", "nodeTypes", "through", "where", "edgeWhere", "groupBy")


def question(selected: Selected, request: Request) -> str:
    """Return the hash of what a walk may see: a cursor goes on only where that is the same."""
    given = {name: selected.arguments.get(name) for name in _DECIDES}
    said = {name: value for name, value in given.items() if value is not None}
    if not said.get("through", True):
        del said["through"]  # Through nothing is as if it were not said.
    for name, value in said.items():
        if name in _TYPES and isinstance(value, list | tuple):
            said[name] = sorted(map(str, value))  # In which order they are named decides nothing.
    return cursors.asked("lineage", given_value(said, request.variables))


def upstream_steps(catalogue: Catalogue, edge_types: object) -> tuple[EdgeStep, ...]:
    """Return how to walk upstream over each lineage edge type that is asked for."""
    asked = None if edge_types is None else _names("edgeTypes", edge_types)
    for name in asked or ():
        catalogue.edge_type(name)
    return tuple(
        EdgeStep(each.name, reverse=each.upstream is Upstream.FROM)
        for each in catalogue.edge_types.values()
        if each.upstream is not Upstream.NONE and (asked is None or each.name in asked)
    )


def types(catalogue: Catalogue, argument: str, names: object) -> tuple[str, ...] | None:
    """Return the entity types that an argument names; None where it is not given."""
    if names is None:
        return None
    return tuple(catalogue.entity_type(name).name for name in _names(argument, names))


def _names(argument: str, names: object) -> tuple[str, ...]:
    given = names if isinstance(names, list | tuple) else [names]
    if any(isinstance(name, Given) for name in given):
        raise BadUserInput(argument, "which types to walk decides the plan: give their names")
    return tuple(dict.fromkeys(map(str, given)))


# where = {urn: condition, lifecycle: {in: […]}, <type or interface>: its filter}
def nodes_pass(draft: Draft, place: Place, where: object, node: Variable) -> tuple[Passing, ...]:
    """Return what nodes have to meet: all of them, and those of one type. Raises BadUserInput."""
    about = Filtered(draft, place, node, "")
    return tuple(_passing(about, where, "where", draft.catalogue.concrete))


# edgeWhere = {key: condition, <edge type>: its filter}
def edges_pass(draft: Draft, place: Place, where: object, edge: Variable) -> tuple[Passing, ...]:
    """Return what edges have to meet: all of them, and those of one type. Raises BadUserInput."""
    about = Filtered(draft, place, edge, "")
    return tuple(_passing(about, where, "edgeWhere", lambda name: (name,)))


_OF_ALL = frozenset({"urn", "lifecycle", "key"})


def _passing(
    about: Filtered, where: object, argument: str, concrete: Callable[[str], tuple[str, ...]]
) -> Iterator[Passing]:
    if where is None:
        return
    if not isinstance(where, Mapping):
        raise BadUserInput(argument, "expected an object of conditions")
    for key, asked in where.items():
        if key in _OF_ALL:
            named = None
            clauses = filters.clauses(about, {key: asked}, argument)
        else:
            named = concrete(key)
            clauses = filters.clauses(replace(about, type=key), asked, f"{argument}.{key}")
        if clauses:
            yield Passing(
                f"{about.place.label}({argument}.{key})",
                about.entity,
                named,
                _query(about, clauses),
            )


def _query(about: Filtered, clauses: tuple[Clause, ...]) -> Query:
    given = map(Scalar, about.draft.given(clauses))
    return Query((about.entity,), (about.place.source, Parent(about.entity), *given), clauses)
