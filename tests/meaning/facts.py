"""Datoms, and what is seen of them through a view of the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from datalog.syntax.terms import Constant, Keyword, LookupRef, Term
from datalog.syntax.views import AsOf, History, Now, Since, View
from tests.meaning.values import (
    BOOLEAN,
    DATE,
    ENTITY,
    INSTANT,
    NUMBER,
    TEXT,
    UNIVERSALLY_UNIQUE,
    Value,
    natural,
    read_as,
)

FIRST_ENTITY = 2**20
FIRST_TRANSACTION = 2**52


class Datom(NamedTuple):
    """A fact begins to hold, or ceases to, in a transaction."""

    entity: int
    attribute: str
    value: Value
    t: int
    asserted: bool


class Fact(NamedTuple):
    """A datom as a view shows it: all five places are values."""

    entity: Value
    attribute: Value
    value: Value
    transaction: Value
    operation: Value


@dataclass(frozen=True, slots=True)
class Attribute:
    """What the model must know of an attribute; `type` is its name in the catalog."""

    name: str
    type: str
    many: bool = False
    unique: bool = False
    component: bool = False
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema, plainly.

    `interfaces`: for each attribute of an interface, those of the types that implement it. `names`
    are those of all schema entities, by number: attributes, types, edge types.
    """

    attributes: Mapping[str, Attribute]
    interfaces: Mapping[str, tuple[str, ...]]
    edge_types: frozenset[str]
    names: Mapping[int, str]


class UnknownAttribute(Exception):
    """Nobody has declared the attribute."""


@dataclass(frozen=True)
class World:
    """All datoms, in order of t, the schema, and the hash of each transaction in hexadecimal.

    From them follow the numbers of schema entities by name, of entities by urn (they are for ever),
    and both ends of every edge that there ever was (they never change).
    """

    datoms: tuple[Datom, ...]
    schema: Schema
    hashes: Mapping[int, str]
    numbers: dict[str, int] = field(init=False, default_factory=dict)
    urns: dict[str, int] = field(init=False, default_factory=dict)
    ends: dict[int, tuple[Value, Value]] = field(init=False, default_factory=dict)
    _seen: "dict[tuple[str, int, int], Seen]" = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers.update({name: number for number, name in self.schema.names.items()})
        for datom in self.datoms:
            if datom.attribute == "entity/urn" and datom.value is not None:
                self.urns[datom.value[1]] = datom.entity
        nears = {each.entity: each.value for each in self.datoms if each.attribute == "edge/from"}
        fars = {each.entity: each.value for each in self.datoms if each.attribute == "edge/to"}
        self.ends.update({edge: (nears[edge], fars[edge]) for edge in nears})

    @property
    def t(self) -> int:
        """Return the last t."""
        return max(self.hashes, default=0)

    def seen(self, view: View, moments: Mapping[str, int]) -> "Seen":
        """Return what a view shows; `moments` says for which t its names stand."""
        match view:
            case Now() | AsOf():
                key = ("now", -1, self._until(view, moments))
            case Since(after, until):
                key = ("since", moments[after], self._until(until, moments))
            case History(until, since):
                after_t = 0 if since is None else moments[since]
                key = ("history", after_t, self._until(until, moments))
        if key not in self._seen:
            self._seen[key] = Seen(self, *key)
        return self._seen[key]

    def _until(self, view: Now | AsOf, moments: Mapping[str, int]) -> int:
        return moments[view.name] if isinstance(view, AsOf) else self.t


