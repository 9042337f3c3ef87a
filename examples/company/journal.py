"""What is written down: changes, transactions, and numbers drawn without chance."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import NamedTuple, TypeVar

Choice = TypeVar("Choice")
Scalar = str | int | float | bool | None
Value = Scalar | Sequence["Value"] | Mapping[str, "Value"]


class Change(NamedTuple):
    """One statement of a transaction, under the word that it stands under."""

    verb: str
    statement: Value


class Entry(NamedTuple):
    """A transaction, and when, where and by whom it was written."""

    instant: datetime
    source: str
    actor: str
    reason: str | None
    changes: tuple[Change, ...]


@dataclass
class Journal:
    """All that was written down, in any order; it is put in order of time at the end."""

    entries: list[Entry] = field(default_factory=list)

    def write(
        self, instant: datetime, author: str, reason: str | None, changes: Iterable[Change]
    ) -> None:
        """Add a transaction; the author is `source/actor`. Without changes there is none."""
        source, actor = author.split("/", 1)
        written = tuple(changes)
        if written:
            self.entries.append(Entry(instant, source, actor, reason, written))

    def lines(self, last_day: date) -> list[str]:
        """Return one line of JSON for each transaction up to that day, the earliest first."""
        entries = sorted(self.entries, key=lambda entry: entry.instant)
        return [_line(entry) for entry in entries if entry.instant.date() <= last_day]


def _line(entry: Entry) -> str:
    head: dict[str, Value] = {
        "instant": stamp(entry.instant),
        "source": entry.source,
        "actor": entry.actor,
    }
    if entry.reason:
        head["reason"] = entry.reason
    transaction: dict[str, Value] = {"tx": head}
    for verb in ("upsert", "link", "unlink", "retract"):
        statements = [change.statement for change in entry.changes if change.verb == verb]
        if statements:
            transaction[verb] = statements
    return json.dumps(transaction, ensure_ascii=False, separators=(",", ":"))


def upsert(kind: str, name: str, /, **values: Value) -> Change:
    """Return the change that sets these attributes of the entity."""
    return Change("upsert", {"type": kind, "urn": name, **values})


def link(edge: str, source: str, target: str, /, **properties: Value) -> Change:
    """Return the change that begins an edge, or sets properties of one that is live."""
    ends: dict[str, Value] = {"type": edge, "from": source, "to": target}
    return Change("link", ends | ({"properties": properties} if properties else {}))


def link_parallel(edge: str, source: str, target: str, key: str, /, **properties: Value) -> Change:
    """Return the change that begins one of several edges between the same two entities."""
    ends: dict[str, Value] = {"type": edge, "from": source, "to": target, "key": key}
    return Change("link", ends | {"properties": properties})


def link_untold(edge: str, source: str, target: str, kind: str) -> Change:
    """Return the change that begins an edge to what may be unknown, and tells its type."""
    return Change("link", {"type": edge, "from": source, "to": target, "toType": kind})


def unlink(edge: str, source: str, target: str) -> Change:
    """Return the change that ends an edge."""
    return Change("unlink", {"type": edge, "from": source, "to": target})


def retract(name: str) -> Change:
    """Return the change that deletes an entity."""
    return Change("retract", name)


def urn(kind: str, name: str) -> str:
    """Return the urn: the kind of thing decides the system that it is named in."""
    return f"hw://{kind}/{_PLATFORMS[kind]}/{name}"


_PLATFORMS = {
    "team": "directory",
    "person": "directory",
    "dataset": "lake",
    "feature": "featurestore",
    "pipeline": "scheduler",
    "pipeline-run": "scheduler",
    "model": "registry",
    "model-instance": "registry",
    "experiment": "lab",
    "experiment-cell": "lab",
    "deployment": "serving",
}


def dataset_urn(path: str) -> str:
    """Return the urn of a table; `vendor/…` is bought from outside."""
    vendor = path.removeprefix("vendor/")
    return f"hw://dataset/vendor/{vendor}" if vendor != path else urn("dataset", path)


def draw(*subject: object) -> float:
    """Return a number from 0 to below 1 that hangs on the subject alone.

    A number of its own for every question: what is added to the story moves nothing else in it.
    """
    digest = blake2b("/".join(map(str, subject)).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / 2**48


def between(low: float, high: float, digits: int, *subject: object) -> float:
    """Return a number from low to high, rounded."""
    return round(low + (high - low) * draw(*subject), digits)


def whole(low: int, high: int, *subject: object) -> int:
    """Return a whole number from low to high."""
    return low + int((high - low + 1) * draw(*subject))


def pick(choices: Sequence[Choice], *subject: object) -> Choice:
    """Return one of the choices."""
    return choices[int(len(choices) * draw(*subject))]


def fingerprint(*subject: object) -> str:
    """Return a signed number of 64 bits, as the text that JSON needs for it."""
    digest = blake2b("/".join(map(str, subject)).encode(), digest_size=8).digest()
    return str(int.from_bytes(digest, "big", signed=True))


def at(day: date, *subject: object) -> datetime:
    """Return a moment of that day, in working hours."""
    second = whole(6 * 3600, 18 * 3600, "at", day, *subject)
    return datetime.combine(day, time(), UTC) + timedelta(seconds=second)


def stamp(instant: datetime) -> str:
    """Return the instant as a transaction file writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
