"""What a search may go by: attributes whose words are kept, and the urns of entities."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datalog.errors import NotSearched
from datalog.syntax.clauses import Fulltext
from datalog.vocabulary import URN, Facts, meaning
from store.catalogue import Attribute, Catalogue
from store.ids import AttributeId


@dataclass(frozen=True, slots=True)
class Searched:
    """A fact table that is looked into; `named`: its values are what entities are called."""

    attribute: AttributeId
    named: bool

    @property
    def is_urn(self) -> bool:
        """Tell whether it holds urns, which have no words: each is one name."""
        return self.attribute == URN


def searched(clause: Fulltext, catalogue: Catalogue) -> tuple[Searched, ...]:
    """Return the tables that a search looks into. Raises UnknownAttribute, NotSearched."""
    found = (each for name in clause.attributes for each in _tables(name, catalogue))
    return tuple(dict.fromkeys(found))


def _tables(name: str, catalogue: Catalogue) -> Iterator[Searched]:
    facts = meaning(name, catalogue)
    if name == "entity/urn":
        yield Searched(URN, named=True)
        return
    if not isinstance(facts, Facts) or facts.types is None:
        raise NotSearched(name)
    field = name.partition("/")[2]
    for owner in sorted(facts.types):
        attribute = catalogue.attributes[f"{owner}/{field}"]
        if not attribute.searched:
            raise NotSearched(attribute.name)
        yield Searched(attribute.id, attribute == name_of(_beside(attribute, catalogue)))


def _beside(attribute: Attribute, catalogue: Catalogue) -> tuple[Attribute, ...]:
    """Return all attributes of the type that has one of them."""
    if attribute.owner in catalogue.entity_types:
        return catalogue.entity_types[attribute.owner].attributes
    return catalogue.edge_types[attribute.owner].properties


def name_of(attributes: Iterable[Attribute]) -> Attribute | None:
    """Return the searched attribute that says what something is called: `name`, else the first."""
    found = [each for each in attributes if each.searched]
    return next((each for each in found if each.field == "name"), found[0] if found else None)
