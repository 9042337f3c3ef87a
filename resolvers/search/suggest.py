"""The root field `suggest`: names that a text may go on to."""

from collections.abc import Callable

from datalog.syntax.clauses import Fulltext
from datalog.syntax.query import Order, Query, Scalar
from datalog.syntax.terms import BLANK
from datalog.tree import Bound, Many, Shape
from resolvers.clauses import nothing
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place
from resolvers.entities import any_entity
from resolvers.filters import deleted
from resolvers.pages import at_most
from resolvers.search.highlights import Marking
from resolvers.search.looking import URN, names, of_any, read_text, types_of
from resolvers.selection import Selected

MOST = 100
"""Suggestions that are given at once."""


def suggest(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the names that a text may go on to, the best first. Raises BadUserInput."""
    arguments, place = selected.arguments, draft.timed(place, selected)
    said = draft.slot(place, "text", arguments.get("text"), going_on, "")
    size = draft.slot(place, "first", arguments.get("first"), at_most("first", MOST), 0)
    found, value, score = map(draft.variable, ("entity", "name", "score"))
    types = types_of(draft, arguments.get("types"))
    where = (
        Fulltext((*names(draft.catalogue, types), URN), said, (found, value, BLANK, score, BLANK)),
        *of_any(found, types),
        nothing((found,), (deleted(found),)),
    )
    query = Query(
        (found, value, score),
        (place.source, Scalar(said), Scalar(size)),
        where,
        order=(Order(score, descending=True), Order(value), Order(found)),
        limit=size,
    )
    marking = Marking(draft, arguments.get("text"), going_on)
    shapes: dict[str, Callable[[Selected], Shape]] = {
        "__typename": lambda _: text("Suggestion"),
        "text": lambda _: Bound(value),
        "score": lambda _: Bound(score),
        "spans": lambda each: marking.whole(place.at(each.key), each, value),
        "node": lambda each: any_entity(draft, place.at(each.key), each, found),
    }
    return Many(place.label, query, fields(selected.of(), shapes))


def going_on(given: object) -> str:
    """Return what is looked for where the last word of a text may go on. Raises as read_text."""
    said = read_text(given)
    return said if not said or said[-1].isspace() or said[-1] in '"*' else f"{said}*"
