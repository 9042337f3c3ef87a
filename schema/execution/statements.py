"""What a mutation says, as a transaction: `transact`, and the fields that the catalog makes.

All of them become the same values. Of the catalog's fields it is known besides where in their
arguments each statement stands, so that a refusal names the item that is at fault.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, ClassVar

from graphql import GraphQLError

from schema.sdl.names import Verb, Writing, writings
from store.catalogue import Catalogue, EntityType, Relation
from store.errors import CallerFault
from store.transaction import Link, Transaction, Unlink, Upsert, read
from store.values import instant

_ABOUT = ("instant", "source", "actor", "reason")
_STATEMENTS = ("upsert", "link", "unlink", "retract")
_STATEMENT = re.compile(r"(?P<kind>upsert|link|unlink|retract)\[(?P<number>\d+)\](?P<rest>.*)")
_ENDS = frozenset({"from", "to", "key", "fromType", "toType"})


@dataclass(eq=False)
class RelationNotNull(CallerFault):
    """An upsert gives null for a relation, which it can only add to."""

    code: ClassVar[str] = "BAD_USER_INPUT"
    where: str
    edge: str

    def __str__(self) -> str:
        return (
            f"{self.where}: a relation cannot be null here: leave it out, and end what is linked"
            f" with unlink{self.edge}"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a statement stands: in which argument, at which index, in which field of the item."""

    argument: str
    index: int
    field: str = ""

    def __str__(self) -> str:
        item = f"{self.argument}[{self.index}]"
        return f"{item}.{self.field}" if self.field else item


@dataclass(frozen=True, slots=True)
class Statements:
    """A transaction, and where each of its statements stands, by what the store calls it."""

    transaction: Transaction
    places: Mapping[str, Place] = field(default_factory=dict)

    def placed(self, fault: CallerFault) -> GraphQLError | None:
        """Return a fault of a statement as an error that names the item that is at fault."""
        where = getattr(fault, "where", None)
        place = self._place(where) if isinstance(where, str) else None
        if place is None:
            return None
        told: Any = replace(fault, where=str(place))  # type: ignore[type-var]  # Every fault is a dataclass.
        return GraphQLError(str(told), extensions={**_details(told), **_of(place)})

    def _place(self, where: str) -> Place | None:
        found = _STATEMENT.fullmatch(where)
        place = self.places.get(f"{found['kind']}[{found['number']}]") if found else None
        if found is None or place is None:
            return None
        inside = found["rest"].removeprefix(".properties").removeprefix(".")
        return replace(place, field=place.field or inside)


def statements(catalogue: Catalogue, name: str, arguments: Mapping[str, Any]) -> Statements:
    """Return what a field of Mutation says.

    Raises MalformedTransaction or WrongValue, and a GraphQLError for what a relation cannot be.
    """
    if name == "transact":
        said = Statements(read(_line(arguments["transaction"])))
    else:
        said = _typed(_writing(catalogue, name), catalogue, arguments)
    key = arguments.get("idempotencyKey")
    return replace(said, transaction=replace(said.transaction, idempotency_key=key))


def size(arguments: Mapping[str, Any]) -> int:
    """Return how many statements a field of Mutation is given."""
    given = arguments.get("transaction", arguments)
    return sum(len(each) for each in given.values() if isinstance(each, list))


def _writing(catalogue: Catalogue, name: str) -> Writing:
    return next(each for each in writings(catalogue) if each.field == name)


def _typed(writing: Writing, catalogue: Catalogue, arguments: Mapping[str, Any]) -> Statements:
    about = _about(arguments.get("about") or {})
    name = writing.subject.name
    match writing:
        case Writing(Verb.UPSERT, EntityType() as subject):
            return _upserts(catalogue, subject, arguments["items"], about)
        case Writing(Verb.RETRACT):
            ids = tuple(arguments["ids"])
            said = replace(about, retracts=ids, retracts_only=name)
            return Statements(said, _places("retract", "ids", len(ids)))
        case Writing(Verb.LINK):
            links = tuple(_link(name, each) for each in arguments["links"])
            return Statements(replace(about, links=links), _places("link", "links", len(links)))
        case _:
            ended = tuple(
                Unlink(name, each["from"], each["to"], each.get("key") or "")
                for each in arguments["links"]
            )
            return Statements(replace(about, unlinks=ended), _places("unlink", "links", len(ended)))


