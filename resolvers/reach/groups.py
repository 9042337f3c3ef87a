"""What is reached, grouped by where a relation leads: by any that carries no lineage itself."""

from collections.abc import Iterator, Mapping

from datalog.syntax.clauses import Clause, Pattern
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Among, Order, Query, Scalar
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Let, Many, Object, Shape, Total
from resolvers.clauses import any_of, nothing, of_types
from resolvers.connections import fields, text
from resolvers.draft import Draft, Place
from resolvers.entities import any_entity
from resolvers.errors import BadUserInput
from resolvers.pages import size
from resolvers.reach.rows import Reached
from resolvers.selection import Selected
from store.catalogue import Catalogue, Upstream

Walks = Mapping[tuple[str, bool], tuple[str, ...]]
"""Over which edges a field leads, and whether in reverse, with the types that have it so."""


def group_relations(catalogue: Catalogue) -> Mapping[str, Walks]:
    """Return the relations to group by, by the names of their fields.

    A relation whose edges carry lineage is none: what lies along it is what was reached.
    """
    found: dict[str, dict[tuple[str, bool], tuple[str, ...]]] = {}
    for owner in catalogue.entity_types.values():
        for each in owner.relations:
            if catalogue.edge_type(each.edge).upstream is Upstream.NONE:
                walks = found.setdefault(each.field, {})
                walk = (each.edge, each.reverse)
                walks[walk] = (*walks.get(walk, ()), owner.name)
    return dict(sorted(found.items()))


def groups(reached: Reached, place: Place, selected: Selected) -> Shape:
    """Return the shape of what is reached, grouped. Raises BadUserInput."""
    by = str(selected.arguments.get("by"))
    walks = group_relations(reached.draft.catalogue).get(by)
    if walks is None:
        raise BadUserInput("by", f"no type has a relation {by} to group by")
    draft = reached.draft
    node, depth, end, count = map(draft.variable, ("node", "depth", "end", "count"))
    found = reached.query(end, node, depth, _leads(node, end, walks))
    grouped = Query((end, Aggregate(Aggregation.COUNT, node)), found.inputs, found.where)
    name = draft.apart("groups")
    among = (reached.place.source, Among(name, (end, count)))

    def listed(each: Selected) -> Shape:
        at = place.at(each.key)
        order = (Order(count, descending=True), Order(end))
        limit = size(draft, at, "first", selected.arguments.get("first"))
        number = () if isinstance(limit, int) else (Scalar(limit),)
        query = Query((end, count), (*among, *number), (), order, limit)
        return Many(at.label, query, _group(draft, at, each, end, count))

    shape = fields(
        selected.of(),
        {
            "__typename": lambda _: text("ImpactGroups"),
            "groups": listed,
            "total": lambda each: Total(place.at(each.key).label, Query((end,), among, ())),
            "without": lambda each: _without(reached, place.at(each.key), walks),
        },
    )
    return Let(f"{place.label}(groups)", name, grouped, shape)


def _group(
    draft: Draft, place: Place, selected: Selected, end: Variable, count: Variable
) -> Object:
    return fields(
        selected.of(),
        {
            "__typename": lambda _: text("ImpactGroup"),
            "entity": lambda each: any_entity(draft, place.at(each.key), each, end),
            "count": lambda _: Bound(count),
        },
    )


def _without(reached: Reached, place: Place, walks: Walks) -> Shape:
    """Count the nodes from which the relation leads nowhere."""
    node, depth, end = map(reached.draft.variable, ("node", "depth", "end"))
    led = (_leads(node, end, walks),)
    return Total(place.label, reached.query(node, node, depth, nothing((node,), led)))


def _leads(node: Variable, end: Variable, walks: Walks) -> Clause:
    return any_of((node, end), tuple(_branches(node, end, walks)))


def _branches(node: Variable, end: Variable, walks: Walks) -> Iterator[tuple[Clause, ...]]:
    for (edge, reverse), owners in walks.items():
        near, far = (end, node) if reverse else (node, end)
        yield Pattern(near, edge, far), of_types(node, owners)
