"""What a group of transactions mentions: all that decides what must be loaded before them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from store.catalogue import Attribute, ValueType
from store.ids import AttributeId, EntityId, from_opaque
from store.transaction import Link, Transaction, Unlink
from store.values import WrongValue, parse
from store.writing.linking import is_key
from store.writing.naming import is_urn, referred
from store.writing.rules import EdgeRules, Rules, TypeRules


@dataclass(slots=True)
class Mentions:
    """Names and values in a group; what is malformed is left out, as the transactor refuses it.

    `parts` are names that a component relation or reference makes part of something.
    """

    urns: set[str] = field(default_factory=set)
    ids: set[EntityId] = field(default_factory=set)
    edges: set[tuple[AttributeId, str, str, str]] = field(default_factory=set)
    retracted: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    unique: dict[AttributeId, set[str]] = field(default_factory=dict)


def mentions(rules: Rules, transactions: Iterable[Transaction]) -> Mentions:
    """Return what the transactions mention."""
    found = Mentions()
    for transaction in transactions:
        for upsert in transaction.upserts:
            _name(found, upsert.urn)
            if upsert.type in rules.types:
                _values(found, rules, rules.types[upsert.type], upsert.values)
        for link in transaction.links:
            _edge(found, rules, link)
        for unlink in transaction.unlinks:
            _edge(found, rules, unlink)
        for name in transaction.retracts:
            _name(found, name)
            found.retracted.add(name)
    return found


def _name(found: Mentions, name: str) -> None:
    if name in found.urns or is_urn(name):
        found.urns.add(name)
        return
    entity = from_opaque(name)
    if entity is not None:
        found.ids.add(entity)


def _edge(found: Mentions, rules: Rules, statement: Link | Unlink) -> None:
    edge_rules = rules.edges.get(statement.type)
    if edge_rules is None or not is_key(statement.key):
        return
    source, target = statement.from_urn, statement.to_urn
    _name(found, source)
    _name(found, target)
    found.edges.add((edge_rules.id, source, target, statement.key))
    if isinstance(statement, Link):
        _values(found, rules, edge_rules, statement.properties)
        if edge_rules.id in rules.component_edges:
            found.parts.update((source, target))


def _values(
    found: Mentions, rules: Rules, owner: TypeRules | EdgeRules, values: Mapping[str, object]
) -> None:
    for name in owner.watched:
        if values.get(name) is None:
            continue
        attribute = owner.attributes[name]
        try:
            if attribute.type is ValueType.REF:
                _references(found, attribute, referred(values[name], attribute, name))
            else:
                given = values[name]
                members = given if attribute.many and isinstance(given, list) else [given]
                canonical = [parse(member, attribute, rules.catalogue) for member in members]
                found.unique.setdefault(attribute.id, set()).update(canonical)
        except WrongValue:
            continue


def _references(found: Mentions, attribute: Attribute, names: Iterable[str]) -> None:
    for name in names:
        _name(found, name)
        if attribute.component:
            found.parts.add(name)
