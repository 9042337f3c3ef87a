"""The root field `search`: entities with how well they fit, and where words were found."""

from collections.abc import Callable, Mapping

from datalog.syntax.query import Input, Order, Parent, Query, Scalar
from datalog.tree import AttributeName, Bound, Many, Object, Shape, Total
from resolvers.connections import Listing, connection, fields, text
from resolvers.draft import Draft, Place, Request
from resolvers.entities import any_entity
from resolvers.errors import BadUserInput
from resolvers.orders import Key
from resolvers.pages import Question
from resolvers.search.highlights import Marking
from resolvers.search.looking import Search, read_text, types_of
from resolvers.selection import Selected
from store.catalogue import ValueType

MOST_HIGHLIGHTS = 10
"""Values of one entity that are shown."""


def search(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the connection of what a search finds. Raises BadUserInput."""
    said, place = selected.arguments, draft.timed(place, selected)
    types, where = types_of(draft, said.get("types")), said.get("where") or {}
    if not isinstance(where, Mapping):
        raise BadUserInput("where", "expected an object of conditions")
    looking = Search(
        draft,
        place,
        draft.slot(place, "text", said.get("text"), read_text, ""),
        draft.variable("entity"),
        draft.variable("score"),
        where,
    )
    asked = {name: said.get(name) for name in ("text", "types", "where")}
    listing = Listing(
        name="Search",
        question=Question(("search",), asked),
        find=(looking.found,),
        where=looking.clauses(types),
        keys=(
            Key(looking.score, ValueType.INT, descending=True),
            Key(looking.found, ValueType.REF),
        ),
        node=lambda at, each: any_entity(draft, at, each, looking.found),
        of_row={
            "score": lambda _, __: Bound(looking.score),
            "highlights": lambda at, each: _highlights(looking, said.get("text"), at, each),
        },
        beside={"byType": lambda at, each: _by_type(looking, types, at, each)},
    )
    return connection(draft, place, selected, listing)


def _highlights(looking: Search, said: object, place: Place, selected: Selected) -> Shape:
    draft = looking.draft
    value, attribute = draft.variable("value"), draft.variable("attribute")
    score = draft.variable("fit")
    marking = Marking(draft, said, read_text)
    shapes: dict[str, Callable[[Selected], Shape]] = {
        "__typename": lambda _: text("Highlight"),
        "attribute": lambda _: AttributeName(attribute),
    }
    for name in ("text", "spans", "cutBefore", "cutAfter"):
        shapes[name] = lambda each: marking.piece(place.at(each.key), each, value)
    query = Query(
        (value, attribute, score),
        (place.source, Parent(looking.found), Scalar(looking.text)),
        (looking.values(value, attribute, score),),
        order=(Order(score, descending=True), Order(attribute), Order(value)),
        limit=MOST_HIGHLIGHTS,
    )
    return Many(place.label, query, fields(selected.of(), shapes))


def _by_type(
    looking: Search, types: tuple[str, ...] | None, place: Place, selected: Selected
) -> Shape:
    """Count each type by itself: together that looks into every table once."""
    draft = looking.draft
    counts: list[tuple[str, Shape]] = []
    for name in draft.catalogue.entity_types if types is None else types:
        where = looking.clauses((name,))
        inputs: tuple[Input, ...] = (place.source, *map(Scalar, draft.given(where)))
        counts.append(
            (name, Total(f"{place.label}({name})", Query((looking.found,), inputs, where)))
        )
    draft.finish(place, lambda request: _counted(selected, request))
    return Object(tuple(counts))


def _counted(selected: Selected, _: Request) -> Callable[[object], object]:
    def counted(found: object) -> object:
        if not isinstance(found, dict):
            return found
        known = sorted(((-count, name) for name, count in found.items() if count))
        told = [{"type": name, "count": -less, "__typename": "SearchCount"} for less, name in known]
        return [{each.key: row[each.name] for each in selected.of()} for row in told]

    return counted
