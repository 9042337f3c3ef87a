"""What has held of the schema at any time, so that it may be relied on in the past too.

The transactor gives an Unknown entity the type of an end that allows one alone, and refuses any
type that is not allowed; a schema change that leaves live edges with other ends is refused. So the
ends of an edge are at any time of a type that was allowed at some time, or Unknown; and where the
same one type alone has always been allowed, of that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from store.catalogue import UNKNOWN
from store.database import Row
from store.schema.description import MANY, Said
from store.values import quoted

_ENDS = (Said.FROM, Said.TO)


@dataclass(frozen=True, slots=True)
class EndsEver:
    """The ids of the types that entities at both ends of an edge type have had, at any time."""

    from_types: frozenset[int]
    to_types: frozenset[int]


@dataclass(slots=True)
class _Told:
    """What is said of ends and interfaces so far, and what each end has allowed at some time."""

    ends: dict[tuple[int, Said], set[int]] = field(default_factory=dict)
    implementers: dict[int, set[int]] = field(default_factory=dict)
    allowed: dict[tuple[int, Said], set[frozenset[int]]] = field(default_factory=dict)


def ends_ever(rows: Iterable[Row], interfaces: frozenset[int]) -> Mapping[int, EndsEver]:
    """Return the types at the ends of edges by edge type, of log rows (t, e, a, op, r, v).

    The rows are in order, all that there are of the schema. `interfaces` are the ids of those.
    """
    told = _Told()
    deciding = (row for row in rows if row[2] in {*_ENDS, Said.INTERFACE})
    for _, same_t in groupby(deciding, key=lambda row: row[0]):
        changed = _take_in(told, same_t)
        for end in changed or told.ends:
            told.allowed.setdefault(end, set()).add(_concrete(told, end, interfaces))
    return {
        edge: EndsEver(_types(told, edge, Said.FROM), _types(told, edge, Said.TO))
        for edge, said in told.ends
        if said is Said.FROM
    }


def always_one(rows: Iterable[Row]) -> frozenset[tuple[int, Said]]:
    """Return what has been of cardinality one since it came, from rows as `ends_ever` has them.

    With CARDINALITY attributes, with ONE_FROM and ONE_TO edge types.
    """
    came: dict[int, int] = {}
    since: dict[tuple[int, Said], int] = {}
    lists: set[tuple[int, Said]] = set()
    for t, e, a, op, _, v in rows:
        if a == Said.KIND:
            came.setdefault(e, t)
        if a in _ONES:
            since.setdefault((e, Said(a)), t)
            if v == _MANY or (a != Said.CARDINALITY and not op):
                lists.add((e, Said(a)))
    return frozenset(each for each, t in since.items() if came.get(each[0]) == t) - lists


def end_places(rows: Iterable[Row]) -> Mapping[tuple[int, Said], int]:
    """Return where versions hold the far ends of edges, from 1, from rows as `ends_ever` has them.

    For each edge type, with ONE_FROM and ONE_TO, that had this when it came: in the order in which
    they came, so that a place is never another's. Whether it still has it `always_one` tells.
    """
    came: dict[int, int] = {}
    ones: list[tuple[int, Said]] = []
    for t, e, a, op, _, _ in rows:
        if a == Said.KIND:
            came.setdefault(e, t)
        if op and a in _ENDS_OF_ONE and came.get(e) == t:
            ones.append((e, Said(a)))
    return {one: place for place, one in enumerate(sorted(ones), 1)}


_ENDS_OF_ONE = {Said.ONE_FROM, Said.ONE_TO}
_ONES = {Said.CARDINALITY, *_ENDS_OF_ONE}
_MANY = quoted(MANY)


def _take_in(told: _Told, rows: Iterable[Row]) -> set[tuple[int, Said]]:
    """Take in the facts of one t; return the ends that changed, none where all may have."""
    changed: set[tuple[int, Said]] = set()
    is_of_all = False
    for _, e, a, op, r, _ in rows:
        if a == Said.INTERFACE:
            is_of_all = True
            held, member = told.implementers.setdefault(r, set()), e
        else:
            changed.add((e, Said(a)))
            held, member = told.ends.setdefault((e, Said(a)), set()), r
        if op:
            held.add(member)
        else:
            held.discard(member)
    return set() if is_of_all else changed


def _concrete(told: _Told, end: tuple[int, Said], interfaces: frozenset[int]) -> frozenset[int]:
    found: set[int] = set()
    for name in told.ends[end]:
        found |= told.implementers.get(name, set()) if name in interfaces else {name}
    return frozenset(found)


def _types(told: _Told, edge: int, said: Said) -> frozenset[int]:
    allowed = told.allowed.get((edge, said), set())
    ever = frozenset().union(*allowed)
    is_settled = len(allowed) == 1 and len(ever) == 1
    return ever if is_settled else ever | {UNKNOWN.id}
