"""Numbers and names of entities: the bands of ids, opaque ids, urns."""

from typing import NewType

EntityId = NewType("EntityId", int)
AttributeId = NewType("AttributeId", int)
T = NewType("T", int)

FIRST_USER_SCHEMA = 1_000
FIRST_ENTITY = 2**20
FIRST_TRANSACTION = 2**52
FOREVER = 2**63 - 1

URN_PREFIX = "hw://"
LONGEST_URN = 2_048


def transaction_entity(t: T) -> EntityId:
    """Return the entity that stands for transaction `t`."""
    return EntityId(FIRST_TRANSACTION + t)


def opaque(entity: EntityId) -> str:
    """Return the public id of an entity: `E…`, or `T…` with its t for a transaction."""
    if entity > FIRST_TRANSACTION:
        return f"T{entity - FIRST_TRANSACTION}"
    return f"E{entity}"


def from_opaque(text: str) -> EntityId | None:
    """Return the entity that a public id names, or None where the text is no public id."""
    band, digits = text[:1], text[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        return None
    number = int(digits)
    if band == "E" and FIRST_ENTITY <= number < FIRST_TRANSACTION:
        return EntityId(number)
    if band == "T" and 0 < number < FIRST_TRANSACTION:
        return EntityId(FIRST_TRANSACTION + number)
    return None
