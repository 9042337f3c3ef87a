"""Strategies of arguments: ids, values and times come from the history, seldom from nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLSchema,
    get_named_type,
)
from hypothesis import strategies as st

from tests.queries.conditions import Conditions, Drawn, Word
from tests.queries.held import held
from tests.queries.learned import Learned
from tests.queries.past import FIRST, Past

NOBODY = "hw://nobody/knows/this"


def seldom(strategy: Drawn, of: int) -> Drawn:
    """Return nothing but once in so many times."""
    return st.integers(1, of).flatmap(lambda n: strategy if n == of else st.just(None))


@dataclass(frozen=True, eq=False)
class Given:
    """Draws arguments of the fields of a schema, out of a past."""

    schema: GraphQLSchema
    past: Past
    known: Learned

    @cached_property
    def _conditions(self) -> Conditions:
        return Conditions(self.schema, self.past, held(self.past), self.points)

    def arguments(self, kind: str, name: str) -> Drawn:
        """Return a strategy of all arguments of a field, those that are absent left out."""
        owner = self.schema.type_map[kind]
        each = owner.fields[name]  # type: ignore[attr-defined]  # It has fields.
        target = get_named_type(each.type).name.removesuffix("Connection")
        drawn = {
            key: self._argument(key, argument, target)
            for key, argument in each.args.items()
            if key not in _PAGES
        }
        if "last" in each.args:
            drawn["__page"] = _BOTH_WAYS
        elif "first" in each.args:
            drawn["__page"] = _ONE_WAY
        return st.fixed_dictionaries(drawn).map(_flat)

    def _argument(self, name: str, argument: GraphQLArgument, target: str) -> Drawn:
        kind = get_named_type(argument.type).name
        match name:
            case "id":
                return self._identity(target)
            case "ids":
                return st.lists(self._identity("Entity"), min_size=1, max_size=3)
            case "asOf" | "since" | "changedSince" | "until":
                return seldom(self.points, 4 if name == "asOf" else 8)
            case "where" | "edgeWhere":
                return seldom(self._conditions.filter(kind), 3)
            case "orderBy" | "edgeOrderBy":
                return seldom(st.lists(self._conditions.order(kind), min_size=1, max_size=2), 2)
            case _:
                return seldom(self._scope(name), 3)

    def _scope(self, name: str) -> Drawn:
        """Return a strategy of what part of a history, or which way, is asked for."""
        types = self.past.catalog.types.values()
        names = {it.name for each in types for it in each.values() if it.edge is None}
        chosen: Mapping[str, Sequence[Any]] = {
            "attributes": sorted(names),
            "types": [Word(each) for each in sorted(self.past.catalog.edges)],
            "end": [Word("FROM"), Word("TO")],
            "order": [Word("ASC"), Word("DESC")],
        }
        drawn = st.sampled_from(chosen[name])
        return drawn if name in {"end", "order"} else st.lists(drawn, min_size=1, max_size=3)

    # Who, and when.

    def urns(self, kind: str) -> Sequence[str]:
        """Return the urns of all entities of a type or an interface."""
        now = self.past.now
        return sorted(urn for urn in now.entities if now.fits(urn, kind))

    def _identity(self, kind: str) -> Drawn:
        of_kind = st.sampled_from(self.urns("Entity" if kind in {"Node", "History"} else kind))
        ids = of_kind.map(lambda urn: self.known.ids[urn])
        other = st.sampled_from([*self.urns("Entity")[::40], NOBODY])
        choices = [of_kind] * 6 + [ids, other]
        if kind in {"Node", "History"}:
            edges = [about for about in self.known.ids if isinstance(about, tuple)]
            choices.append(st.sampled_from(sorted(edges)).map(lambda key: self.known.ids[key]))
            choices.append(self._transactions)
        return st.one_of(choices)

    @cached_property
    def _ts(self) -> Drawn:
        late = self.past.now.t
        # Early on there is little: half of the times are in the last third.
        return st.integers(late * 2 // 3, late) | st.integers(FIRST, late)

    @cached_property
    def _transactions(self) -> Drawn:
        return self._ts.map(lambda t: f"T{t}")

    @cached_property
    def points(self) -> Drawn:
        """Return a strategy of TimePoints, each a time of the history itself."""
        instants = self._ts.map(self.past.instant)
        days = instants.map(lambda instant: instant[: len("2024-01-01")])
        return st.one_of(self._ts, self._transactions, instants, days)


_PAGES = {"first", "after", "last", "before"}
_SIZE = st.integers(1, 4)
_ONE_WAY = _SIZE.map(lambda size: {"first": size})
_BOTH_WAYS = st.one_of(_ONE_WAY, _ONE_WAY, _SIZE.map(lambda size: {"last": size}))


def _flat(drawn: Mapping[str, Any]) -> Mapping[str, Any]:
    page = drawn.get("__page", {})
    return {
        **{name: value for name, value in drawn.items() if name != "__page" and value is not None},
        **page,
    }
