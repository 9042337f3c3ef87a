"""`groupBy`: which neighbours of a node stand together, by type and by the value of a field."""

from collections.abc import Mapping
from dataclasses import dataclass

from datalog.syntax.clauses import Clause, Or, Pattern
from datalog.syntax.query import Parent, Query
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Bound, Fixed, Grouping, Object, One, OpaqueId, Shape
from resolvers.clauses import of_types
from resolvers.draft import Place
from resolvers.errors import BadUserInput
from resolvers.fields import EdgeField, Field, ends, fields_of
from store.catalogue import Attribute, Catalogue, Relation, ValueType

_DEFAULT, _FEWEST, _MOST = 10, 2, 100_000
_NOTHING = Fixed("null")


def groups(catalogue: Catalogue, place: Place, node: Variable, asked: object) -> Grouping | None:
    """Return which neighbours stand together; None where each stands alone. Raises BadUserInput."""
    if asked is None:
        return None
    if not isinstance(asked, Mapping):
        raise BadUserInput("groupBy", "expected an object")
    at_least = asked.get("atLeast", _DEFAULT)
    if not isinstance(at_least, int) or not _FEWEST <= at_least <= _MOST:
        raise BadUserInput("groupBy.atLeast", f"expected a number from {_FEWEST} to {_MOST}")
    name = asked.get("field")
    value = _NOTHING if name is None else _value(catalogue, place, node, str(name))
    return Grouping(at_least, value)


def _value(catalogue: Catalogue, place: Place, node: Variable, name: str) -> Shape:
    """Return the value of a field by its kind, which may differ from type to type."""
    found = {owner: fields_of(catalogue, owner).get(name) for owner in catalogue.entity_types}
    known = {owner: field for owner, field in found.items() if field is not None}
    if not known:
        raise BadUserInput("groupBy.field", f"no entity type has a field {name}")
    kinds: dict[str, list[tuple[str, Attribute | Relation]]] = {}
    for owner, field in known.items():
        kinds.setdefault(_kind(field), []).append((owner, _single(field)))
    made = _Made(catalogue, place, node)
    return Object(tuple((kind, made.value(kind, fields)) for kind, fields in kinds.items()))


def _kind(field: Field) -> str:
    return field.type.value if isinstance(field, Attribute) else ValueType.REF.value


def _single(field: Field) -> Attribute | Relation:
    match field:
        case EdgeField():
            raise BadUserInput("groupBy.field", "an edge is no value to group by")
        case _ if field.many:
            raise BadUserInput("groupBy.field", f"{field.field} may have many values")
        case _:
            return field


@dataclass(frozen=True, slots=True)
class _Made:
    catalogue: Catalogue
    place: Place
    node: Variable

    def value(self, kind: str, fields: list[tuple[str, Attribute | Relation]]) -> Shape:
        """Return what the fields of one kind, each of its own type, have of a node."""
        value = Variable("value")
        branches = tuple(self._branch(owner, field, value) for owner, field in fields)
        where = branches[0] if len(branches) == 1 else (Or(branches),)
        query = Query((value,), (self.place.source, Parent(self.node)), where)
        shape = OpaqueId(value) if kind == ValueType.REF.value else Bound(value)
        return One(f"{self.place.label}(group)", query, shape)

    def _branch(
        self, owner: str, field: Attribute | Relation, value: Variable
    ) -> tuple[Clause, ...]:
        if isinstance(field, Attribute):
            return (Pattern(self.node, field.name, value),)
        near, far = (value, self.node) if field.reverse else (self.node, value)
        return (
            Pattern(self.node, "entity/type", Constant(Keyword(owner))),
            Pattern(near, field.edge, far),
            of_types(value, ends(self.catalogue, field.target)),
        )
