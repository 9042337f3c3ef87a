"""The history field: what an entity or an edge has been through, also one that is gone by now.

Both are one row of one query: what only one of them has is null, or empty, of the other.
"""

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Parent, Query
from datalog.syntax.terms import Variable
from datalog.tree import One, OpaqueId, Shape
from resolvers import connections, named
from resolvers.clauses import any_of
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place
from resolvers.selection import Selected
from resolvers.timeline.any_time import EdgeAtAnyTime
from resolvers.timeline.edge_changes import EdgeChanges
from resolvers.transactions import history as facts
from resolvers.transactions import transaction


def history(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the history of what an id or a urn names."""
    place = draft.timed(place, selected)
    about = draft.variable("about")
    name = named.one(draft, place, selected.arguments.get("id"))
    entity = (name.entity(about), Pattern(about, "entity/type"))
    # An edge has ends as long as it is known at all; no other view tells of one that has ended.
    edge = (Pattern(about, "edge/from", source="$log"), name.numbered(about))
    found = any_of((about, name.id, name.urn), (entity, edge))
    query = Query((about,), (place.source, place.log, *name.inputs(name.id, name.urn)), (found,))
    edges = EdgeAtAnyTime(draft, transaction, about)
    changes = EdgeChanges(draft, transaction)
    shape = fields(
        selected.of(),
        {
            "__typename": lambda _: text("History"),
            "id": lambda _: OpaqueId(about),
            "basis": lambda each: connections.basis(place, each),
            "entity": lambda each: _entity(draft, place.at(each.key), about, each),
            "edge": lambda each: edges.life(place.at(each.key), each),
            "facts": lambda each: draft.guarded(
                place.at(each.key), lambda at: facts(draft, at, about, each)
            ),
            "edgeChanges": lambda each: draft.guarded(
                place.at(each.key), lambda at: changes.of_either(at, about, each)
            ),
        },
    )
    return One(place.label, query, shape)


def _entity(draft: Draft, place: Place, about: Variable, selected: Selected) -> Shape:
    known = Pattern(about, "entity/urn")
    query = Query((about,), (place.source, Parent(about)), (known,))
    return One(place.label, query, draft.entity(place, selected, about))