@dataclass(frozen=True)
class Seen:
    """What a view shows: `kind` is now (or as of), since, or history; after < t <= until."""

    world: World
    kind: str
    after: int
    until: int
    _facts: dict[str | None, list[Fact]] = field(init=False, default_factory=dict)

    def facts(self, attribute: str | None) -> list[Fact]:
        """Return the facts of an attribute, of an interface's, or virtual; of None, all real ones.

        Raises UnknownAttribute.
        """
        if attribute not in self._facts:
            found = self._real() if attribute is None else self._named(attribute)
            self._facts[attribute] = list(dict.fromkeys(found))
        return self._facts[attribute]

    def basis(self) -> "Seen":
        """Return all that holds at the end of the view, for names to be looked up in."""
        return self.world.seen(AsOf("t"), {"t": self.until})

    def constant(self, term: Term, other: Value) -> Value:
        """Return the value of a constant that meets another."""
        match term:
            case Constant(value):
                return self.read(value, other)
            case LookupRef():
                return self.entity(term)
            case _:
                raise TypeError(term)

    def read(self, constant: object, other: Value) -> Value:
        """Return a constant as a value of the family of another."""
        if other is None:
            return None
        return self.entity(constant) if other[0] == ENTITY else read_as(constant, other[0])

    def family(self, attribute: str) -> str:
        """Return the family of an attribute's values, as far as constants are read as it."""
        names = self.world.schema.interfaces.get(attribute, (attribute,))
        declared = self.world.schema.attributes.get(names[0])
        return _READ.get(declared.type, TEXT) if declared is not None else TEXT

    def entity(self, term: object) -> Value:  # noqa: PLR0911  # One case for each.
        """Return the entity that a constant names, or one that nothing is about.

        A text is its urn or public id, a number its own number, a keyword the name of an attribute
        or a type; a lookup ref is looked up at the end of the view, a urn at any time.
        """
        match term:
            case LookupRef("entity/urn", constant):
                return (ENTITY, self.world.urns.get(str(constant.value), -1))
            case LookupRef(attribute, constant):
                return self._looked_up(attribute, constant)
            case Constant(value):
                return self.entity(value)
            case Keyword(name):
                return (ENTITY, self.world.numbers.get(name, -1))
            case int():
                return (ENTITY, term)
            case str():
                return (ENTITY, self._named_entity(term))
            case _:
                return (ENTITY, -1)

    def _looked_up(self, attribute: str, constant: Constant) -> Value:
        for fact in self.basis().facts(attribute):
            if fact.value is not None and fact.value == read_as(constant.value, fact.value[0]):
                return fact.entity
        return (ENTITY, -1)

    def _named_entity(self, text: str) -> int:
        if text in self.world.urns:
            return self.world.urns[text]
        if text[:1] in {"E", "T"} and text[1:].isdigit():
            return int(text[1:]) + (FIRST_TRANSACTION if text[0] == "T" else 0)
        return self.world.numbers.get(text, -1)

    def _real(self) -> Iterator[Fact]:
        if self.kind == "history":
            return (_fact(self.world, each) for each in self._between())
        holding: dict[tuple[int, str, Value], Datom] = {}
        for datom in self.world.datoms:
            if datom.t > self.until:
                continue
            if datom.asserted:
                holding[datom[:3]] = datom
            else:
                holding.pop(datom[:3], None)
        return (_fact(self.world, each) for each in holding.values() if each.t > self.after)

    def _between(self) -> Iterator[Datom]:
        return (each for each in self.world.datoms if self.after < each.t <= self.until)

    def _named(self, name: str) -> Iterable[Fact]:
        schema = self.world.schema
        if name in schema.edge_types:
            return self._edges(name)
        if name in _VIRTUAL:
            return _VIRTUAL[name](self)
        names = schema.interfaces.get(name, (name,))
        if name not in schema.interfaces and name not in self.world.numbers:
            raise UnknownAttribute(name)
        wanted = {self.world.numbers[each] for each in names}
        return [fact for fact in self.facts(None) if _number(fact.attribute) in wanted]

    def _edges(self, edge_type: str) -> Iterator[Fact]:
        """Yield `from`, `to`, and the transaction and operation of the edge's `edge/type`."""
        ends = self.world.ends
        wanted = (ENTITY, self.world.numbers[edge_type])
        for fact in self.facts("edge/type"):
            if fact.value == wanted:
                near, far = ends[_number(fact.entity)]
                yield Fact(near, wanted, far, fact.transaction, fact.operation)

    def transactions(self) -> range:
        """Return the t of the transactions that the view shows."""
        return range(max(self.after, 0) + 1, self.until + 1)

    def _created(self) -> Iterator[Fact]:
        return (_virtual(fact, fact.transaction) for fact in self.facts("entity/urn"))

    def _changed(self) -> Iterator[Fact]:
        last = {each.entity: each.t for each in self.world.datoms if each.t <= self.until}
        for fact in self.facts("entity/urn"):
            yield _virtual(fact, (ENTITY, FIRST_TRANSACTION + last[_number(fact.entity)]))

    def _begun(self) -> Iterator[Fact]:
        return (_virtual(fact, fact.transaction) for fact in self.facts("edge/type"))

    def _own_numbers(self) -> Iterator[Fact]:
        for name in ("entity/urn", "edge/type"):
            yield from (_virtual(fact, fact.entity) for fact in self.facts(name))
        for t in self.transactions():
            yield _of_transaction(t, (ENTITY, FIRST_TRANSACTION + t))

    def _ts(self) -> Iterator[Fact]:
        return (_of_transaction(t, (NUMBER, t)) for t in self.transactions())

    def _hashes(self) -> Iterator[Fact]:
        return (_of_transaction(t, (TEXT, self.world.hashes[t])) for t in self.transactions())

    def _idents(self) -> Iterator[Fact]:
        for number, name in self.world.schema.names.items():
            yield Fact((ENTITY, number), None, (TEXT, name), None, (BOOLEAN, True))


_READ = {
    "DateTime": INSTANT,
    "Date": DATE,
    "UUID": UNIVERSALLY_UNIQUE,
    "Long": NUMBER,
    "Decimal": NUMBER,
}

_VIRTUAL: Mapping[str, Callable[[Seen], Iterable[Fact]]] = {
    "entity/id": Seen._own_numbers,
    "db/id": Seen._own_numbers,
    "entity/createdAt": Seen._created,
    "entity/changedAt": Seen._changed,
    "edge/since": Seen._begun,
    "edge/until": lambda _: (),
    "tx/t": Seen._ts,
    "tx/hash": Seen._hashes,
    "db/ident": Seen._idents,
}


def _fact(world: World, datom: Datom) -> Fact:
    return Fact(
        (ENTITY, datom.entity),
        (ENTITY, world.numbers[datom.attribute]),
        datom.value,
        (ENTITY, FIRST_TRANSACTION + datom.t),
        natural(datom.asserted),
    )


def _virtual(fact: Fact, value: Value) -> Fact:
    return Fact(fact.entity, None, value, fact.transaction, fact.operation)


def _of_transaction(t: int, value: Value) -> Fact:
    entity = (ENTITY, FIRST_TRANSACTION + t)
    return Fact(entity, None, value, entity, (BOOLEAN, True))


def _number(value: Value) -> int:
    assert value is not None
    return int(value[1])
