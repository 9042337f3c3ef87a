"""Edges as JSON: their ends, their properties, and the transactions that began them."""

from collections.abc import Iterable

from datalog.syntax.clauses import Pattern
from datalog.syntax.query import Parent, Query
from datalog.syntax.terms import Variable
from datalog.tree import Object, One, OpaqueId, Shape, Value
from resolvers.draft import Draft, Place
from resolvers.selection import Selected
from resolvers.subjects import NULL, Members, Subject, company, variants
from resolvers.timeline.edge_changes import EdgeChanges
from resolvers.transactions import transaction, transaction_of


def edge_object(subject: Subject, selected: Selected) -> Shape:
    """Return the shape of an edge whose type is known."""
    return Object(edge_members(subject, selected.of(subject.type)))


def any_edge(draft: Draft, place: Place, selected: Selected, edge: Variable) -> Shape:
    """Return the shape of an edge of whatever type."""
    names = tuple(draft.catalogue.edge_types)
    shared = company(selected, names)
    cases = {
        name: edge_members(Subject(draft, place, edge, name, shared), selected.of(name))
        for name in names
    }
    return variants(draft, place, edge, cases)


def edge_members(subject: Subject, selected: Iterable[Selected]) -> Members:
    """Return the fields that are selected of an edge of a type."""
    return tuple((each.key, _edge_field(subject, each)) for each in selected)


def _edge_field(subject: Subject, selected: Selected) -> Shape:  # noqa: PLR0911  # One case each.
    draft, edge, place = subject.draft, subject.variable, subject.at(selected)
    match selected.name:
        case "__typename" | "type":
            return subject.named
        case "id":
            return OpaqueId(edge)
        case "from" | "to" as name:
            return subject.once(
                selected, name, lambda: _edge_end(subject, place, f"edge/{name}", selected)
            )
        case "since" as name:
            return subject.once(
                selected, name, lambda: transaction_of(draft, place, edge, "edge/since", selected)
            )
        case "until":  # What a view shows is live at its time; history and diff show the rest.
            return NULL
        case "history" as name:
            changes = EdgeChanges(draft, transaction)
            return subject.once(
                selected,
                name,
                lambda: draft.guarded(place, lambda at: changes.of_edge(at, edge, selected)),
            )
        case name:
            owner = "edge" if name == "key" else subject.type
            return Value(edge, f"{owner}/{name}")


def _edge_end(subject: Subject, place: Place, attribute: str, selected: Selected) -> Shape:
    end = subject.draft.variable(attribute.removeprefix("edge/"))
    query = Query(
        (end,),
        (place.source, Parent(subject.variable)),
        (Pattern(subject.variable, attribute, end),),
    )
    return One(place.label, query, subject.draft.entity(place, selected, end))
