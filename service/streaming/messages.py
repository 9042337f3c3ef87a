"""What a client says on a socket of graphql-transport-ws, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_LONGEST_ID = 256


@dataclass(eq=False)
class InvalidMessage(Exception):
    """The text is no message of the protocol; the socket is closed for it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Initialise:
    """`connection_init`: the client wants to begin."""


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping`: the client wants to hear a pong."""


@dataclass(frozen=True, slots=True)
class Pong:
    """`pong`: the client lives."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`subscribe`: an operation, under an id that the client chose."""

    id: str
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Complete:
    """`complete`: the client wants no more of an operation."""

    id: str


Message = Initialise | Ping | Pong | Subscribe | Complete


def read(text: str) -> Message:
    """Return the message that a text is. Raises InvalidMessage."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidMessage("a message has to be JSON") from None
    if not isinstance(given, dict):
        raise InvalidMessage("a message has to be a JSON object")
    payload = given.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise InvalidMessage("payload has to be a JSON object")
    return _message(given, payload)


def _message(given: Mapping[str, Any], payload: Mapping[str, object] | None) -> Message:
    match given.get("type"):
        case "connection_init":
            return Initialise()
        case "ping":
            return Ping()
        case "pong":
            return Pong()
        case "subscribe" if payload is not None:
            if not isinstance(payload.get("query"), str | None):
                raise InvalidMessage("query has to be a GraphQL document")
            return Subscribe(_id(given), payload)
        case "subscribe":
            raise InvalidMessage("subscribe needs a payload with a query")
        case "complete":
            return Complete(_id(given))
        case other:
            raise InvalidMessage(f"there is no message of type {str(other)[:40]!r}")


def _id(given: Mapping[str, Any]) -> str:
    match given.get("id"):
        case str(name) if 0 < len(name) <= _LONGEST_ID:
            return name
        case _:
            raise InvalidMessage(f"id has to be a text of 1 to {_LONGEST_ID} characters")
