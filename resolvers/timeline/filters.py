"""`where` of transactions to clauses: when, by whom, why, and what about.

where = {since, until, source, actor, reason, facts: {…}, and, or, not}
facts = {entity, type, edgeType, attributes, op}        one fact passes all of it
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from datalog.syntax.clauses import Clause, Compare, Operator, Pattern
from datalog.syntax.query import Source
from datalog.syntax.terms import BLANK, Constant, Term, Variable
from datalog.vocabulary import BUILT_IN_IDS
from resolvers import named
from resolvers.clauses import any_of, of_types
from resolvers.conditions import Clauses, Filtered, conditions, negated
from resolvers.draft import Draft, Place
from resolvers.errors import BadUserInput
from resolvers.selection import Given
from resolvers.timeline.edge_changes import edge_types
from resolvers.timeline.span import bound
from store.catalogue import Attribute, Catalogue, UnknownAttribute, ValueType
from store.ids import FIRST_ENTITY, FIRST_TRANSACTION, AttributeId

_TEXTS = ("source", "actor", "reason")


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """The clauses of a filter in the making, and the databases that they read.

    `sources` are functions of the place: its time may be that of a cursor.
    """

    draft: Draft
    place: Place
    tx: Variable
    sources: list[Callable[[Place], Source]] = field(default_factory=list)

    def clauses(self, where: object, argument: str = "where") -> Clauses:
        """Return the clauses that hold where a transaction passes. Raises BadUserInput."""
        if where is None:
            return ()
        if not isinstance(where, Mapping):
            raise BadUserInput(argument, "expected an object of conditions")
        return tuple(
            clause
            for name, asked in where.items()
            for clause in self._condition(name, asked, f"{argument}.{name}")
        )

    def read(self, place: Place) -> tuple[Source, ...]:
        """Return all databases that the clauses read."""
        return (place.source, place.log, *(source(place) for source in self.sources))

    def _condition(self, name: str, asked: object, argument: str) -> Clauses:
        match name:
            case "and":
                return tuple(clause for each in self._branches(asked, argument) for clause in each)
            case "or":
                branches = self._branches(asked, argument)
                inside = tuple(clause for branch in branches for clause in branch)
                return (any_of(self._about.outside(inside), branches),)
            case "not":
                return () if asked is None else (self._negated(asked, argument),)
            case "since" | "until":
                return () if asked is None else (self._bounded(name, asked),)
            case "facts":
                return () if asked is None else (self._with_fact(asked, argument),)
            case name if name in _TEXTS:
                attribute = Attribute(AttributeId(0), "tx", name, ValueType.STRING)
                return conditions(self._about, attribute, asked, argument)
            case _:
                raise BadUserInput(argument, "a transaction has no such thing")

    @property
    def _about(self) -> Filtered:
        return Filtered(self.draft, self.place, self.tx, "Transaction")

    def _negated(self, asked: object, argument: str) -> Clause:
        within = self.clauses(asked, argument)
        if not within:
            raise BadUserInput(argument, "expected at least one condition")
        return negated(self._about, within)

    def _branches(self, asked: object, argument: str) -> tuple[Clauses, ...]:
        members = asked if isinstance(asked, list | tuple) else ([] if asked is None else [asked])
        return tuple(
            self.clauses(each, f"{argument}[{n}]") or (self._any(),)
            for n, each in enumerate(members)
        )

    def _any(self) -> Clause:
        return Pattern(self.tx, "tx/t")

    def _bounded(self, name: str, asked: object) -> Clause:
        clause, source = bound(self.draft, self.place, self.tx, name, asked)
        self.sources.append(source)
        return clause

    def _with_fact(self, asked: object, argument: str) -> Clause:
        if not isinstance(asked, Mapping):
            raise BadUserInput(argument, "expected an object of conditions")
        given = {name: each for name, each in asked.items() if each is not None}
        if given.keys() >= {"type", "edgeType"}:
            raise BadUserInput(argument, "a fact is of an entity or of an edge: use `or` for both")
        found = self.draft.variable("about")
        branches: tuple[Clauses, ...]
        if "entity" not in given:
            branches = (tuple(self._fact(found, given, argument)),)
        else:
            name = named.one(self.draft, self.place, given["entity"])
            by_urn = (Pattern(found, "entity/urn", name.urn), *self._fact(found, given, argument))
            branches = (tuple(self._fact(name.id, given, argument)), by_urn)
        inside = tuple(clause for branch in branches for clause in branch)
        return any_of(self._about.outside(inside), branches)

    def _fact(
        self, about: Variable, given: Mapping[str, object], argument: str
    ) -> Iterator[Clause]:
        """Yield the clauses that hold where one fact about something passes all that is asked."""
        attribute = self.draft.variable("attribute")
        operation: Term = Constant(given["op"] == "ASSERT") if "op" in given else BLANK
        yield Pattern(about, attribute, BLANK, self.tx, operation, source="$log")
        if "type" in given:
            yield entity_types(about, given["type"], f"{argument}.type")
        if "edgeType" in given:
            yield from edge_types(about, given["edgeType"], f"{argument}.edgeType")
        if "attributes" in given:
            yield self._among(attribute, given["attributes"])
        if not given.keys() & {"entity", "type", "edgeType", "attributes"}:
            yield from about_anything(about)

    def _among(self, attribute: Variable, names: object) -> Clause:
        catalogue = self.draft.catalogue
        ids = self.draft.slot(
            self.place, "attributes", names, lambda given: attribute_ids(catalogue, given), []
        )
        return Compare(Operator.MEMBER, attribute, ids)


def about_anything(found: Variable) -> Clauses:
    """Return the conditions that a fact is about an entity or an edge, by where their ids lie.

    What else facts are about is the schema, below them, and transactions, above.
    """
    return (
        Compare(Operator.GE, found, Constant(FIRST_ENTITY)),
        Compare(Operator.LT, found, Constant(FIRST_TRANSACTION)),
    )


def entity_types(found: Variable, asked: object, argument: str) -> Clause:
    """Return the condition that an entity is of one of these types. Raises BadUserInput."""
    names = asked if isinstance(asked, list | tuple) else [asked]
    if any(isinstance(name, Given) for name in names):
        raise BadUserInput(argument, "which types decides the plan: give their names")
    return of_types(found, dict.fromkeys(map(str, names)))


def attribute_ids(catalogue: Catalogue, names: object) -> list[int]:
    """Return the attributes of entities and edges of these names, full or not.

    Raises UnknownAttribute.
    """
    members = names if isinstance(names, list | tuple) else [names]
    return [number for name in members for number in _ids_of(catalogue, str(name))]


def _ids_of(catalogue: Catalogue, name: str) -> list[int]:
    built_in = BUILT_IN_IDS.get(f"entity/{name.removeprefix('entity/')}")
    if built_in is not None:
        return [built_in]
    found = [
        int(each.id)
        for each in catalogue.attributes.values()
        if each.id and name in {each.field, each.name}
    ]
    if not found:
        raise UnknownAttribute(name)
    return found
