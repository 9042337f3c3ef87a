"""The searched texts of a history's state, and texts to search for, drawn from them."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import ObjectTypeDefinitionNode, parse

from tests.oracle.history import Replay
from tests.oracle.searching import Term, Wanted, plain, words

Searched = Mapping[str, tuple[str, ...]]
"""The searched fields of each type, that which names an entity first."""


def searched(catalog: str) -> Searched:
    """Return the searched fields of the entity types of a catalog in SDL."""
    found: dict[str, tuple[str, ...]] = {}
    for node in parse(catalog).definitions:
        if isinstance(node, ObjectTypeDefinitionNode) and any(
            each.name.value == "entity" for each in node.directives or ()
        ):
            fields = [
                each.name.value
                for each in node.fields or ()
                if any(mark.name.value == "search" for mark in each.directives or ())
            ]
            found[node.name.value] = tuple(sorted(fields, key=lambda name: name != "name"))
    return found


@dataclass(frozen=True)
class Text:
    """A value of a searched field; `named`: it is what the entity is called."""

    urn: str
    type: str
    field: str
    value: str
    named: bool


def texts(replay: Replay, fields: Searched) -> Iterator[Text]:
    """Yield all searched texts of a state; what was deleted has none."""
    for urn, entity in replay.entities.items():
        for name in fields.get(entity.type, ()):
            value = entity.values.get(name)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    named = name == fields[entity.type][0]
                    yield Text(urn, entity.type, name, each, named)


def wanted(known: list[Text], chance: random.Random) -> Wanted:
    """Return a search that finds one of the texts, unless what it excludes is in it."""
    of = _words(chance.choice(known))
    at = chance.randrange(len(of))
    match chance.randrange(6):
        case 0:
            return plain(of[at])
        case 1:
            return plain(" ".join(chance.sample(of, min(2, len(of))))).either_case(chance)
        case 2:
            row = tuple(of[at : at + 3])
            return Wanted(f'"{" ".join(row)}"', (Term(row),))
        case 3:
            start = of[at][: chance.randint(1, 4)]
            return Wanted(f"{start}*", (Term((start,), goes_on=True),))
        case 4:
            other = chance.choice(_words(chance.choice(known)))
            return Wanted(f"{of[at]} -{other}", (Term((of[at],)),), (Term((other,)),))
        case _:
            return plain(" ".join(of[:40]))


def _words(text: Text) -> list[str]:
    """Return the words of a text but those that mean something else in what is looked for."""
    return [each for each in words(text.value) if each != "or"] or ["nothing"]
