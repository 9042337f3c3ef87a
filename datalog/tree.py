"""A tree of queries, and the JSON that each level makes of its rows.

A GraphQL operation becomes one `Operation`: its root fields side by side, each a `Level` or a fixed
value. A level's query reads the rows of the level above as its `Parent` input. Shapes say what JSON
text a row becomes, in the order of the selection; everything that a shape names is a variable of
the level's query (or of a level above).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from datalog.syntax.clauses import Search
from datalog.syntax.query import Query, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import AsOf, Now


@dataclass(frozen=True, slots=True)
class Fixed:
    """JSON text known when the tree is made: `null`, `"Dataset"`, `42`."""

    json: str


@dataclass(frozen=True, slots=True)
class Value:
    """The attribute of an entity (`Dataset/name`, `entity/urn`, `tx/instant`, …) as JSON.

    Null where it is missing.

    A list for cardinality many, in the order of the values. In Datalog this is a pull. `source`
    names the view.
    """

    entity: Variable
    attribute: str
    source: str = "$"


@dataclass(frozen=True, slots=True)
class Bound:
    """A variable of the query itself as JSON.

    A number, a text, or the value of a fact whose attribute is a variable.
    """

    variable: Variable


@dataclass(frozen=True, slots=True)
class OpaqueId:
    """The public id of an entity: `"E…"`, or `"T…"` of a transaction."""

    entity: Variable


@dataclass(frozen=True, slots=True)
class TypeName:
    """The name of the entity's type at the level's view, as JSON text.

    Works for edges and transactions too.
    """

    entity: Variable
    source: str = "$"


@dataclass(frozen=True, slots=True)
class AttributeName:
    """The field name or full name of the attribute that a variable stands for (`Dataset/name`)."""

    attribute: Variable


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object; keys in this order. `hides`: nobody asked for the first, our reading does."""

    fields: tuple[tuple[str, "Shape"], ...]
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several shapes by the entity's type; `otherwise` where no case names the type."""

    entity: Variable
    cases: tuple[tuple[tuple[str, ...], "Shape"], ...]
    otherwise: "Shape"
    source: str = "$"


@dataclass(frozen=True, slots=True)
class One:
    """A nested level with at most one row: its shape, or null."""

    path: str = field(compare=False)
    query: Query
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Many:
    """A nested level as a JSON array in the query's order."""

    path: str = field(compare=False)
    query: Query
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a query has, as a JSON number."""

    path: str = field(compare=False)
    query: Query


class Measure(StrEnum):
    """What is told of the values that rows have; all of it is exact but a mean that has no end.

    What is missing counts as no value: of none, the counts are 0 and all else is missing. `sum` of
    Int is a Long, of Long and Decimal a Decimal, of Float the Float next to the sum of the numbers
    as they are written (missing, where no Float is as large). `avg` is that sum divided: of Float a
    Float, else a Decimal of 20 digits more than the sum has after the point, at most 1,000.
    """

    COUNT = "count"
    DISTINCT = "count-distinct"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    AVG = "avg"


@dataclass(frozen=True, slots=True)
class Measured:
    """Inside a summary or a group: a measure of a variable as JSON; without one, of the rows."""

    measure: Measure
    variable: Variable | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is told of all rows of a query together; they are the set of its variables of find."""

    path: str = field(compare=False)
    query: Query
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Groups:
    """The rows of a query in groups that have the same key: `Rows` has the shape of a group.

    `without` are the rows that have no key, a group of their own; so are those of `query` where the
    key is missing. The largest group comes first, or the smallest; or they come in the order of the
    key (`by_key`). What that leaves equal comes in the order of the key, a missing one last. The
    query's limit says how many groups are told at most.
    """

    path: str = field(compare=False)
    query: Query
    key: Variable
    shape: "Shape"
    without: Query | None = None
    by_key: bool = False
    descending: bool = True


@dataclass(frozen=True, slots=True)
class GroupCount:
    """Inside groups: how many there are, shown or not."""


@dataclass(frozen=True, slots=True)
class AllGroups:
    """Inside groups: are all of them shown."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Inside a page: the rows of the page as an array of this shape."""

    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Inside `Rows`: what a cursor of this row holds, unsigned.

    A JSON array `[basis t, key, …, id]`.
    """


@dataclass(frozen=True, slots=True)
class FirstCursor:
    """Inside a page: the cursor of its first row, or null."""


@dataclass(frozen=True, slots=True)
class LastCursor:
    """Inside a page: the cursor of its last row, or null."""


@dataclass(frozen=True, slots=True)
class HasNext:
    """Inside a page.

    Does the query go on after its last row, in the direction of the order the caller asked.
    """


@dataclass(frozen=True, slots=True)
class HasPrevious:
    """Inside a page: are there rows before its first row."""


@dataclass(frozen=True, slots=True)
class Page:
    """A nested level that is read page by page, by keyset.

    The query's order (the last key makes it total) and limit are those of the page; one more row is
    read, to know whether there are more. `after` names the `:in` variables, one for each key of the
    order, that hold the row to go on from (None: from the start). `backward` reads from the end:
    rows still come out in the query's order.
    """

    path: str = field(compare=False)
    query: Query
    shape: "Shape"
    after: tuple[Variable, ...] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class BasisT:
    """The t of a view, as a JSON string of digits (it is a Long)."""

    source: Source


@dataclass(frozen=True, slots=True)
class BasisInstant:
    """The instant of a view's basis, as a JSON string."""

    source: Source


