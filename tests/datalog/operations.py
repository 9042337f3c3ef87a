"""The operations of the case files, by name; what they need at run time beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from datalog.syntax.clauses import (
    Compare,
    EdgeStep,
    GetElse,
    Not,
    Operator,
    Or,
    Pattern,
    Search,
    Step,
    Through,
)
from datalog.syntax.query import Order, Parent, Query, Relation, Scalar, Source
from datalog.syntax.terms import Blank, Constant, Keyword, Variable
from datalog.syntax.views import AsOf, History, Now
from datalog.tree import (
    AttributeName,
    BasisInstant,
    BasisT,
    Bound,
    Cursor,
    Fixed,
    Graph,
    HasNext,
    Many,
    Object,
    One,
    OpaqueId,
    Operation,
    Page,
    Rows,
    Shape,
    Total,
    TypeName,
    Value,
    Variant,
)
from tests.datalog.library import urn

NOW = Source("$", Now())
THEN = Source("$", AsOf("then"))
E, FAR, EDGE, TX, KEY = (Variable(name) for name in ("e", "far", "edge", "tx", "key"))
ID, URN, POSITION, LIMIT = (Variable(name) for name in ("id", "urn", "position", "limit"))
GIVEN, AFTER, AFTER_E = (Variable(name) for name in ("given", "after", "after-e"))


@dataclass(frozen=True)
class Case:
    """An operation, its moments and slots."""

    operation: Operation
    slots: Mapping[str, object] = field(default_factory=dict)


def _case(shape: Shape, /, **slots: object) -> Case:
    return Case(Operation((("it", shape),)), slots)


def _of_type(variable: Variable, *names: str) -> Or | Pattern:
    patterns = [Pattern(variable, "entity/type", Constant(Keyword(name))) for name in names]
    return patterns[0] if len(patterns) == 1 else Or(tuple((each,) for each in patterns))


ALIVE = Not((Pattern(E, "entity/lifecycle", Constant(Keyword("DELETED"))),))
DATASETS = (_of_type(E, "Dataset"), ALIVE)
NAMED = Or(
    ((Pattern(E, "entity/id", ID),), (Pattern(E, "entity/urn", URN),)), (E, ID, URN), exclusive=True
)


def _everything() -> Object:
    names = "name rows size price ratio seenAt day hidden layer home extra token tags replacement"
    return Object(
        (
            ("id", OpaqueId(E)),
            ("type", TypeName(E)),
            ("urn", Value(E, "entity/urn")),
            ("lifecycle", Value(E, "entity/lifecycle")),
            *((name, Value(E, f"Dataset/{name}")) for name in names.split()),
            ("strange key \" '\\ é", Fixed('"strange value \' \\" \\\\ é"')),
        )
    )


def _one(source: Source, shape: Shape, name: str = "it") -> One:
    query = Query((E,), (source, Scalar(ID), Scalar(URN)), (NAMED, _of_type(E, "Dataset")))
    return One(name, query, shape)


def _transaction() -> Object:
    return Object(
        (
            ("id", OpaqueId(TX)),
            ("t", Value(TX, "tx/t")),
            ("instant", Value(TX, "tx/instant")),
            ("reason", Value(TX, "tx/reason")),
            ("actor", Value(TX, "tx/actor")),
        )
    )


def _touched(attribute: str) -> One:
    query = Query((TX,), (NOW, Parent(E)), (Pattern(E, attribute, TX),))
    return One(attribute, query, _transaction())


def _page(
    order: str, shape: Shape, *, after: bool = False, backward: bool = False, source: Source = NOW
) -> Page:
    marks = (AFTER, AFTER_E) if after else None
    query = Query(
        (E,),
        (source, Scalar(LIMIT), *map(Scalar, marks or ())),
        (*DATASETS, GetElse(E, (Step(order),), KEY)),
        (Order(KEY), Order(E)),
        LIMIT,
    )
    rows = Object((("nodes", Rows(shape)), ("more", HasNext())))
    return Page("it", query, rows, marks, backward)


def _relation() -> Object:
    where = (
        Pattern(EDGE, "edge/type", Constant(Keyword("OwnedBy"))),
        Pattern(EDGE, "edge/from", E),
        Pattern(EDGE, "edge/to", FAR),
        _of_type(FAR, "Team", "Person", "Unknown"),
    )
    query = Query((FAR, EDGE), (NOW, Parent(E)), where, (Order(FAR), Order(EDGE)), 2)
    owner = Object((("__typename", TypeName(FAR)), ("name", Value(FAR, "Owner/name"))))
    edge = Object((("key", Value(EDGE, "edge/key")), ("duty", Value(EDGE, "OwnedBy/duty"))))
    page = Object(
        (
            ("edges", Rows(Object((("cursor", Cursor()), ("node", owner), ("edge", edge))))),
            ("nodes", Rows(owner)),
            ("totalCount", Total("owners.totalCount", query)),
            ("hasNextPage", HasNext()),
        )
    )
    return Object((("urn", Value(E, "entity/urn")), ("owners", Page("owners", query, page))))


def _steward(source: Source) -> Object:
    where = (Pattern(E, "StewardedBy", FAR), _of_type(FAR, "Person"))
    query = Query((FAR,), (source, Parent(E)), where)
    name = Value(FAR, "Person/name")
    return Object((("name", Value(E, "Dataset/name")), ("steward", One("it.steward", query, name))))


def _history() -> Page:
    a, v, op, n = (Variable(name) for name in ("a", "v", "op", "n"))
    log = Source("$log", History(AsOf("then")))
    fact = Pattern(E, a, v, TX, op, n, source="$log")
    named = Query(
        (FAR,), (THEN, Parent(v)), (Pattern(v, "entity/urn"), Pattern(FAR, "entity/id", v))
    )
    shape = Object(
        (
            ("attribute", AttributeName(a)),
            ("value", Bound(v)),
            ("target", One("it.target", named, Value(FAR, "entity/urn"))),
            ("added", Bound(op)),
            ("t", Value(TX, "tx/t")),
        )
    )
    where = (Pattern(E, "entity/urn", URN), fact)
    query = Query((E, a, v, TX, op, n), (THEN, log, Scalar(URN)), where, (Order(TX), Order(n)), 12)
    return Page("it", query, Rows(shape))


def _graph() -> Graph:
    root, node, depth, side = (Variable(name) for name in ("root", "node", "depth", "side"))
    limits = (Variable("max-depth"), Variable("max-nodes"), Variable("per-node"))
    up = (EdgeStep("DerivedFrom", reverse=False), EdgeStep("Writes", reverse=True))
    down = (EdgeStep("DerivedFrom", reverse=True), EdgeStep("Writes", reverse=False))
    search = Search(root, node, depth, side, up, down, ("Dataset",), *limits)
    where = (Pattern(root, "entity/urn", URN), search)
    query = Query((node, depth, side), (NOW, Scalar(URN), *map(Scalar, limits)), where)
    name = Variant(node, ((("Dataset",), Value(node, "Dataset/name")),), Fixed("null"))
    return Graph("it", query, search, name, None, degrees=True, edges=True, frontier=True)


def _graph_through() -> Graph:
    graph = _graph()
    per_hop = Variable("per-hop")
    search = replace(graph.search, types=None, through=Through(("Dataset",), per_hop))
    clauses = (*graph.query.where[:-1], search)
    query = replace(graph.query, inputs=(*graph.query.inputs, Scalar(per_hop)), where=clauses)
    return replace(graph, query=query, search=search, passages=True, degrees=False)


def _many_by_position() -> Many:
    inputs = (NOW, Relation((POSITION, ID, URN)))
    query = Query((POSITION, E), inputs, (NAMED,), (Order(POSITION),))
    node = Object((("at", Bound(POSITION)), ("id", OpaqueId(E)), ("type", TypeName(E))))
    return Many("it", query, node)


def _filtered() -> Many:
    name = Variable("name")
    stewarded = Or(
        ((Pattern(E, "StewardedBy", FAR), Pattern(FAR, "Person/name", Constant("Person 2"))),), (E,)
    )
    where = (
        *DATASETS,
        Pattern(E, "Dataset/name", name),
        Compare(Operator.STARTS_WITH, name, GIVEN),
        Or(((stewarded,), (Not((Pattern(E, "Dataset/rows"),)),)), (E,)),
    )
    return Many("it", Query((E,), (NOW, Scalar(GIVEN)), where), Value(E, "entity/urn"))


D7, P1 = urn("d07"), urn("p1")
BY_URN: Mapping[str, object] = {"id": None, "urn": D7}
FULL: Mapping[str, object] = {"id": None, "urn": urn("dfull")}
TIMES: Mapping[str, object] = {"then.t": 5, "then.instant": None}

CASES: Mapping[str, Case] = {
    "entity_with_all_its_values": _case(_one(NOW, _everything()), **FULL),
    "entity_as_of_a_t": Case(
        Operation((("it", _one(THEN, _everything())),), ("then",)), {**BY_URN, **TIMES}
    ),
    "entity_touched_by_transactions": _case(
        _one(
            NOW,
            Object(
                (
                    ("created", _touched("entity/createdAt")),
                    ("changed", _touched("entity/changedAt")),
                )
            ),
        ),
        **BY_URN,
    ),
    "page_by_name": _case(_page("Dataset/name", Value(E, "Dataset/name")), limit=5),
    "page_by_name_after_a_row": _case(
        _page("Dataset/name", Value(E, "Dataset/name"), after=True),
        **{"limit": 5, "after": "ab", "after-e": 0},
    ),
    "page_by_enum_backward": _case(
        _page("Dataset/layer", Value(E, "Dataset/layer"), backward=True), limit=4
    ),
    "page_by_number_as_of": Case(
        Operation((("it", _page("Dataset/rows", Value(E, "entity/urn"), source=THEN)),), ("then",)),
        {"limit": 3, **TIMES},
    ),
    "far_end_held_by_the_version": _case(_one(NOW, _steward(NOW)), **BY_URN),
    "far_end_held_by_the_version_as_of": Case(
        Operation((("it", _one(THEN, _steward(THEN))),), ("then",)), {**BY_URN, **TIMES}
    ),
    "relation_with_edges_and_count": _case(_one(NOW, _relation()), **BY_URN),
    "history_of_an_entity": Case(Operation((("it", _history()),), ("then",)), {"urn": D7, **TIMES}),
    "graph_with_everything": _case(
        _graph(), **{"urn": D7, "max-depth": 2, "max-nodes": 6, "per-node": 3}
    ),
    "graph_through_what_is_not_shown": _case(
        _graph_through(),
        **{"urn": urn("d05"), "max-depth": 1, "max-nodes": 6, "per-node": 3, "per-hop": 20},
    ),
    "nodes_in_the_order_asked": _case(
        _many_by_position(),
        position=[0, 1, 2, 3],
        id=[None, None, 2**52 + 3, 2**40],
        urn=[P1, D7, None, "nobody"],
    ),
    "filter_with_alternatives": _case(_filtered(), given="a"),
    "empty_by_construction": _case(
        Many(
            "it",
            Query((E,), (NOW,), (_of_type(E, "Team"), Pattern(E, "Dataset/name", Blank()))),
            OpaqueId(E),
        )
    ),
    "two_times_side_by_side": Case(
        Operation(
            (
                ("now", BasisT(NOW)),
                ("then", BasisInstant(THEN)),
                ("count", Total("count", Query((E,), (NOW,), DATASETS))),
                ("before", Total("before", Query((E,), (THEN,), DATASETS))),
            ),
            ("then",),
        ),
        TIMES,
    ),
}
