"""A plan being made: fresh names, and what each name stands for once the variables are known.

A `Place` is where a field stands in the answer. What its arguments need at run time are bindings
at that place; a fault of one of them becomes the error of the field at that place, while the
statement still runs with harmless values in the slots.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from adjacency.keeper import Held
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.syntax.clauses import Clause
from datalog.syntax.query import Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, History, Now
from datalog.tree import Fixed, Shape
from resolvers.clauses import mentioned
from resolvers.limits import Limits
from resolvers.selection import Selected, given_value
from store import moment
from store.catalogue import Catalogue
from store.errors import CallerFault
from store.moment import AtInstant, AtT, FutureTimePoint, TimePoint
from store.values import instant_text


@dataclass(frozen=True, slots=True)
class Step:
    """A response key, and the concrete type that it is selected of (empty: any)."""

    key: str
    type: str = ""


Path = tuple[Step, ...]


class Request(NamedTuple):
    """What the request adds to a plan: the variables' values, the server's clock and its secret.

    `edges` are those that are held in memory, where the plan walks over them. `as_text`: a value
    may be a Fragment of JSON text, which nobody looks into.
    """

    variables: Mapping[str, object]
    now: datetime
    secret: bytes
    edges: Held | None = None
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """Values of slots, made from the request; where the field fails, the harmless ones."""

    names: tuple[str, ...]
    values: Callable[[Request], tuple[object, ...]]
    harmless: tuple[object, ...]


Change = Callable[[Request], Callable[[object], object]]
"""What is still to be made of a raw value, given the request."""


@dataclass(frozen=True, slots=True)
class Finish:
    """A change at every place of the answer that a path leads to."""

    path: Path
    change: Change


@dataclass(frozen=True, slots=True)
class Hidden:
    """Where objects of these types have a `__typename` that nobody asked for."""

    path: Path
    types: frozenset[str]


Slots = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Found:
    """The times that the statement saw: its basis, and each moment's t."""

    t: int
    moments: Mapping[str, int]


Check = Callable[[Slots, Found], None]
"""Raises the CallerFault that only the statement's times can tell."""


