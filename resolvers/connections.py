"""Connections: a page of a query's rows with edges, nodes, totals and cursors, as selected."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import orjson

from datalog.syntax.clauses import Clause
from datalog.syntax.query import Among, Parent, Query, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.tree import (
    BasisInstant,
    BasisT,
    Cursor,
    FirstCursor,
    Fixed,
    HasNext,
    HasPrevious,
    LastCursor,
    Object,
    OpaqueId,
    Page,
    Rows,
    Shape,
    Total,
)
from resolvers.cursors import sign
from resolvers.draft import Draft, Place, Request
from resolvers.orders import Key
from resolvers.pages import Paging, Question, paging
from resolvers.selection import Selected

Shaping = Callable[[Place, Selected], Shape]
More = Callable[[Place, Query, Selected], Shape]
"""Makes the shape of a field, given the query of a connection's rows."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a connection lists: the rows of a query, their order, and what becomes of a row.

    `parent` is the row of the level above that the rows belong to, and so do their cursors.
    `sources` are the databases that the query reads, given the place (its time may be a cursor's),
    and `among` the rows of a `Let` above. `beside` are further fields of the connection, `more`
    those about all of its rows, `of_row` those of its edges, by name.
    """

    name: str
    question: Question
    find: tuple[Variable, ...]
    where: tuple[Clause, ...]
    keys: tuple[Key, ...]
    node: Shaping
    edge: Shaping | None = None
    parent: Variable | None = None
    more: Mapping[str, "More"] = field(default_factory=dict)
    sources: Callable[[Place], tuple[Source, ...]] = field(default=lambda place: (place.source,))
    among: tuple[Among, ...] = ()
    beside: Mapping[str, Shaping] = field(default_factory=dict)
    of_row: Mapping[str, Shaping] = field(default_factory=dict)


_PARENT = "__parent"
"""Hidden in a connection until its cursors are signed and checked."""


def connection(draft: Draft, place: Place, selected: Selected, listing: Listing) -> Shape:
    """Return the shape of a connection. Raises BadUserInput where its arguments contradict."""
    page = paging(draft, place, selected, listing.question, listing.keys)
    return paged(draft, place, selected, listing, page)


def paged(draft: Draft, place: Place, selected: Selected, listing: Listing, page: Paging) -> Shape:
    """Return the shape of a connection of which it is known which page is asked for."""
    made = _Connection(draft, listing, page, page.place)
    shape = fields(
        selected.of(),
        {
            "__typename": lambda _: text(f"{listing.name}Connection"),
            "edges": made.edges,
            "nodes": made.nodes,
            "totalCount": made.total,
            "pageInfo": made.page_info,
            "basis": lambda each: basis(page.place, each),
            **made.at_place(listing.beside, page.place),
            **{name: made.more(shaping) for name, shaping in listing.more.items()},
        },
    )
    if made.cursors or page.marked is not None:
        draft.finish(place, made.signing)
        if listing.parent is not None:
            shape = Object((*shape.fields, (_PARENT, OpaqueId(listing.parent))))
    if any(each.name in {"edges", "nodes", "pageInfo"} for each in selected.of()):
        return made.page(shape)
    return shape


def fields(selected: Iterable[Selected], shapes: dict[str, Callable[[Selected], Shape]]) -> Object:
    """Return a JSON object of the selected fields, each shaped by its name."""
    return Object(tuple((each.key, shapes[each.name](each)) for each in selected))


def text(value: str) -> Fixed:
    """Return a text that is known already, as JSON."""
    return Fixed(orjson.dumps(value).decode())


def basis(place: Place, selected: Selected) -> Shape:
    """Return the t and the instant at which a place reads."""
    return fields(
        selected.of(),
        {
            "__typename": lambda _: text("Basis"),
            "t": lambda _: BasisT(place.source),
            "instant": lambda _: BasisInstant(place.source),
        },
    )


@dataclass(frozen=True, slots=True)
class _Connection:
    draft: Draft
    listing: Listing
    paging: Paging
    place: Place
    cursors: list[tuple[str, str]] = field(default_factory=list)
    """Where cursors stand in the connection: the list or object, and the key in it."""

    def page(self, shape: Shape) -> Page:
        listing, page = self.listing, self.paging
        found = tuple(key.found for key in listing.keys if key.found is not None)
        numbers = () if isinstance(page.size, int) else (page.size,)
        query = replace(
            self._query(),
            where=(*listing.where, *found),
            order=tuple(key.order for key in listing.keys),
            limit=page.size,
        )
        inputs = (*query.inputs, *map(Scalar, (*(page.after or ()), *numbers)))
        query = replace(query, inputs=inputs)
        return Page(self.place.label, query, shape, page.after, page.backward)

    def _query(self) -> Query:
        listing = self.listing
        given = map(Scalar, self.draft.given(listing.where))
        parent = () if listing.parent is None else (Parent(listing.parent),)
        inputs = (*listing.sources(self.place), *listing.among, *parent, *given)
        return Query(listing.find, inputs, listing.where)

    def total(self, selected: Selected) -> Shape:
        return Total(f"{self.place.label}.{selected.key}", self._query())

    def more(self, shaping: More) -> Callable[[Selected], Shape]:
        """Return what makes a field that is about all rows."""
        return lambda each: shaping(self.place.at(each.key), self._query(), each)

    def nodes(self, selected: Selected) -> Shape:
        return Rows(self.listing.node(self.place.at(selected.key), selected))

    def edges(self, selected: Selected) -> Shape:
        place = self.place.at(selected.key)
        shapes: dict[str, Callable[[Selected], Shape]] = {
            "__typename": lambda _: text(f"{self.listing.name}Edge"),
            "cursor": lambda each: self._cursor(selected, each, Cursor()),
            "node": lambda each: self.listing.node(place.at(each.key), each),
        }
        shapes |= self.at_place(self.listing.of_row, place)
        if self.listing.edge is not None:
            edge = self.listing.edge
            shapes["edge"] = lambda each: edge(place.at(each.key), each)
        return Rows(fields(selected.of(), shapes))

    def at_place(
        self, shapings: Mapping[str, Shaping], place: Place
    ) -> dict[str, Callable[[Selected], Shape]]:
        """Return what shapes the fields that a listing brings itself."""

        def shaped(shaping: Shaping) -> Callable[[Selected], Shape]:
            return lambda each: shaping(place.at(each.key), each)

        return {name: shaped(shaping) for name, shaping in shapings.items()}

    def page_info(self, selected: Selected) -> Shape:
        came_from = Fixed("true" if self.paging.after is not None else "false")
        backward = self.paging.backward
        return fields(
            selected.of(),
            {
                "__typename": lambda _: text("PageInfo"),
                "hasNextPage": lambda _: came_from if backward else HasNext(),
                "hasPreviousPage": lambda _: HasPrevious() if backward else came_from,
                "startCursor": lambda each: self._cursor(selected, each, FirstCursor()),
                "endCursor": lambda each: self._cursor(selected, each, LastCursor()),
            },
        )

    def _cursor(self, holder: Selected, selected: Selected, raw: Shape) -> Shape:
        self.cursors.append((holder.key, selected.key))
        return raw

    def signing(self, request: Request) -> Callable[[object], object]:
        """Return what signs the cursors of a connection, and checks the one that it was asked by.

        That raises InvalidCursor where the cursor belongs to the rows of another parent.
        """
        asked = self.listing.question.asked(request)

        def signed(made: object) -> object:
            if not isinstance(made, dict):  # The field is null, or at fault.
                return made
            parent = made.pop(_PARENT, None)
            if self.paging.marked is not None:
                self.paging.marked.check_parent(request, parent)
            for holder, key in self.cursors:
                held = made[holder]
                for each in held if isinstance(held, list) else [held]:
                    if each[key] is not None:
                        each[key] = sign(request.secret, asked, [*each[key], parent])
            return made

        return signed