@dataclass(frozen=True, slots=True)
class Passing:
    """What a graph may see of some types, or of all: what meets a query, whose `Parent` it is."""

    path: str = field(compare=False)
    of: Variable
    types: tuple[str, ...] | None
    query: Query


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which neighbours stand together: those of one node that have one type and one `value`.

    Where there are `at_least` so many, the walk does not go to them: they are a group, which is
    told and counted. `value` is a shape of the search's node. `only` is an `:in` variable: null, or
    the key of the one group of the roots that the walk goes to, and to nothing else.
    """

    at_least: int
    value: "Shape"
    only: Variable | None = None


EDGE = Variable("edge")


@dataclass(frozen=True, slots=True)
class Graph:
    """A search as a flat graph: nodes, edges, frontier; `datalog/sql/graph.py` documents the JSON.

    The query's `where` is what binds the search's root, and the search. `node` is each node's own
    shape, of the search's node variable; `edge` each edge's own, of the variable `edge_entity`. The
    parts that are not wanted are left out; of nodes, so are those that `of_nodes` does not name.
    Nodes and edges of types that `nodes_pass` or `edges_pass` names have to meet their queries:
    others are not there for the walk, nor in what is counted of the frontier; roots are there in
    any case.

    What `known` finds, and the roots then, are shown already: the walk does not come to them, and
    the nodes are those that it does come to, the edges those with one of these at either end.

    `handed`: nodes and edges are told as the answer has them, each list on a line of its own, with
    the keys of `nodes_told` and `edges_told`: what the walk tells under a name, or what their own
    shape has under it, or another shape. `position`: which of the positions that a root is found
    by, among what is asked for, there are.
    """

    path: str = field(compare=False)
    query: Query
    search: Search
    node: "Shape | None"
    edge: "Shape | None"
    degrees: bool
    edges: bool
    frontier: bool
    edge_entity: Variable = EDGE
    nodes_pass: tuple[Passing, ...] = ()
    edges_pass: tuple[Passing, ...] = ()
    known: Query | None = None
    grouping: Grouping | None = None
    groups: bool = False
    passages: bool = False
    of_nodes: frozenset[str] = frozenset({"type", "side", "levels"})
    nodes_told: tuple[tuple[str, "str | Shape"], ...] = ()
    edges_told: tuple[tuple[str, "str | Shape"], ...] = ()
    handed: bool = False
    position: Variable | None = None


@dataclass(frozen=True, slots=True)
class Let:
    """The rows of a query, read once, for the levels inside the shape: an object of them.

    They name them by an input `Among`. Where the query's `find` aggregates, a row is a group. With
    a `search`, which is then one of the query's clauses, all its roots make one walk, and a row is
    a node that it reached with its depth.
    """

    path: str = field(compare=False)
    name: str
    query: Query
    shape: "Shape"
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class WalkEnd:
    """Where the walk of a `Let` above ended: `{"deepest": 3, "refused": null}`.

    The deepest level that has nodes, and the first of which the budget of nodes kept one out.
    """

    name: str


@dataclass(frozen=True, slots=True)
class EdgesSince:
    """What has happened to edges of some types since a t, for whoever keeps them elsewhere.

    `since` is an `:in` variable; `datalog/sql/since.py` documents the JSON.
    """

    since: Variable
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """How many rows a query has in each of so many buckets of time, each row a datom.

    From `start` (None: the first row's transaction) to `end`, in spans that are equal in time, or
    in transactions; `datalog/sql/timeline.py` documents the JSON.
    """

    path: str = field(compare=False)
    query: Query
    about: Variable
    attribute: Variable
    transaction: Variable
    operation: Variable
    start: AsOf | None
    end: Now | AsOf
    buckets: Variable
    by_transaction: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a query that someone wrote, as a JSON object.

    `{"rows": [[…], …], "complete": true}`: each row an array in the order of find (an object under
    the names of `:keys`), all find specs as rows: of a tuple and a scalar at most one. A value is
    its canonical JSON; an entity or a transaction is its public id (`"E…"`, `"T…"`), an attribute
    or a type its name; what several values make is an array, what a pull makes an object. `first`
    bounds the rows: where there are more, `complete` is false. Rows come in the order asked, then
    in that of find, so that what is cut never depends on the plan.
    """

    path: str = field(compare=False)
    query: Query
    first: Variable | int


Shape = (
    Fixed
    | Value
    | Bound
    | OpaqueId
    | TypeName
    | AttributeName
    | Object
    | Variant
    | One
    | Many
    | Total
    | Measured
    | Summary
    | Groups
    | GroupCount
    | AllGroups
    | Page
    | Rows
    | Cursor
    | FirstCursor
    | LastCursor
    | HasNext
    | HasPrevious
    | BasisT
    | BasisInstant
    | Graph
    | Let
    | WalkEnd
    | EdgesSince
    | Answer
    | Timeline
)


@dataclass(frozen=True, slots=True)
class Calls:
    """Root fields of one shape, by their keys; each has its own values of slots and moments.

    Nobody else knows the names of these.
    """

    keys: tuple[str, ...]
    shape: Shape
    moments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """The root fields of one operation: response key and shape, in order.

    `moments` are the names of all `AsOf` views in `fields`. The statement gives one row: the basis
    (t, instant, schema_t), then for every moment the t that it stands for, then one column of JSON
    text for every root field; then for all `calls` of one shape an array for every moment, and one
    of JSON text.
    """

    fields: tuple[tuple[str, Shape], ...]
    moments: tuple[str, ...] = ()
    calls: tuple[Calls, ...] = ()