@dataclass(frozen=True, slots=True)
class Site:
    """All that the arguments of one field need: before the statement and after it."""

    path: Path
    bindings: tuple[Binding, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field stands: its path in the answer, its name in `explain`, and the time it reads.

    `said` is the moment that somebody asked for by `asOf`, at the field or above it; None is now.
    """

    path: Path
    label: str
    view: Now | AsOf = field(default_factory=Now)
    said: str | None = None

    @property
    def source(self) -> Source:
        """Return the database that queries at this place read."""
        return Source("$", self.view)

    @property
    def log(self) -> Source:
        """Return all datoms up to the time of this place, as a second database."""
        return Source("$log", History(self.view))

    def at(self, key: str, type_name: str = "") -> "Place":
        """Return the place of a field below this one; the type where several are possible."""
        told = f"{self.label}({type_name}).{key}" if type_name else f"{self.label}.{key}"
        return replace(self, path=(*self.path, Step(key, type_name)), label=told)


EntityShape = Callable[["Draft", Place, Selected, Variable], Shape]
"""What makes the shape of an entity of any type; everything that leads to entities needs it."""


@dataclass(slots=True)
class Draft:
    """The names and bindings of a plan in the making; every name is given once.

    `is_written`: a part of it is a query that somebody wrote. `statistics`: of the facts, for the
    order in which they are read. `walks`: lineage goes over the edges in memory where it can;
    `roads` has for each root field of lineage why it cannot, None where it can. `handed`: the root
    fields of which lists can be handed on as they are, while the rest is reshaped.
    """

    catalogue: Catalogue
    limits: Limits
    any_entity: "EntityShape"
    moments: list[str] = field(default_factory=list)
    faults: dict[Path, CallerFault] = field(default_factory=dict)
    finishes: list[Finish] = field(default_factory=list)
    reshapes: dict[str, Change] = field(default_factory=dict)
    handed: set[str] = field(default_factory=set)
    hidden: list[Hidden] = field(default_factory=list)
    is_written: bool = False
    walks: bool = False
    roads: dict[str, str | None] = field(default_factory=dict)
    statistics: Statistics = NOTHING_KNOWN
    _slots: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=set)
    _counts: dict[str, int] = field(default_factory=dict)
    _bindings: dict[Path, list[Binding]] = field(default_factory=dict)
    _checks: dict[Path, list[Check]] = field(default_factory=dict)

    def variable(self, name: str) -> Variable:
        """Return a variable of that name, with a number where the name is taken."""
        return Variable(self._fresh(name, "-"))

    def apart(self, name: str) -> str:
        """Return a name that somebody wrote, or another, which nobody can write, where it is taken.

        It has a blank.
        """
        return self._fresh(name, " ")

    def _fresh(self, name: str, mark: str) -> str:
        count = self._counts.get(name, 0) + 1
        while (fresh := name if count == 1 else f"{name}{mark}{count}") in self._names:
            count += 1
        self._counts[name] = count
        self._names.add(fresh)
        return fresh

    def bind(self, place: Place, binding: Binding) -> None:
        """Let the request decide the values of slots."""
        self._bindings.setdefault(place.path, []).append(binding)
        self._slots.update(binding.names)

    def given(self, clauses: Iterable[Clause]) -> tuple[Variable, ...]:
        """Return the variables of the clauses whose values come with the request."""
        return tuple(each for each in mentioned(clauses) if each.name in self._slots)

    def check(self, place: Place, check: Check) -> None:
        """Let the statement's times decide whether the field is at fault."""
        self._checks.setdefault(place.path, []).append(check)

    def finish(self, place: Place, change: Change) -> None:
        """Let the answer's raw value at a place be changed before it is handed out."""
        self.finishes.append(Finish(place.path, change))

    def reshape(self, place: Place, change: Change) -> None:
        """Let the whole column of a root field be changed, before anything within it is."""
        self.reshapes[place.path[0].key] = change

    def hide(self, place: Place, types: Iterable[str]) -> None:
        """Say that objects of these types at a place tell their type, though nobody asked."""
        named = frozenset(types)
        if named:
            self.hidden.append(Hidden(place.path, named))

    def slot(
        self,
        place: Place,
        name: str,
        argument: object,
        read: Callable[[object], object],
        harmless: object = None,
    ) -> Variable:
        """Return an `:in` variable whose value is read from an argument."""
        variable = self.variable(name)

        def values(request: Request) -> tuple[object, ...]:
            return (read(given_value(argument, request.variables)),)

        self.bind(place, Binding((variable.name,), values, (harmless,)))
        return variable

    def entity(self, place: Place, selected: Selected, variable: Variable) -> Shape:
        """Return the shape of an entity of whatever type."""
        return self.any_entity(self, place, selected, variable)

    def guarded(self, place: Place, shape: Callable[[Place], Shape]) -> Shape:
        """Return the shape of a field; where its arguments are at fault, null and that fault."""
        try:
            return shape(place)
        except CallerFault as fault:
            self.faults[place.path] = fault
            return Fixed("null")

    def moment(self) -> str:
        """Return the name of a new moment, whose two slots the caller binds."""
        name = self.variable("moment").name
        self.moments.append(name)
        return name

    def timed(self, place: Place, selected: Selected) -> Place:
        """Return the place as of the time that the field's `asOf` says; without, as it was."""
        argument = selected.arguments.get("asOf")
        if argument is None:
            return place
        name = self.moment()
        self.pin(place, name, argument)
        return replace(place, view=AsOf(name), said=name)

    def pin(self, place: Place, name: str, argument: object) -> None:
        """Let a moment be what an argument means; one in the future is a fault of the field."""

        def values(request: Request) -> tuple[object, ...]:
            return _moment_slots(given_value(argument, request.variables), request.now)

        self.bind(place, Binding(moment_slots(name), values, (0, None)))
        self.check(place, lambda slots, found: _check_not_future(slots[f"{name}.t"], found.t))

    def sites(self) -> tuple[Site, ...]:
        """Return the fields whose arguments matter at run time."""
        return tuple(
            Site(path, tuple(bindings), tuple(self._checks.get(path, ())))
            for path, bindings in self._bindings.items()
        )


def moment_slots(name: str) -> tuple[str, str]:
    """Return the names of the two slots of a moment: its t, or its instant."""
    return f"{name}.t", f"{name}.instant"


def _moment_slots(given: object, now: datetime) -> tuple[object, ...]:
    match _time_point(given):
        case AtT(t):
            return t, None
        case AtInstant(instant):
            if instant > now:
                raise FutureTimePoint(str(given), instant_text(now))
            return None, instant


def _time_point(given: object) -> TimePoint:
    if isinstance(given, AtT | AtInstant):
        return given
    return moment.parse(given)


def _check_not_future(t: object, latest: int) -> None:
    if isinstance(t, int) and t > latest:
        raise FutureTimePoint(f"t {t}", f"t {latest}")
