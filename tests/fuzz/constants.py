"""Values of facts as the constants of a query, and as what is given at run time."""

import random
from uuid import UUID

from datalog.syntax.terms import Constant, Keyword, LookupRef
from tests.fuzz.history import SCHEMA
from tests.meaning.facts import FIRST_ENTITY, FIRST_TRANSACTION, World
from tests.meaning.values import Value

BUILT_IN = {
    "entity/urn": "URI",
    "entity/type": "Schema",
    "entity/lifecycle": "Keyword",
    "entity/createdAt": "Tx",
    "entity/changedAt": "Tx",
    "entity/id": "Ref",
    "edge/type": "Schema",
    "edge/from": "Ref",
    "edge/to": "Ref",
    "edge/key": "String",
    "edge/since": "Tx",
    "tx/instant": "DateTime",
    "tx/recordedAt": "DateTime",
    "tx/source": "String",
    "tx/actor": "String",
    "tx/t": "Long",
    "tx/hash": "String",
    "db/ident": "Ident",
}

FAMILIES = {
    **dict.fromkeys(("String", "URI", "Keyword", "JSON", "Ident"), "text"),
    **dict.fromkeys(("Int", "Long", "Float", "Decimal"), "number"),
    **dict.fromkeys(("Ref", "Tx", "Schema"), "entity"),
}


def kind_of(attribute: str) -> str:
    """Return the kind of an attribute's values: the name of its type, Ref, Tx or Schema."""
    if attribute in SCHEMA.edge_types:
        return "Ref"
    first = SCHEMA.interfaces.get(attribute, (attribute,))[0]
    return SCHEMA.attributes[first].type if first in SCHEMA.attributes else BUILT_IN[attribute]


def family_of(kind: str) -> str:
    """Return what kinds that compare among each other have in common."""
    return FAMILIES.get(kind, kind)


def constant_of(  # noqa: PLR0911  # One case for each kind.
    value: Value, kind: str, world: World, draw: random.Random
) -> Constant | LookupRef | None:
    """Return a way to write a value where one of that kind stands, or None where there is none."""
    assert value is not None
    it = value[1]
    match kind:
        case "Ref" | "Tx" | "Schema":
            return _entity(it, world, draw)
        case "JSON":
            return None
        case "Keyword" | "Ident":
            return Constant(Keyword(it) if draw.random() < 0.8 else it)
        case "Long" | "Decimal":
            return Constant(str(it) if draw.random() < 0.5 else it)
        case "DateTime" | "Date":
            return Constant(it.isoformat() if draw.random() < 0.5 else it)
        case "UUID":
            return Constant(it if draw.random() < 0.5 else UUID(str(it)))
        case _:
            return Constant(it)


def _entity(number: int, world: World, draw: random.Random) -> Constant | LookupRef:
    if number < FIRST_ENTITY:
        name = world.schema.names[number]
        return Constant(Keyword(name) if _is_named_in_queries(name) else number)
    if number > FIRST_TRANSACTION:
        return Constant(number if draw.random() < 0.5 else f"T{number - FIRST_TRANSACTION}")
    urns = [each for each, of in world.urns.items() if of == number]
    ways: list[Constant | LookupRef] = [Constant(number), Constant(f"E{number}")]
    ways += [Constant(each) for each in urns]
    ways += [LookupRef("entity/urn", Constant(each)) for each in urns]
    return draw.choice(ways)


def _is_named_in_queries(name: str) -> bool:
    """Tell whether a query can name it: a type, or an attribute of one; no relation, no value."""
    return "/" not in name or name in BUILT_IN or name in SCHEMA.attributes


def given_of(value: Value, kind: str) -> object:
    """Return a value as it is given to a statement at run time."""
    assert value is not None
    return UUID(str(value[1])) if kind == "UUID" else value[1]
