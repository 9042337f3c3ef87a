"""Cursors: where a page ends, signed, so that only what we handed out comes back.

cursor  = base64url(payload mac)            without padding
payload = JSON [asked, basis t, key, …]     asked: 8 bytes of a hash of the question, as hex
mac     = the first 16 bytes of HMAC-SHA256(secret, payload)
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import orjson

from resolvers import json_numbers
from resolvers.errors import InvalidCursor
from store.catalogue import ValueType
from store.ids import T
from store.values import native

_MAC, _BLOCK = 16, 64


@dataclass(frozen=True, slots=True)
class Mark:
    """What a cursor says: the basis of its page, and the keys of its row."""

    t: T
    keys: tuple[object, ...]


def asked(*parts: object) -> str:
    """Return the short hash of a question: equal exactly where the question is."""
    text = json.dumps(parts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def sign(secret: bytes, question: str, raw: Sequence[object]) -> str:
    """Return the cursor for a raw one, `[basis t, key, …]`."""
    payload = orjson.dumps([question, *raw], default=json_numbers.default)
    return _text(payload + _mac(secret, payload))


def read(secret: bytes, question: str, cursor: object, argument: str = "after") -> Mark:
    """Return what a cursor says. Raises InvalidCursor where it is not ours, or not for this."""
    payload = _payload(secret, cursor, argument)
    match orjson.loads(payload):
        case [str(of), int(t), *keys] if of == question:
            return Mark(T(t), tuple(keys))
        case _:
            raise InvalidCursor(argument, "the cursor belongs to another question")


def key_value(key: object, value_type: ValueType) -> object:
    """Return what the statement compares for a key of a cursor; None is a missing value."""
    if key is None:
        return None
    match value_type:
        case ValueType.REF | ValueType.INT | ValueType.LONG:
            return int(str(key))
        case ValueType.DECIMAL:
            return Decimal(str(key))
        case ValueType.FLOAT:
            return float(str(key))
        case _:
            return native(orjson.dumps(key).decode(), value_type)


def _payload(secret: bytes, cursor: object, argument: str) -> bytes:
    text = str(cursor)
    try:
        signed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise InvalidCursor(argument, "this is no cursor") from None
    payload, mac = signed[:-_MAC], signed[-_MAC:]
    # The decoder forgives what the encoder never writes; whoever changes one character is told.
    if _text(signed) != text or not hmac.compare_digest(mac, _mac(secret, payload)):
        raise InvalidCursor(argument, "the cursor is damaged, or not from this server")
    return payload


def _mac(secret: bytes, payload: bytes) -> bytes:
    """Return the first bytes of HMAC-SHA256; a page has a thousand of them under one secret."""
    inner, outer = _keyed(secret)
    within, around = inner.copy(), outer.copy()
    within.update(payload)
    around.update(within.digest())
    return around.digest()[:_MAC]


@lru_cache(1)
def _keyed(secret: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """Return both hashes of RFC 2104, begun with the key."""
    key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
    padded = key.ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C))
    return hashlib.sha256(inner), hashlib.sha256(outer)


def _text(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
