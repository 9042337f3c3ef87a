"""Shapes to JSON text: one function per kind of shape; nested levels become subqueries."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never

from datalog.errors import Misplaced
from datalog.kinds import Special
from datalog.reason import Empty
from datalog.sql.answer import answer
from datalog.sql.basis import basis_instant, basis_t
from datalog.sql.columns import Column
from datalog.sql.entity_output import attribute_name, type_id_of, type_name, value
from datalog.sql.frontier import crowds_json, frontier_json
from datalog.sql.graph import (
    GraphRows,
    edge_members,
    edges_json,
    graph_json,
    graph_rows,
    node_members,
    nodes_json,
    nodes_of_levels_json,
    positions,
    refused,
    roots_counted,
    with_degrees,
)
from datalog.sql.group_output import OpenGroups, groups_json, of_groups_json, row_shapes
from datalog.sql.grouping import group_rows, of_no_rows, summary_rows
from datalog.sql.held import held_rows, no_rows, walk_end
from datalog.sql.json_text import as_json, opaque
from datalog.sql.levels import Found, Scope, default_keys, enclosed, find, sort_keys
from datalog.sql.measures import held
from datalog.sql.ordering import limited_to, order_by, order_terms
from datalog.sql.outputs import needs, with_outputs
from datalog.sql.page_output import OpenPage, part_json, row_parts, rows_json
from datalog.sql.pages import page_rows
from datalog.sql.passages import is_cut, passages_json
from datalog.sql.since import edges_since
from datalog.sql.timeline import timeline
from datalog.sql.writing import Json, as_text, json_object, list_of, selected_from
from datalog.syntax.query import Query
from datalog.syntax.terms import Variable
from datalog.tree import (
    AllGroups,
    Answer,
    AttributeName,
    BasisInstant,
    BasisT,
    Bound,
    Cursor,
    EdgesSince,
    FirstCursor,
    Fixed,
    Graph,
    GroupCount,
    Groups,
    HasNext,
    HasPrevious,
    LastCursor,
    Let,
    Many,
    Measured,
    Object,
    One,
    OpaqueId,
    Page,
    Rows,
    Shape,
    Summary,
    Timeline,
    Total,
    TypeName,
    Value,
    Variant,
    WalkEnd,
)
from datalog.vocabulary import TRANSACTION, type_id
from store.catalogue import ValueType
from store.sql import Bound as BoundValue
from store.sql import Slot, Sql, join, number, sql

Opened = OpenPage | OpenGroups


def to_json(shape: Shape, scope: Scope, page: Opened | None = None) -> Json:  # noqa: C901, PLR0911, PLR0912
    """Return the JSON text of a shape. Raises QueryError.

    One case for each kind of shape.
    """
    match shape:
        case Fixed(json):
            return (json,)
        case Value():
            return value(shape, scope)
        case Bound(variable):
            return (as_json(scope.columns[variable]),)
        case Measured():
            return (as_json(scope.columns[held(shape)]),)
        case OpaqueId(entity):
            return _opaque(scope.columns[entity])
        case TypeName():
            return type_name(shape, scope)
        case AttributeName(attribute):
            return (attribute_name(scope.columns[attribute]),)
        case Object(fields):
            return json_object((key, to_json(each, scope, page)) for key, each in fields)
        case Variant():
            return _variant(shape, scope, page)
        case One():
            return _one(shape, scope)
        case Many():
            return _many(shape, scope)
        case Total():
            return _total(shape, scope)
        case Summary():
            return _summary(shape, scope)
        case Groups():
            return _groups(shape, scope)
        case Page():
            return _page(shape, scope)
        case BasisT(source):
            return ('"', sql("{t}::text", t=basis_t(source, scope)), '"')
        case BasisInstant(source):
            return (basis_instant(source, scope),)
        case Graph():
            return _graph(shape, scope)
        case Let():
            return _let(shape, scope)
        case WalkEnd(name):
            return (walk_end(name, scope),)
        case EdgesSince():
            return (edges_since(shape, scope),)
        case Answer():
            return answer(shape, scope)
        case Timeline():
            return timeline(shape, scope)
        case Rows(inner):
            return _rows(inner, _open(shape, page))
        case GroupCount() | AllGroups():
            return of_groups_json(shape, _open_groups(shape, page))
        case Cursor() | FirstCursor() | LastCursor() | HasNext() | HasPrevious():
            return part_json(shape, _open_page(shape, page))
        case _:
            assert_never(shape)


def _opaque(column: Column) -> Json:
    """Return the public id of an entity; a value of the log that is no reference has none."""
    if column.kind is ValueType.REF and not (column.nullable or column.mixed):
        return ('"E', sql("{it}::text", it=column.sql), '"')
    return (opaque(replace(column, nullable=True) if column.kind is Special.FACT else column),)


def _variant(shape: Variant, scope: Scope, page: Opened | None) -> Json:
    types = scope.types.get(shape.entity)
    cases = [
        (names, each) for names, each in shape.cases if types is None or types & frozenset(names)
    ]
    if types is not None and len(types) == 1:
        return to_json(cases[0][1] if cases else shape.otherwise, scope, page)
    written = [
        sql(
            " WHEN {id} IN ({ids}) THEN {text}",
            id=type_id_of(shape, scope),
            ids=join(", ", [number(_type_number(name, scope)) for name in names]),
            text=as_text(to_json(each, _narrowed(shape.entity, names, scope), page)),
        )
        for names, each in cases
    ]
    otherwise = as_text(to_json(shape.otherwise, scope, page))
    if not written:
        return (otherwise,)
    return (sql("CASE{cases} ELSE {rest} END", cases=join("", written), rest=otherwise),)


def _type_number(name: str, scope: Scope) -> int:
    return 0 if name == TRANSACTION else type_id(name, scope.compilation.catalogue) or -1


def _narrowed(entity: Variable, names: tuple[str, ...], scope: Scope) -> Scope:
    return replace(scope, types={**scope.types, entity: frozenset(names)})


def _one(shape: One, scope: Scope) -> Json:
    found = _level(shape.path, shape.query, needs(shape.shape), scope)
    if found is None:
        return ("null",)
    found = with_outputs(found, [shape.shape])
    order = sql("")
    if not found.single:
        keys = sort_keys(shape.query, found.scope.columns) or default_keys(found)
        order = order_by(keys) if keys else sql("")
    return (
        sql(
            "coalesce((SELECT {text}{body}{order} LIMIT 1), 'null')",
            text=as_text(to_json(shape.shape, found.scope)),
            body=found.rows.body(),
            order=order,
        ),
    )


def _many(shape: Many, scope: Scope) -> Json:
    found = _level(shape.path, shape.query, needs(shape.shape), scope)
    if found is None:
        return ("[]",)
    if found.repeats or shape.query.limit is not None:
        found = _limited(found, shape.query)
    found = with_outputs(found, [shape.shape])
    keys = sort_keys(shape.query, found.scope.columns) or default_keys(found)
    order = sql(" ORDER BY {terms}", terms=order_terms(keys)) if keys else sql("")
    text = as_text(to_json(shape.shape, found.scope))
    members = sql("string_agg({text}, ','{order})", text=text, order=order)
    return selected_from(list_of(members), found.rows.body())


def _limited(found: Found, query: Query) -> Found:
    if query.limit is None:
        return enclosed(found, sql(""))
    if found.repeats:
        found = enclosed(found, sql(""))
    keys = sort_keys(query, found.scope.columns) or default_keys(found)
    limit = (
        sql("{it}", it=BoundValue(Slot(query.limit.name), "bigint"))
        if isinstance(query.limit, Variable)
        else number(query.limit)
    )
    return enclosed(found, sql("{order}{limit}", order=order_by(keys), limit=limited_to(limit)))


def _total(shape: Total, scope: Scope) -> Json:
    found = _level(shape.path, shape.query, (), scope)
    if found is None:
        return ("0",)
    if found.repeats:
        found = enclosed(found, sql(""))
    return (sql("(SELECT count(*)::text{body})", body=found.rows.body()),)


def _level(path: str, query: Query, needed: Iterable[Variable], scope: Scope) -> Found | None:
    found = find(query, needed, scope)
    if isinstance(found, Empty):
        scope.compilation.reasons.append((path, found.because))
        return None
    return found


def _page(shape: Page, scope: Scope) -> Json:
    parts = tuple(row_parts(shape.shape))
    if not parts:
        return to_json(shape.shape, scope)
    shapes = [part.shape for part in parts if isinstance(part, Rows)]
    needed = [each for one in shapes for each in needs(one)]
    rows = page_rows(shape, needed, scope, only_rows=len(shapes) == len(parts))
    if isinstance(rows, Empty):
        scope.compilation.reasons.append((shape.path, rows.because))
        return to_json(shape.shape, scope, OpenPage(shape, None))
    rows = replace(rows, found=with_outputs(rows.found, shapes))
    return selected_from(to_json(shape.shape, scope, OpenPage(shape, rows)), rows.found.rows.body())


def _summary(shape: Summary, scope: Scope) -> Json:
    found = summary_rows(shape, scope)
    if isinstance(found, Empty):
        scope.compilation.reasons.append((shape.path, found.because))
        return to_json(shape.shape, of_no_rows(shape.shape, scope))
    return selected_from(to_json(shape.shape, found.scope), found.rows.body())


def _groups(shape: Groups, scope: Scope) -> Json:
    rows = group_rows(shape, scope)
    if isinstance(rows, Empty):
        scope.compilation.reasons.append((shape.path, rows.because))
        return to_json(shape.shape, scope, OpenGroups(shape, None))
    rows = replace(rows, found=with_outputs(rows.found, row_shapes(shape.shape)))
    return selected_from(
        to_json(shape.shape, scope, OpenGroups(shape, rows)), rows.found.rows.body()
    )


def _open(shape: Shape, page: Opened | None) -> Opened:
    if page is None:
        raise Misplaced(type(shape).__name__)
    return page


def _open_page(shape: Shape, page: Opened | None) -> OpenPage:
    if not isinstance(page, OpenPage):
        raise Misplaced(type(shape).__name__)
    return page


def _open_groups(shape: Shape, page: Opened | None) -> OpenGroups:
    if not isinstance(page, OpenGroups):
        raise Misplaced(type(shape).__name__)
    return page


def _rows(shape: Shape, page: Opened) -> Json:
    if page.rows is None:
        return ("[]",)
    text = as_text(to_json(shape, page.rows.found.scope, page))
    if isinstance(page, OpenPage):
        return rows_json(text, page)
    return groups_json(text, page)


def _let(shape: Let, scope: Scope) -> Json:
    held = held_rows(shape, scope)
    if isinstance(held, Empty):
        scope.compilation.reasons.append((shape.path, held.because))
        held = no_rows(shape, scope)
    return (
        sql(
            "(WITH RECURSIVE {parts}\nSELECT {text})",
            parts=held.parts,
            text=as_text(to_json(shape.shape, held.scope)),
        ),
    )


def _graph(shape: Graph, scope: Scope) -> Json:
    rows = graph_rows(shape, scope, to_json)
    if isinstance(rows, Empty):
        scope.compilation.reasons.append((shape.path, rows.because))
        return _empty_graph(shape)
    parts = dict(_nodes_of_graph(shape, rows))
    if shape.edges:
        parts["edges"] = (_edges(shape, rows),)
    if shape.frontier:
        parts["frontier"] = (frontier_json(rows),)
    groups = rows.walk.sight.groups
    if shape.groups:
        parts["groups"] = (sql("'[]'") if groups is None else crowds_json(rows, groups),)
    if shape.passages:
        parts["passages"] = (passages_json(rows.hops, rows.walk, rows.name, rows.shown),)
    if shape.frontier and shape.search.through is not None:
        parts["cut"] = (is_cut(rows.hops),)
    if shape.position is not None:
        parts["positions"] = (positions(rows),)
    parts["refused"] = (refused(rows),)
    return (graph_json(rows, json_object(parts.items())),)


def _nodes_of_graph(shape: Graph, rows: GraphRows) -> Iterator[tuple[str, Json]]:
    """Yield the nodes; where they are handed on as they are, those asked for, beside the roots."""
    if not shape.handed or shape.nodes_told:
        yield "nodes", (_nodes(shape, rows),)
    if shape.handed:
        yield "roots", (roots_counted(rows),)


def _empty_graph(shape: Graph) -> Json:
    wanted = [("nodes", True), ("edges", shape.edges), ("frontier", shape.frontier)]
    wanted += [("groups", shape.groups), ("passages", shape.passages)]
    parts: dict[str, Json] = {key: ("[]",) for key, is_wanted in wanted if is_wanted}
    if shape.handed:
        parts["roots"] = ("0",)
    if shape.position is not None:
        parts["positions"] = ("[]",)
    parts["refused"] = ("false",)
    return json_object(parts.items())


def _nodes(shape: Graph, rows: GraphRows) -> Sql:
    at_once = nodes_of_levels_json(shape, rows)
    if at_once is not None:
        return at_once
    node, source = shape.search.node, shape.search.source
    type_shape = TypeName(node, source)
    found = with_degrees(rows, rows.nodes) if shape.degrees else rows.nodes
    has_type = "type" in shape.of_nodes
    own = (*([type_shape] if has_type else []), *([shape.node] if shape.node else []))
    found = with_outputs(found, own)
    members = [
        ("id", to_json(OpaqueId(node), found.scope)),
        *([("type", to_json(type_shape, found.scope))] if has_type else []),
        *node_members(shape),
    ]
    if shape.handed:
        members = _as_told(members, shape.nodes_told, shape.node, found.scope)
    elif shape.node is not None:
        members.append(("extra", to_json(shape.node, found.scope)))
    return nodes_json(json_object(members), shape, found)


def _edges(shape: Graph, rows: GraphRows) -> Sql:
    edge = shape.edge_entity
    found = with_outputs(rows.edges, [shape.edge] if shape.edge else [])
    members = [
        ("id", to_json(OpaqueId(edge), found.scope)),
        ("type", to_json(TypeName(edge, shape.search.source), found.scope)),
        *edge_members(rows, shape),
    ]
    if shape.handed:
        members = _as_told(members, shape.edges_told, shape.edge, found.scope)
    elif shape.edge is not None:
        members.append(("extra", to_json(shape.edge, found.scope)))
    return edges_json(json_object(members), shape, found)


def _as_told(
    members: Iterable[tuple[str, Json]],
    told: Iterable[tuple[str, str | Shape]],
    own: Shape | None,
    scope: Scope,
) -> list[tuple[str, Json]]:
    """Return what is told of a node or an edge, under the keys of the answer."""
    of_walk = dict(members)
    of_its_own = dict(own.fields) if isinstance(own, Object) else {}

    def text(what: str | Shape) -> Json:
        if isinstance(what, str) and what in of_walk:
            return of_walk[what]
        return to_json(of_its_own[what] if isinstance(what, str) else what, scope)

    return [(key, text(what)) for key, what in told]
