"""What is told of all that a connection lists, whatever its page: as a whole, and in groups.

aggregate               {attribute {count, distinct, min, max, sum, avg}}
groups(by: KEY, …)      the rows that have the same value, or lead to the same entity, together

A key is an attribute, a reference, a relation, `lifecycle` or `type`. Rows without one are a group
of their own; where a key has several values, a row is in the group of each. The same of the edges
that lead to what is listed: `edgeAggregate`, `edgeGroups`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from datalog.syntax.clauses import Clause, GetElse, Pattern, Step
from datalog.syntax.query import Parent, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import (
    AllGroups,
    Bound,
    Fixed,
    GroupCount,
    Groups,
    Measure,
    Measured,
    One,
    OpaqueId,
    Rows,
    Shape,
    Summary,
)
from resolvers.clauses import nothing, of_types
from resolvers.connections import More, fields, text
from resolvers.draft import Draft, Place
from resolvers.errors import BadUserInput
from resolvers.fields import EdgeField, ends, fields_of
from resolvers.pages import size
from resolvers.selection import Selected
from store.catalogue import Attribute, Catalogue, Relation, ValueType

_Shaping = Callable[[Selected], Shape]
_NULL = Fixed("null")
_OF_TYPE = MappingProxyType(
    {
        ValueType.INT: "IntAggregate",
        ValueType.LONG: "LongAggregate",
        ValueType.FLOAT: "FloatAggregate",
        ValueType.DECIMAL: "DecimalAggregate",
        ValueType.DATE: "DateAggregate",
        ValueType.DATETIME: "DateTimeAggregate",
    }
)


def aggregate_type(attribute: Attribute) -> str | None:
    """Return the name of the type that tells the values of an attribute; None where it has none."""
    if attribute.many or attribute.type in {ValueType.REF, ValueType.JSON}:
        return None
    return _OF_TYPE.get(attribute.type, "ValueAggregate")


def measured(catalogue: Catalogue, owner: str) -> Mapping[str, Attribute]:
    """Return the attributes of a type, or of an edge type, whose values are told together."""
    return {
        name: each
        for name, each in fields_of(catalogue, owner).items()
        if isinstance(each, Attribute) and aggregate_type(each) is not None
    }


def keys(catalogue: Catalogue, owner: str) -> Mapping[str, Attribute | Relation | None]:
    """Return by what a type, or an edge type, is grouped; None for what is built in."""
    built_in = (
        *(["lifecycle"] if owner not in catalogue.edge_types else []),
        *(["type"] if owner in catalogue.interfaces else []),
    )
    possible = {
        name: each
        for name, each in fields_of(catalogue, owner).items()
        if not isinstance(each, EdgeField) and _is_key(each)
    }
    return {**dict.fromkeys(built_in), **possible}


def _is_key(each: Attribute | Relation) -> bool:
    if each.field in _NO_ENUM_VALUES:
        return False
    return isinstance(each, Relation) or each.type is not ValueType.JSON


_NO_ENUM_VALUES = frozenset({"true", "false", "null"})
"""GraphQL has no enum values of these names."""


def aggregates(draft: Draft, entity: Variable, owner: str) -> Mapping[str, More]:
    """Return the fields of a connection that tell of all the entities that it lists."""
    listed = Listed(draft, entity, owner)
    return {"aggregate": listed.aggregate, "groups": listed.groups}


def edge_aggregates(draft: Draft, edge: Variable, owner: str) -> Mapping[str, More]:
    """Return the fields of a connection that tell of the edges that lead to what it lists."""
    listed = Listed(draft, edge, owner)
    return {"edgeAggregate": listed.aggregate, "edgeGroups": listed.groups}


@dataclass(frozen=True, slots=True)
class Listed:
    """What a connection lists: a variable for the entities or edges, and the type of them all."""

    draft: Draft
    variable: Variable
    owner: str

    def aggregate(self, place: Place, query: Query, selected: Selected) -> Shape:
        """Return the shape of `aggregate`: of all rows of the query."""
        values = _Values(self)
        shape = values.told(selected)
        if not values.found:  # Nothing has to be read.
            return shape
        return Summary(place.label, values.read_by(query), shape)

    def groups(self, place: Place, query: Query, selected: Selected) -> Shape:
        """Return the shape of `groups`; a fault of its arguments is its own."""
        return self.draft.guarded(place, lambda at: _groups(self, at, query, selected))


@dataclass(frozen=True, slots=True)
class _Values:
    """The values that are told of rows, by attribute; each is read once."""

    listed: Listed
    found: dict[str, GetElse] = field(default_factory=dict)

    def told(self, selected: Selected) -> Shape:
        """Return the object of the attributes that are selected."""
        owner = self.listed.owner
        attributes = measured(self.listed.draft.catalogue, owner)
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text(f"{owner}Aggregate"),
                **{name: self._of(each) for name, each in attributes.items()},
            },
        )

    def _of(self, attribute: Attribute) -> _Shaping:
        return lambda selected: fields(
            selected.of(),
            {
                "__typename": lambda _: text(aggregate_type(attribute) or ""),
                **{name: self._measure(attribute, each) for name, each in _MEASURES.items()},
            },
        )

    def _measure(self, attribute: Attribute, measure: Measure) -> _Shaping:
        return lambda _: Measured(measure, self._value(attribute))

    def _value(self, attribute: Attribute) -> Variable:
        name = attribute.name
        if name not in self.found:
            variable = self.listed.draft.variable(attribute.field)
            self.found[name] = GetElse(self.listed.variable, (Step(name),), variable)
        return self.found[name].value

    def read_by(self, query: Query) -> Query:
        """Return a query whose rows have the values too."""
        read = tuple(self.found.values())
        return replace(
            query,
            find=(*query.find, *(each.value for each in read)),
            where=(*query.where, *read),
        )


_MEASURES = MappingProxyType(
    {
        "count": Measure.COUNT,
        "distinct": Measure.DISTINCT,
        "min": Measure.MIN,
        "max": Measure.MAX,
        "sum": Measure.SUM,
        "avg": Measure.AVG,
    }
)


@dataclass(frozen=True, slots=True)
class _Key:
    """What rows are grouped by: how it is found, and what holds where there is none.

    Without `absent`, each row has one key, which may be missing.
    """

    variable: Variable
    found: tuple[Clause, ...]
    absent: Clause | None = None
    is_entity: bool = False


def _groups(listed: Listed, place: Place, query: Query, selected: Selected) -> Shape:
    key = _key(listed, str(selected.arguments.get("by")))
    by_key, descending = _order(selected.arguments.get("orderBy"))
    limit = size(listed.draft, place, "first", selected.arguments.get("first"))
    values = _Values(listed)
    shape = _grouping(listed, place, selected, key, values)
    query = replace(query, limit=limit)
    if isinstance(limit, Variable):
        query = replace(query, inputs=(*query.inputs, Scalar(limit)))
    without = (
        values.read_by(replace(query, where=(*query.where, key.absent))) if key.absent else None
    )
    with_key = replace(query, find=(*query.find, key.variable), where=(*query.where, *key.found))
    return Groups(
        place.label, values.read_by(with_key), key.variable, shape, without, by_key, descending
    )


def _grouping(
    listed: Listed, place: Place, selected: Selected, key: _Key, values: _Values
) -> Shape:
    def node(each: Selected) -> Shape:
        return Rows(_node(listed, place.at(each.key), each, key, values))

    return fields(
        selected.of(),
        {
            "__typename": lambda _: text(f"{listed.owner}Grouping"),
            "nodes": node,
            "totalCount": lambda _: GroupCount(),
            "complete": lambda _: AllGroups(),
        },
    )


def _node(listed: Listed, place: Place, selected: Selected, key: _Key, values: _Values) -> Shape:
    variable = key.variable
    return fields(
        selected.of(),
        {
            "__typename": lambda _: text(f"{listed.owner}GroupingNode"),
            "key": lambda _: OpaqueId(variable) if key.is_entity else Bound(variable),
            "entity": lambda each: _entity(listed, place.at(each.key), each, key),
            "count": lambda _: Measured(Measure.COUNT),
            "aggregate": values.told,
        },
    )


def _entity(listed: Listed, place: Place, selected: Selected, key: _Key) -> Shape:
    if not key.is_entity:
        return _NULL
    found = listed.draft.variable("entity")
    where = (Pattern(key.variable, "entity/id", found),)
    query = Query((found,), (place.source, Parent(key.variable)), where)
    return One(place.label, query, listed.draft.entity(place, selected, found))


def _order(asked: object) -> tuple[bool, bool]:
    """Return whether groups come in the order of their key, and whether it goes down."""
    match asked:
        case None:
            return False, True
        case {"count": "ASC" | "DESC" as way}:
            return False, way == "DESC"
        case {"key": "ASC" | "DESC" as way}:
            return True, way == "DESC"
        case _:
            raise BadUserInput("orderBy", "expected count or key, ASC or DESC")


def _key(listed: Listed, name: str) -> _Key:
    catalogue = listed.draft.catalogue
    possible = keys(catalogue, listed.owner)
    if name not in possible:
        raise BadUserInput("by", f"{listed.owner} has no {name} to group by")
    match possible[name]:
        case Attribute(type=ValueType.REF) as reference:
            return _reference(listed, reference)
        case Attribute() as attribute:
            return _value(listed, attribute)
        case Relation() as relation:
            return _relation(listed, relation)
        case None:
            return _built_in(listed, name)


def _built_in(listed: Listed, name: str) -> _Key:
    key = listed.draft.variable(name)
    if name == "lifecycle":
        return _Key(key, (Pattern(listed.variable, "entity/lifecycle", key),))
    kind = listed.draft.variable("type")
    named = Pattern(kind, "db/ident", key)
    return _Key(key, (Pattern(listed.variable, "entity/type", kind), named))


def _value(listed: Listed, attribute: Attribute) -> _Key:
    key = listed.draft.variable(attribute.field)
    if not attribute.many:
        return _Key(key, (GetElse(listed.variable, (Step(attribute.name),), key),))
    held = Pattern(listed.variable, attribute.name, key)
    return _Key(key, (held,), nothing((listed.variable,), (held,)))


def _reference(listed: Listed, reference: Attribute) -> _Key:
    end = listed.draft.variable(reference.field)
    return _end(listed, end, Pattern(listed.variable, reference.name, end), reference.target or "")


def _relation(listed: Listed, relation: Relation) -> _Key:
    end = listed.draft.variable(relation.field)
    near, far = (end, listed.variable) if relation.reverse else (listed.variable, end)
    return _end(listed, end, Pattern(near, relation.edge, far), relation.target)


def _end(listed: Listed, end: Variable, walk: Clause, target: str) -> _Key:
    walked = (walk, of_types(end, ends(listed.draft.catalogue, target)))
    return _Key(end, walked, nothing((listed.variable,), walked), is_entity=True)
