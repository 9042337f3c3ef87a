"""Transactions as values: what somebody wants to say, read from JSON but not yet checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar

from store.errors import CallerFault
from store.values import instant, shortened


@dataclass(frozen=True, slots=True)
class Upsert:
    """Set what `values` names: None and missing members of a list are retracted, the rest stays."""

    type: str
    urn: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """Begin an edge, or set properties of one that is live."""

    type: str
    from_urn: str
    to_urn: str
    key: str = ""
    from_type: str | None = None
    to_type: str | None = None
    properties: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unlink:
    """End an edge and its properties."""

    type: str
    from_urn: str
    to_urn: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """An unordered set of statements, and what is said about them.

    `retracts_only` is the type that all that it retracts has to be of, where that matters. `line`
    and `digest` say where in a file of transactions it stood, for a load that goes on.
    """

    instant: datetime | None = None
    source: str | None = None
    actor: str | None = None
    reason: str | None = None
    upserts: tuple[Upsert, ...] = ()
    links: tuple[Link, ...] = ()
    unlinks: tuple[Unlink, ...] = ()
    retracts: tuple[str, ...] = ()
    retracts_only: str | None = None
    line: int | None = None
    digest: bytes | None = None
    idempotency_key: str | None = None


@dataclass(eq=False)
class MalformedTransaction(CallerFault):
    """What should be a transaction does not have the shape of one."""

    code: ClassVar[str] = "MALFORMED_TRANSACTION"
    where: str
    problem: str

    def __str__(self) -> str:
        return f"{self.where}: {self.problem}" if self.where else self.problem


# transaction = {"tx"?: about, "upsert"?: [upsert…], "link"?: [link…], "unlink"?: [unlink…],
#                "retract"?: [name…]}
# about       = {"instant"?, "source"?, "actor"?, "reason"?}
# name        = a urn, or the opaque id of an entity that is known
def read(given: object) -> Transaction:
    """Return the transaction that a JSON object says; only its shape is checked.

    Raises MalformedTransaction, and WrongValue for the instant; both say where.
    """
    if given is None:
        raise MalformedTransaction("", "expected a JSON object, got null")
    members = _object(given, "", frozenset({"tx", "upsert", "link", "unlink", "retract"}))
    about = _object(members.get("tx"), "tx", frozenset({"instant", "source", "actor", "reason"}))
    when = about.get("instant")
    return Transaction(
        instant=None if when is None else instant(when, "tx.instant"),
        source=_text_or_none(about, "source", "tx"),
        actor=_text_or_none(about, "actor", "tx"),
        reason=_text_or_none(about, "reason", "tx"),
        upserts=_each(members, "upsert", _upsert),
        links=_each(members, "link", _link),
        unlinks=_each(members, "unlink", _unlink),
        retracts=_each(members, "retract", _name),
    )


# upsert = {"type", "urn": name, attribute: value …}
def _upsert(given: object, where: str) -> Upsert:
    members = _object(given, where)
    values = {key: value for key, value in members.items() if key not in {"type", "urn"}}
    return Upsert(_text(members, "type", where), _text(members, "urn", where), values)


# link   = {"type", "from": name, "to": name, "key"?, "fromType"?, "toType"?, "properties"?: {…}}
# unlink = {"type", "from": name, "to": name, "key"?}
_LINK = frozenset({"type", "from", "to", "key", "fromType", "toType", "properties"})
_UNLINK = frozenset({"type", "from", "to", "key"})


def _link(given: object, where: str) -> Link:
    members = _object(given, where, _LINK)
    return Link(
        _text(members, "type", where),
        _text(members, "from", where),
        _text(members, "to", where),
        _text_or_none(members, "key", where) or "",
        _text_or_none(members, "fromType", where),
        _text_or_none(members, "toType", where),
        _object(members.get("properties"), f"{where}.properties"),
    )


def _unlink(given: object, where: str) -> Unlink:
    members = _object(given, where, _UNLINK)
    return Unlink(
        _text(members, "type", where),
        _text(members, "from", where),
        _text(members, "to", where),
        _text_or_none(members, "key", where) or "",
    )


def _name(given: object, where: str) -> str:
    if not isinstance(given, str):
        raise MalformedTransaction(where, f"expected a urn, got {shortened(given)}")
    return given


Statement = TypeVar("Statement", Upsert, Link, Unlink, str)


def _each(
    members: Mapping[str, object], key: str, one: Callable[[object, str], Statement]
) -> tuple[Statement, ...]:
    statements = members.get(key)
    if statements is None:
        return ()
    if not isinstance(statements, list):
        raise MalformedTransaction(key, f"expected a list, got {shortened(statements)}")
    return tuple(one(statement, f"{key}[{number}]") for number, statement in enumerate(statements))


def _object(given: object, where: str, known: frozenset[str] | None = None) -> Mapping[str, object]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise MalformedTransaction(where, f"expected a JSON object, got {shortened(given)}")
    for key in given:
        if not isinstance(key, str) or (known is not None and key not in known):
            hint = f" (there are {', '.join(sorted(known))})" if known else ""
            raise MalformedTransaction(where, f"there is no key {shortened(key)}{hint}")
    return given


def _text(members: Mapping[str, object], key: str, where: str) -> str:
    text = members.get(key)
    if not isinstance(text, str):
        problem = "is missing" if text is None else f"must be a string, not {shortened(text)}"
        raise MalformedTransaction(where, f"{key} {problem}")
    return text


def _text_or_none(members: Mapping[str, object], key: str, where: str) -> str | None:
    text = members.get(key)
    if text is not None and not isinstance(text, str):
        raise MalformedTransaction(where, f"{key} must be a string, not {shortened(text)}")
    return text