def _about(given: Mapping[str, Any]) -> Transaction:
    when = given.get("instant")
    return Transaction(
        instant=None if when is None else instant(when, "about.instant"),
        source=given.get("source"),
        actor=given.get("actor"),
        reason=given.get("reason"),
    )


def _places(kind: str, argument: str, count: int) -> dict[str, Place]:
    return {f"{kind}[{number}]": Place(argument, number) for number in range(count)}


def _upserts(
    catalogue: Catalogue,
    subject: EntityType,
    items: Sequence[Mapping[str, Any]],
    about: Transaction,
) -> Statements:
    relations = {each.field: each for each in subject.relations}
    places = _places("upsert", "items", len(items))
    upserts: list[Upsert] = []
    links: list[Link] = []
    for number, item in enumerate(items):
        values = {
            name: plain(value)
            for name, value in item.items()
            if name != "urn" and name not in relations
        }
        upserts.append(Upsert(subject.name, item["urn"], values))
        for relation, target, place in _linked(relations, item, number):
            places[f"link[{len(links)}]"] = place
            links.append(_along(catalogue, relation, item["urn"], target))
    said = replace(about, upserts=tuple(upserts), links=tuple(links))
    return Statements(said, places)


def _linked(
    relations: Mapping[str, Relation], item: Mapping[str, Any], number: int
) -> Iterator[tuple[Relation, str, Place]]:
    """Yield what an item links along its relations, each with its place."""
    for name, given in item.items():
        relation = relations.get(name)
        if relation is None:
            continue
        place = Place("items", number, name)
        if given is None:
            fault = RelationNotNull(str(place), relation.edge)
            raise GraphQLError(str(fault), extensions={**_details(fault), **_of(place)})
        if not relation.many:
            yield relation, given, place
            continue
        for position, target in enumerate(given):
            yield relation, target, Place("items", number, f"{name}[{position}]")


def _along(catalogue: Catalogue, relation: Relation, near: str, far: str) -> Link:
    """Return the link that a relation stands for; it gives what is new the relation's own type."""
    far_type = relation.target if relation.target in catalogue.entity_types else None
    if relation.reverse:
        return Link(relation.edge, far, near, from_type=far_type)
    return Link(relation.edge, near, far, to_type=far_type)


def _link(edge_type: str, given: Mapping[str, Any]) -> Link:
    properties = {name: plain(value) for name, value in given.items() if name not in _ENDS}
    ends = plain({name: value for name, value in given.items() if name in _ENDS})
    return Link(
        edge_type,
        given["from"],
        given["to"],
        given.get("key") or "",
        ends.get("fromType"),
        ends.get("toType"),
        properties,
    )


def _line(given: Mapping[str, Any]) -> dict[str, object]:
    """Return the input of `transact` as a line of a transaction file has it."""
    about = {name: given[name] for name in _ABOUT if given.get(name) is not None}
    said = {name: plain(given[name]) for name in _STATEMENTS if given.get(name) is not None}
    return {"tx": about, **said}


def plain(value: Any) -> Any:  # JSON, with enums.
    """Return an argument as JSON has it."""
    match value:
        case Enum():
            return value.value
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case _:
            return value


def _details(fault: CallerFault) -> dict[str, object]:
    return {**fault.details(), "code": fault.code, "category": fault.category}


def _of(place: Place) -> dict[str, object]:
    named = {"argument": place.argument, "index": place.index}
    return {**named, "field": place.field} if place.field else named
