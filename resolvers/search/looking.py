"""What is looked into, and for what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datalog.checking.searching import name_of
from datalog.syntax.clauses import Clause, Fulltext, Pattern
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable
from resolvers.clauses import any_of, nothing, of_types
from resolvers.conditions import Filtered
from resolvers.draft import Draft, Place
from resolvers.errors import BadUserInput, LimitExceeded
from resolvers.filters import clauses as filter_clauses
from resolvers.filters import deleted, names_lifecycle
from resolvers.search.words import LONGEST_SAID
from store.catalogue import Attribute, Catalogue, EntityType, ValueType
from store.ids import AttributeId
from store.values import parse

URN = "entity/urn"
_TEXT = Attribute(AttributeId(0), "search", "text", ValueType.STRING)


def read_text(value: object) -> str:
    """Return what is looked for. Raises BadUserInput, WrongValue, LimitExceeded."""
    if not isinstance(value, str):
        raise BadUserInput("text", "expected what to look for")
    parse(value, _TEXT, Catalogue(), "text")
    if len(value) > LONGEST_SAID:
        raise LimitExceeded("text", len(value), LONGEST_SAID)
    return value


def types_of(draft: Draft, asked: object) -> tuple[str, ...] | None:
    """Return the types that are asked for; None is any. Raises BadUserInput."""
    if asked is None:
        return None
    names = asked if isinstance(asked, list | tuple) else [asked]
    if not names:
        raise BadUserInput("types", "an empty list finds nothing; leave it out to find any")
    return tuple(dict.fromkeys(map(str, names)))


def texts(catalogue: Catalogue, types: Iterable[str] | None) -> tuple[str, ...]:
    """Return the searched attributes of entities, of these types only if they are told."""
    return tuple(
        each.name
        for owner in _owners(catalogue, types)
        for each in owner.attributes
        if each.searched
    )


def names(catalogue: Catalogue, types: Iterable[str] | None) -> tuple[str, ...]:
    """Return the searched attributes that say what entities are called."""
    found = (name_of(owner.attributes) for owner in _owners(catalogue, types))
    return tuple(each.name for each in found if each is not None)


def _owners(catalogue: Catalogue, types: Iterable[str] | None) -> list[EntityType]:
    known = catalogue.entity_types
    return [known[name] for name in (known if types is None else types) if name in known]


@dataclass(frozen=True, slots=True)
class Search:
    """A search in the making: what is found, how well it fits, and what it has to pass."""

    draft: Draft
    place: Place
    text: Variable
    found: Variable
    score: Variable
    where: Mapping[str, object]

    def clauses(self, types: tuple[str, ...] | None) -> tuple[Clause, ...]:
        """Return what holds of the entities of these types that are found. Raises BadUserInput."""
        attributes = (*texts(self.draft.catalogue, types), URN)
        best = Fulltext(attributes, self.text, (self.found, self.score), best=True)
        return (best, *of_any(self.found, types), *self._passing(types))

    def values(self, value: Variable, attribute: Variable, score: Variable) -> Clause:
        """Return what holds of the values of an entity in which words are found."""
        attributes = (*texts(self.draft.catalogue, None), URN)
        return Fulltext(attributes, self.text, (self.found, value, BLANK, score, attribute))

    def _passing(self, types: tuple[str, ...] | None) -> Iterator[Clause]:
        about = Filtered(self.draft, self.place, self.found, "Unknown")
        lifecycle = self.where.get("lifecycle")
        if not any(map(names_lifecycle, (self.where, *self.where.values()))):
            yield nothing((self.found,), (deleted(self.found),))
        yield from filter_clauses(about, {"lifecycle": lifecycle} if lifecycle else None)
        for key, asked in self.where.items():
            owner = _owner(self.draft.catalogue, key)
            if owner is not None and (types is None or owner in types):
                yield from self._of_type(owner, asked, f"where.{key}", alone=types == (owner,))

    def _of_type(
        self, owner: str, asked: object, argument: str, *, alone: bool
    ) -> Iterator[Clause]:
        """Yield that an entity passes where it is of a type; others do as they are."""
        about = Filtered(self.draft, self.place, self.found, owner)
        passing = filter_clauses(about, asked, argument)
        if alone:
            yield from passing
        elif passing:
            of_type = Pattern(self.found, "entity/type", Constant(Keyword(owner)))
            another = nothing((self.found,), (of_type,))
            yield any_of(about.outside(passing), ((another,), (of_type, *passing)))


def of_any(found: Variable, types: tuple[str, ...] | None) -> tuple[Clause, ...]:
    """Return that an entity is of one of these types."""
    return () if types is None else (of_types(found, types),)


def _owner(catalogue: Catalogue, key: str) -> str | None:
    for name in catalogue.entity_types:
        if key == name[:1].lower() + name[1:]:
            return name
    return None
