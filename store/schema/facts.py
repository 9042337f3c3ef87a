"""The schema as facts: what the log says about types, attributes and relations.

log ──fold──► SchemaFacts (ids) ──described──► Described (names) ──catalogue_of──► Catalogue
                     ▲                            │  ▲                                │
                     └─────────facts_of───────────┘  └────────────describe────────────┘
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import orjson

from store.catalogue import UNKNOWN, Catalogue, EndTypes
from store.database import Connection, Database, Row
from store.ids import AttributeId, T
from store.schema.assembly import catalogue_of
from store.schema.description import FLAGS, REFERENCES, Described, Kind, Said
from store.schema.ends import EndsEver, always_one, end_places, ends_ever
from store.values import quoted

Held = int | str
"""A value as the log has it: a reference, or the canonical text of anything else."""
Facts = Mapping[int, Mapping[Said, frozenset[Held]]]
"""What is said about each schema entity, by id."""


@dataclass(frozen=True, slots=True)
class SchemaFacts:
    """The schema facts as of `t`, the transaction that last changed them (0: there are none).

    Where all that came before was read, `ends` is what the ends of edges have been, by edge type,
    `ones` what has always been of cardinality one, and `places` where versions hold far ends.
    """

    t: T
    facts: Facts
    ends: Mapping[int, EndsEver] = field(default_factory=dict)
    ones: frozenset[tuple[int, Said]] = frozenset()
    places: Mapping[tuple[int, Said], int] = field(default_factory=dict)

    def catalogue(self) -> Catalogue:
        """Return what the facts say."""
        names = full_names(self.facts)
        ids = {name: e for e, name in names.items()}
        found = catalogue_of(described(self.facts, names), ids, self.t)
        return replace(
            found,
            ends_ever=self._ends_ever(names),
            always_one=self._ones(Said.CARDINALITY),
            always_one_from=self._ones(Said.ONE_FROM),
            always_one_to=self._ones(Said.ONE_TO),
            held_ends={
                (AttributeId(e), which is Said.ONE_TO): place
                for (e, which), place in self.places.items()
                if (e, which) in self.ones
            },
        )

    def _ones(self, said: Said) -> frozenset[AttributeId]:
        return frozenset(AttributeId(e) for e, which in self.ones if which is said)

    def _ends_ever(self, names: Mapping[int, str]) -> Mapping[str, EndTypes]:
        return {
            names[edge]: (
                frozenset(map(names.__getitem__, ends.from_types)),
                frozenset(map(names.__getitem__, ends.to_types)),
            )
            for edge, ends in self.ends.items()
        }


async def read_catalogue(source: Database | Connection) -> Catalogue:
    """Return the current catalogue. Raises as Database.rows does."""
    return (await read_facts(source)).catalogue()


async def read_facts(source: Database | Connection) -> SchemaFacts:
    """Return the current schema facts. Raises as Database.rows does."""
    if isinstance(source, Database):
        return fold(await source.rows(_SCHEMA))
    return fold(tuple(record) for record in await source.fetch(_SCHEMA))


_SCHEMA = """
SELECT t, e, a, op, r, v
FROM log
WHERE e < 1048576
ORDER BY t, n
"""


def fold(rows: Iterable[Row]) -> SchemaFacts:
    """Return what rows (t, e, a, op, r, v) of the log leave standing."""
    last = 0
    facts: dict[int, dict[Said, frozenset[Held]]] = {}
    rows = tuple(rows)
    for t, e, a, op, r, v in rows:
        last = t
        said = facts.setdefault(e, {})
        held_before = said.get(Said(a), frozenset())
        value = v if r is None else r
        said[Said(a)] = held_before | {value} if op else held_before - {value}
    interfaces = {e for e, said in facts.items() if _INTERFACE in said.get(Said.KIND, ())}
    return SchemaFacts(
        T(last),
        dict(sorted(facts.items())),
        ends_ever(rows, frozenset(interfaces)),
        always_one(rows),
        end_places(rows),
    )


_INTERFACE = quoted(Kind.INTERFACE)


def full_names(facts: Facts) -> dict[int, str]:
    """Return the full name of every schema entity, Unknown among them."""
    names: dict[int, str] = {UNKNOWN.id: UNKNOWN.name}
    for e, said in facts.items():
        owners = [_own_name(facts[r]) + "/" for r in said.get(Said.OWNER, ()) if isinstance(r, int)]
        names[e] = "".join((*owners, _own_name(said)))
    return names


def _own_name(said: Mapping[Said, frozenset[Held]]) -> str:
    [name] = said[Said.NAME]
    return _plain(Said.NAME, name, {})


def described(facts: Facts, names: Mapping[int, str]) -> Described:
    """Return the facts by name, in order of declaration, which is that of the ids."""
    return {
        names[e]: {
            attribute: frozenset(_plain(attribute, value, names) for value in values)
            for attribute, values in said.items()
            if values
        }
        for e, said in facts.items()
    }


def _plain(attribute: Said, value: Held, names: Mapping[int, str]) -> str:
    if isinstance(value, int):
        return names[value]
    return value if attribute in _BARE else str(orjson.loads(value))


def facts_of(descriptions: Described, ids: Mapping[str, int]) -> Facts:
    """Return descriptions as facts: the way back from `described`."""
    facts = {
        ids[name]: {
            attribute: frozenset(_held(attribute, value, ids) for value in values)
            for attribute, values in description.items()
        }
        for name, description in descriptions.items()
    }
    return dict(sorted(facts.items()))


def _held(attribute: Said, value: str, ids: Mapping[str, int]) -> Held:
    if attribute in REFERENCES:
        return ids[value]
    return value if attribute in _BARE else quoted(value)


_BARE = FLAGS | {Said.SLOT}  # Whose canonical text is the text itself, without quotes.
