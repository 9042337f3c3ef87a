"""What a walk comes to over one edge: the pairs of nodes and what it may see beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from datalog.sql.columns import slot
from datalog.sql.rows import Columns, Compilation, conjunction
from datalog.syntax.clauses import EdgeStep, Search
from datalog.syntax.terms import Variable
from datalog.syntax.views import View
from datalog.vocabulary import type_id
from store.catalogue import ValueType
from store.sql import Sql, join, number, sql

ONE_OF_MANY = sql("generate_subscripts('{{1}}'::int[], 1)")
"""One row, where PostgreSQL expects a thousand, so that it hashes what else is joined.

It knows nothing of how many neighbours a level has, and compares each with each where it expects
one or two.
"""


@dataclass(frozen=True, slots=True)
class Groups:
    """Which neighbours stand together: at least so many, of one type and one value of `z.node`.

    `value` is JSON text; `only` says which group of the roots is asked for, alone.
    """

    at_least: int
    value: Sql
    roots: Sql
    only: Sql | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What a walk may see beside what its search says: conditions on `z.node`, on the edge `h`.

    It does not come to the nodes of the table `known`, nor to members of groups.
    """

    nodes: tuple[Sql, ...] = ()
    edges: tuple[Sql, ...] = ()
    known: Sql | None = None
    groups: Groups | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A search at a view from the roots that a query gives as one array, and its levels' name.

    `limits` are the columns of those limits that are not given when the statement runs.
    """

    search: Search
    view: View
    compilation: Compilation
    levels: Sql
    roots: Sql
    limits: Columns = field(default_factory=dict)
    sight: Sight = Sight()

    def limit(self, variable: Variable) -> Sql:
        """Return a limit: what a variable of the query holds, or what is given under its name."""
        held = self.limits.get(variable) or slot(variable.name, ValueType.INT)
        return held.sql


def any_of(nodes: Sql) -> Sql:
    """Return what is equal to each node of an array."""
    return sql("ANY({nodes})", nodes=nodes)


def adjacent(steps: Iterable[EdgeStep], nodes: Sql, walk: Walk) -> Sql:
    """Return the pairs (near, node) of a node, or `any_of` some, with what the search may see.

    A pair is there once for each edge. One scan for a whole array is much faster than a look-up for
    each of its nodes, but where few of many neighbours are wanted.
    """
    steps = tuple(steps)
    arms = [
        _arm(tuple(step.edge for step in steps if step.reverse == reverse), nodes, walk, reverse)
        for reverse in (False, True)
        if any(step.reverse == reverse for step in steps)
    ]
    types = _types(walk.search)
    pairs = join("\nUNION ALL ", arms)
    conditions = [*([] if types is None else [is_of(types, walk)]), *walk.sight.nodes]
    if not conditions:
        return pairs
    return sql(
        "SELECT z.near, z.node FROM ({pairs}) z\nWHERE {conditions}",
        pairs=pairs,
        conditions=conjunction(conditions),
    )


def _types(search: Search) -> tuple[str, ...] | None:
    """Return the types of all that a search may see: what it comes to, and what it passes."""
    if search.types is None or search.through is None:
        return search.types
    return tuple(dict.fromkeys((*search.types, *search.through.types)))


def is_of(types: Iterable[str], walk: Walk) -> Sql:
    """Return the condition that `z.node` is of one of these types."""
    return sql(
        "EXISTS (SELECT FROM fact_2 t WHERE t.e = z.node AND t.v IN ({ids}) AND {seen})",
        ids=ids(types, walk.compilation),
        seen=walk.compilation.seen_found(sql("t"), walk.view),
    )


def _arm(edges: tuple[str, ...], nodes: Sql, walk: Walk, reverse: bool) -> Sql:  # noqa: FBT001  # As EdgeStep has it.
    near, far = (sql('h."to"'), sql('h."from"')) if reverse else (sql('h."from"'), sql('h."to"'))
    return sql(
        "SELECT {near} AS near, {far} AS node FROM edge h"
        " WHERE {near} = {nodes} AND h.type IN ({ids}) AND {seen}",
        far=far,
        near=near,
        nodes=nodes,
        ids=ids(edges, walk.compilation),
        seen=conjunction((walk.compilation.seen_found(sql("h"), walk.view), *walk.sight.edges)),
    )


def ids(types: Iterable[str], compilation: Compilation) -> Sql:
    """Return the ids of types, separated by commas; no type has the id 0."""
    found = [type_id(name, compilation.catalogue) for name in types]
    known = [number(each) for each in found if each is not None]
    return join(", ", known or [number(0)])
