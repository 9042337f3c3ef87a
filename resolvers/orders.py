"""`orderBy` to keys: a path from the entity to a value, and the direction.

orderBy     = [{attribute: ASC | DESC} | {relation: {…}} | {relationEdge: {…}}, …]
edgeOrderBy = [{property: ASC | DESC} | {key: …} | {since: …}, …]

One key each, the relations to one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from datalog.syntax.clauses import GetElse, Step
from datalog.syntax.query import Order
from datalog.syntax.terms import Constant, Variable
from resolvers.draft import Draft
from resolvers.errors import BadUserInput, LimitExceeded, TooManyRelations
from resolvers.fields import EdgeField, fields_of
from store.catalogue import Attribute, Relation, ValueType

MOST_KEYS = 16
"""Keys of one order: planning them takes time that grows with their square."""

MOST_RELATIONS = 10
"""Relations on the way to the value of a key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an order: its variable, what type of value it holds, and how it is found."""

    variable: Variable
    type: ValueType
    descending: bool = False
    found: GetElse | None = None

    @property
    def order(self) -> Order:
        """Return the key as Datalog orders by it."""
        return Order(self.variable, self.descending)


def keys(
    draft: Draft, entity: Variable, type_name: str, order_by: object, argument: str = "orderBy"
) -> tuple[Key, ...]:
    """Return the keys that a caller asked for, without those that make the order total.

    They are of an entity, or of an edge, of that type.

    Raises BadUserInput where the order makes no sense, LimitExceeded and TooManyRelations where
    it would take too long to plan.
    """
    if order_by is None:
        return ()
    asked = order_by if isinstance(order_by, list | tuple) else [order_by]
    if len(asked) > MOST_KEYS:
        raise LimitExceeded(argument, len(asked), MOST_KEYS)
    return tuple(
        _key(draft, entity, type_name, each, f"{argument}[{n}]") for n, each in enumerate(asked)
    )


def _key(draft: Draft, entity: Variable, type_name: str, asked: object, argument: str) -> Key:
    path, value_type, descending = _path(draft, type_name, asked, argument)
    if len(path) > MOST_RELATIONS + 1:
        raise TooManyRelations(argument, MOST_RELATIONS)
    variable = draft.variable(path[-1].name.rpartition("/")[2])
    # No fact says that the key of an edge is empty.
    default = Constant("") if path == (_EDGE_KEYS["key"][0],) else None
    return Key(variable, value_type, descending, GetElse(entity, path, variable, default=default))


_ENTITY_KEYS = MappingProxyType({"urn": (Step("entity/urn"), ValueType.STRING)})
_EDGE_KEYS = MappingProxyType(
    {
        "key": (Step("edge/key"), ValueType.STRING),
        "since": (Step("edge/since"), ValueType.REF),
    }
)

_Path = tuple[tuple[Step, ...], ValueType, bool]


def _path(draft: Draft, type_name: str, asked: object, argument: str) -> _Path:
    if not isinstance(asked, Mapping) or len(asked) != 1:
        raise BadUserInput(argument, "expected exactly one key, such as {name: ASC}")
    [(name, direction)] = asked.items()
    built_in = _EDGE_KEYS if type_name in draft.catalogue.edge_types else _ENTITY_KEYS
    if name in built_in:
        step, value_type = built_in[name]
        return (step,), value_type, _descending(direction, f"{argument}.{name}")
    match fields_of(draft.catalogue, type_name).get(name):
        case Attribute(type=ValueType.REF, many=False, target=str(target)) as reference:
            return _further(draft, Step(reference.name), target, direction, f"{argument}.{name}")
        case Attribute(many=False) as attribute:
            step = Step(attribute.name)
            return (step,), attribute.type, _descending(direction, f"{argument}.{name}")
        case Relation(many=False) as relation:
            step = Step(relation.edge, relation.reverse)
            return _further(draft, step, relation.target, direction, f"{argument}.{name}")
        case EdgeField(relation):
            step = Step(relation.edge, relation.reverse)
            return _further(draft, step, relation.edge, direction, f"{argument}.{name}")
        case _:
            raise BadUserInput(argument, f"{type_name} has no {name} to order by")


def _further(draft: Draft, step: Step, target: str, asked: object, argument: str) -> _Path:
    path, value_type, descending = _path(draft, target, asked, argument)
    return (step, *path), value_type, descending


def _descending(direction: object, argument: str) -> bool:
    if direction not in ("ASC", "DESC"):
        raise BadUserInput(argument, "expected ASC or DESC")
    return direction == "DESC"
