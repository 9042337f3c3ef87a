"""Datoms in the order of an index, of a range of values, of a range of transactions: as questions.

All are ordinary queries. Orders are Datomic's: E, A and V ascending, T descending. Values of an
attribute that is not named are in the order of their texts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from datalog.reading.edn import write
from datalog.syntax.terms import Keyword
from resolvers.datalog.question import Question
from resolvers.errors import BadUserInput
from store import moment
from store.catalogue import Catalogue, ValueType
from store.moment import AtInstant, AtT


class Index(StrEnum):
    """An order of datoms: entity, attribute, value, transaction."""

    EAVT = "eavt"
    AEVT = "aevt"
    AVET = "avet"
    VAET = "vaet"


_FOUND = "?e ?a ?v ?tx ?op"
_DATOM = "[?e ?a ?v ?tx ?op]"


def datoms(
    index: Index, components: Sequence[object], catalogue: Catalogue, seen: Question
) -> Question:
    """Return the question for the datoms that begin with the components of an index.

    `vaet` has references only. `seen` says at which time, and how many. Raises BadUserInput.
    """
    places = [f"?{'tx' if letter == 't' else letter}" for letter in index]
    if len(components) > len(places):
        raise BadUserInput("components", f"{index} has {len(places)}, {len(components)} are given")
    named = places[: len(components)]
    text = _text(
        ("$", *named),
        _references(catalogue, components) if index is Index.VAET else (_DATOM,),
        (*places[:3], "[?tx :desc]"),
    )
    return replace(seen, text=text, inputs=tuple(components), scan=True)


def index_range(attribute: object, start: object, end: object, seen: Question) -> Question:
    """Return the question for the datoms of an attribute with values from `start` to before `end`.

    None is open.
    """
    given = {"?start": start, "?end": end}
    named = {name: value for name, value in given.items() if value is not None}
    bounds = {"?start": "[(<= ?start ?v)]", "?end": "[(< ?v ?end)]"}
    text = _text(
        ("$", "?a", *named),
        (_DATOM, *(bounds[name] for name in named)),
        ("?v", "?e", "[?tx :desc]"),
    )
    return replace(seen, text=text, inputs=(attribute, *named.values()))


def tx_range(start: object, end: object, seen: Question) -> Question:
    """Return the question for what the transactions from `start` to before `end` say, as the log.

    A point in time that is an instant is compared with the instants of transactions. None is open.
    Raises MalformedTimePoint.
    """
    clauses = ["[?tx :tx/t ?t]", "[?e ?a ?v ?tx ?op ?n]"]
    inputs: dict[str, object] = {}
    for name, operator, point in (("?start", "<=", start), ("?end", ">", end)):
        if point is None:
            continue
        match moment.parse(point):
            case AtT(t):
                clauses.append(f"[({operator} {name} ?t)]")
                inputs[name] = int(t)
            case AtInstant(instant):
                clauses += ["[?tx :tx/instant ?instant]", f"[({operator} {name} ?instant)]"]
                inputs[name] = instant
    text = (
        f"[:find ?t {_FOUND}\n :with ?n\n :in {' '.join(('$', *inputs))}\n"
        f" :where {' '.join(dict.fromkeys(clauses))}\n :order-by [?t ?n]]"
    )
    return replace(seen, text=text, inputs=tuple(inputs.values()), history=True, scan=True)


def _text(named: Sequence[str], clauses: Sequence[str], order: Sequence[str]) -> str:
    return (
        f"[:find {_FOUND}\n :in {' '.join(named)}\n :where {' '.join(clauses)}\n"
        f" :order-by [{' '.join(order)}]]"
    )


def _references(catalogue: Catalogue, components: Sequence[object]) -> tuple[str, ...]:
    """Return a clause for the datoms whose values are entities, of one attribute or of all."""
    if len(components) > 1:
        return (_DATOM,)
    branches = " ".join(
        f"(and [?e {name} ?v ?tx ?op] [(ground {name}) ?a])"
        for name in map(write, map(Keyword, _of_references(catalogue)))
    )
    return (f"(or {branches})",)


def _of_references(catalogue: Catalogue) -> Iterator[str]:
    yield from ("edge/from", "edge/to")
    for name, attribute in catalogue.attributes.items():
        if attribute.type is ValueType.REF and attribute.owner not in catalogue.interfaces:
            yield name
