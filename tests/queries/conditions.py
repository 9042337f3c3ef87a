"""Strategies of filters and orders: their types say which there are, the history which values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type
from hypothesis import strategies as st

from tests.oracle.timeline import Fact
from tests.queries.held import Held
from tests.queries.past import Past

Drawn = st.SearchStrategy[Any]
"""Draws a value as an argument takes it; a `Word` is the value of an enum."""


@dataclass(frozen=True)
class Word:
    """The name of a value of an enum."""

    name: str


WAYS = st.sampled_from([Word("ASC"), Word("DESC")])
_LIFECYCLES = ("UNCACHED", "PARTIAL", "ENRICHED", "DELETED")
_DEPTH = 2
"""How deep filters and orders go."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """Draws filters and orders of a schema, out of a past; `points` are its times."""

    schema: GraphQLSchema
    past: Past
    held: Held
    points: Drawn
    made: dict[tuple[str, int], Drawn] = field(default_factory=dict)

    def filter(self, type_name: str, depth: int = _DEPTH) -> Drawn:
        """Return a strategy of filters of an input type: one or two conditions."""
        if (type_name, depth) not in self.made:
            self.made[type_name, depth] = self._filter(type_name, depth)
        return self.made[type_name, depth]

    def _filter(self, type_name: str, depth: int) -> Drawn:
        kind = self.schema.type_map[type_name]
        assert isinstance(kind, GraphQLInputObjectType)
        owner = type_name.removesuffix("Filter")
        drawn: dict[str, Drawn] = {}
        for name, each in kind.fields.items():
            asked = self._condition(owner, name, get_named_type(each.type), depth)
            if asked is not None:
                drawn[name] = asked
        single = [st.fixed_dictionaries({name: asked}) for name, asked in drawn.items()]
        return st.one_of(single) | st.tuples(st.one_of(single), st.one_of(single)).map(
            lambda pair: {**pair[0], **pair[1]}
        )

    def _condition(self, owner: str, name: str, kind: Any, depth: int) -> Drawn | None:
        """Return a strategy of one condition, None where it would go too deep."""
        if not isinstance(kind, GraphQLInputObjectType):
            return self.points  # since, until
        if "has" in kind.fields:
            return self._members(owner, name)
        if "eq" in kind.fields:
            return self._operators(owner, name, kind)
        if name in {"lifecycle", "type"}:
            implementers = sorted(self.past.catalog.implementers.get(owner, ()))
            return _listed(_LIFECYCLES if name == "lifecycle" else implementers)
        if name == "facts":
            return self._facts
        return self._below(name, kind, depth - 1) if depth else None

    def _below(self, name: str, kind: GraphQLInputObjectType, depth: int) -> Drawn:
        match name:
            case "and" | "or":
                return st.lists(self.filter(kind.name, depth), min_size=1, max_size=2)
            case "not":
                return self.filter(kind.name, depth)
            case _ if "some" in kind.fields:
                return self._quantified(kind, depth)
            case _:
                return self.filter(kind.name, depth)

    def _quantified(self, kind: GraphQLInputObjectType, depth: int) -> Drawn:
        each = self.filter(get_named_type(kind.fields["some"].type).name, depth)
        names = ("some", "some", "none", "every")
        asked: Drawn = st.tuples(st.sampled_from(names), each | st.just({})).map(
            lambda it: dict([it])
        )
        if "edge" not in kind.fields:
            return asked
        edge = self.filter(get_named_type(kind.fields["edge"].type).name, depth)
        return asked | st.builds(lambda some, on: {**some, "edge": on}, asked, edge)

    def _operators(self, owner: str, name: str, kind: GraphQLInputObjectType) -> Drawn | None:
        held = self.held.get((owner, name))
        empty = st.booleans().map(lambda it: {"isNull": it})
        if not held:
            return empty
        is_enum = isinstance(get_named_type(kind.fields["eq"].type), GraphQLEnumType)
        values: Drawn = st.sampled_from([Word(each) if is_enum else each for each in held])
        drawn = [
            st.fixed_dictionaries({operator: values})
            for operator in ("eq", "ne", "gt", "gte", "lt", "lte")
            if operator in kind.fields
        ]
        drawn.append(st.lists(values, min_size=1, max_size=4).map(lambda it: {"in": it}))
        if "contains" in kind.fields:
            drawn.append(values.map(lambda it: {"startsWith": it[: len(it) // 2]}))
            drawn.append(values.map(lambda it: {"contains": it[len(it) // 3 :]}))
        return st.one_of([*drawn, empty])

    def _members(self, owner: str, name: str) -> Drawn | None:
        empty = st.booleans().map(lambda it: {"isEmpty": it})
        held = self.held.get((owner, name))
        if not held:
            return empty
        members = st.lists(st.sampled_from(held), min_size=1, max_size=2)
        one = st.sampled_from(held).map(lambda it: {"has": it})
        several = st.sampled_from(["hasAny", "hasAll"])
        return one | st.builds(lambda key, it: {key: it}, several, members) | empty

    @cached_property
    def _facts(self) -> Drawn:
        """Draw a condition on facts out of the facts of a transaction."""
        now = self.past.now

        def drawn(fact: Fact, names: Iterable[str]) -> Mapping[str, Any]:
            about, attribute = fact.about, fact.attribute
            asked: dict[str, Any] = {"op": Word(fact.op)}
            if isinstance(about, str):
                asked |= {"entity": about, "type": [Word(now.entities[about].type)]}
            else:
                asked |= {"edgeType": [Word(about[0])]}
            if not attribute.startswith("edge/"):
                asked |= {"attributes": [attribute]}
            if {"Unknown"} & {word.name for word in asked.get("type", [])}:
                del asked["type"]
            return {name: asked[name] for name in names if name in asked}

        facts = [fact for step in self.past.steps[::7] for fact in list(step.facts())[:5]]
        names = st.sets(
            st.sampled_from(["op", "entity", "type", "edgeType", "attributes"]), min_size=1
        )
        return st.builds(drawn, st.sampled_from(facts), names.map(sorted))

    def order(self, type_name: str, depth: int = _DEPTH) -> Drawn:
        """Return a strategy of the keys of an order."""
        kind = self.schema.type_map[type_name]
        assert isinstance(kind, GraphQLInputObjectType)
        keys = []
        for name, each in kind.fields.items():
            below = get_named_type(each.type)
            if isinstance(below, GraphQLEnumType):
                keys.append(st.fixed_dictionaries({name: WAYS}))
            elif depth:
                keys.append(st.fixed_dictionaries({name: self.order(below.name, depth - 1)}))
        return st.one_of(keys)


def _listed(names: Sequence[str]) -> Drawn:
    words = st.sampled_from([Word(name) for name in names])
    return st.lists(words, min_size=1, max_size=3, unique=True).map(lambda it: {"in": it})
