"""What a transaction wants of values: of attributes by its upserts, of properties by its links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from store.catalogue import UNKNOWN, Attribute, ValueType
from store.ids import AttributeId, EntityId
from store.transaction import Transaction
from store.values import WrongValue, cut, parse, shortened
from store.writing.naming import Names, attribute_of, referred
from store.writing.refusals import CardinalityConflict
from store.writing.rules import EdgeRules, TypeRules
from store.writing.state import Value

Wanted = dict[AttributeId, Value | None]
"""Values by attribute; None where there is to be none."""


@dataclass(slots=True)
class Assertions:
    """What upserts want, by entity; `redundant` counts those that ask for nothing new."""

    wanted: dict[EntityId, Wanted] = field(default_factory=dict)
    redundant: int = 0


def upserted(names: Names, transaction: Transaction) -> Assertions:
    """Return what the upserts of a transaction want.

    Raises UnknownAttribute, WrongValue, CardinalityConflict.
    """
    assertions = Assertions()
    pairs = zip(transaction.upserts, names.upserts, strict=True)
    for number, (upsert, (rules, entity)) in enumerate(pairs):
        wanted = assertions.wanted.setdefault(entity, {})
        want(names, Said(f"upsert[{number}]", upsert.urn, rules, upsert.values), wanted)
        assertions.redundant += not _is_news(names, rules, entity, upsert.values, wanted)
    return assertions


class Said(NamedTuple):
    """The values in a statement, what it is about, and the rules for that."""

    where: str
    subject: str
    rules: TypeRules | EdgeRules
    values: Mapping[str, object]


def want(names: Names, said: Said, wanted: Wanted) -> None:
    """Add what a statement says to what others say of the same subject."""
    for name, given in said.values.items():
        where = f"{said.where}.{name}"
        attribute = attribute_of(said.rules, name, where)
        value = _value(names, attribute, given, where)
        other = wanted.setdefault(attribute.id, value)
        if other != value:
            first, second = _shown(other), _shown(value)
            raise CardinalityConflict(where, attribute.name, said.subject, first, second)


def _is_news(
    names: Names,
    rules: TypeRules,
    entity: EntityId,
    values: Mapping[str, object],
    wanted: Wanted,
) -> bool:
    before = names.state.entities.get(entity)
    if before is None or before.lifecycle in {"UNCACHED", "DELETED"} or entity in names.types:
        return True
    attributes = (rules.attributes[name].id for name in values)
    return any(wanted[a] != before.values.get(a) for a in attributes)


def _value(names: Names, attribute: Attribute, value: object, where: str) -> Value | None:
    if value is None:
        return None
    if attribute.type is ValueType.REF:
        named = referred(value, attribute, where)
        targets = [_target(names, attribute, name, where) for name in named]
        return (frozenset(targets) or None) if attribute.many else targets[0]
    if not attribute.many:
        return parse(value, attribute, names.rules.catalogue, where)
    if not isinstance(value, list):
        raise WrongValue(where, f"a list of {attribute.enum or attribute.type}", shortened(value))
    catalogue = names.rules.catalogue
    return frozenset(parse(member, attribute, catalogue, where) for member in value) or None


def _target(names: Names, attribute: Attribute, name: str, where: str) -> str:
    entity = names.entity(name, where)
    check_reference(names, attribute, entity, where)
    return str(entity)


def check_reference(names: Names, attribute: Attribute, target: EntityId, where: str) -> None:
    """Raise WrongValue where a reference may not hold an entity of this type."""
    rules = names.rules
    owner = rules.types.get(attribute.owner) or rules.edges[attribute.owner]
    found = names.type(target)
    if found not in owner.references[attribute.field] and found != UNKNOWN.id:
        given = f"{names.urn(target)} of type {names.type_name(target)}"
        raise WrongValue(where, f"a {attribute.target}", given)


def _shown(value: Value | None) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return cut(value)
        case frozenset():
            return cut(f"[{','.join(sorted(value))}]")
