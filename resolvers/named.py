"""What the caller names by ids and urns: the slots that hold the names, and what finds them.

An id is `E…` for an entity or an edge, `T…` for a transaction; all else is a urn. Each kind of
name has a slot of its own, null where the name is of another kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from datalog.syntax.clauses import Clause, Compare, Operator, Or, Pattern
from datalog.syntax.query import Input, Relation, Scalar
from datalog.syntax.terms import Variable
from resolvers.draft import Binding, Draft, Place, Request
from resolvers.selection import given_value
from store.ids import FIRST_TRANSACTION, from_opaque

_NOTHING: tuple[object, ...] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Named:
    """The `:in` variables of one name, or of several: then with their positions from 0."""

    id: Variable
    urn: Variable
    t: Variable
    position: Variable | None = None

    def entity(self, found: Variable) -> Clause:
        """Return the clause that finds the entity of a name."""
        by_number = (Pattern(found, "entity/id", self.id),)
        by_urn = (Pattern(found, "entity/urn", self.urn),)
        # A name is an id or a urn.
        return Or((by_number, by_urn), (found, self.id, self.urn), exclusive=True)

    def numbered(self, found: Variable) -> Clause:
        """Return the condition that something has the id of a name, whatever the view knows."""
        return Compare(Operator.EQ, found, self.id)

    def inputs(self, *variables: Variable) -> tuple[Input, ...]:
        """Return the `:in` for those of the variables that a query uses."""
        if self.position is None:
            return tuple(map(Scalar, variables))
        return (Relation((self.position, *variables)),)


def one(draft: Draft, place: Place, argument: object) -> Named:
    """Return the variables for the one name that an argument is."""
    named = Named(draft.variable("id"), draft.variable("urn"), draft.variable("t"))

    def values(request: Request) -> tuple[object, ...]:
        return _split(given_value(argument, request.variables))

    names = (named.id.name, named.urn.name, named.t.name)
    draft.bind(place, Binding(names, values, _NOTHING))
    return named


def several(
    draft: Draft, place: Place, argument: object, check: Callable[[Sequence[object]], None]
) -> Named:
    """Return the variables for the names of a list, which `check` may refuse at run time."""
    return listed(draft, place, lambda request: _checked(given_list(argument, request), check))


def listed(draft: Draft, place: Place, names: Callable[[Request], Sequence[object]]) -> Named:
    """Return the variables for names that are made at run time; no name at all is null."""
    position = draft.variable("position")
    named = Named(draft.variable("id"), draft.variable("urn"), draft.variable("t"), position)

    def values(request: Request) -> tuple[object, ...]:
        given = names(request)
        ids, urns, ts = zip(*map(_split, given), strict=True) if given else ((), (), ())
        return [*range(len(given))], list(ids), list(urns), list(ts)

    slots = (position.name, named.id.name, named.urn.name, named.t.name)
    draft.bind(place, Binding(slots, values, ([], [], [], [])))
    return named


def _checked(given: list[object], check: Callable[[Sequence[object]], None]) -> list[object]:
    check(given)
    return given


def given_list(argument: object, request: Request) -> list[object]:
    """Return the list that an argument is; one value is a list of one."""
    given = given_value(argument, request.variables)
    return list(given) if isinstance(given, list | tuple) else [given]


def _split(given: object) -> tuple[object, ...]:
    """Return the number of an entity or edge, the urn, the t of a transaction: one, or none."""
    if given is None:
        return _NOTHING
    text = str(given)
    number = from_opaque(text)
    if number is not None:
        late = number > FIRST_TRANSACTION
        return (None, None, number - FIRST_TRANSACTION) if late else (number, None, None)
    return (None, text, None) if _speakable(text) else _NOTHING


def _speakable(text: str) -> bool:
    """Tell whether PostgreSQL takes the text; what it refuses is in no urn."""
    if "\0" in text:
        return False
    return text.isascii() or text.encode(errors="ignore").decode() == text
