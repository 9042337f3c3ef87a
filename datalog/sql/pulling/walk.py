"""A pattern that repeats itself, as one recursive search whose rows are written in order.

Every way down from the first entity is a row, keyed by its path: the attribute and the place among
that attribute's values, level by level. What an entity opens, what stands between the values that
repeat, and what it closes are pieces of text with keys of their own, so that all pieces sorted by
key are the JSON. An opened map or list is a control character, which no JSON text holds as it is,
until all is put together: a comma that follows it is then the first, and falls away.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datalog.sql.pulling.subject import Read, Subject, Text, joined
from datalog.sql.pulling.targets import Targets
from datalog.sql.pulling.values import public_id
from datalog.sql.writing import as_text
from store.sql import Sql, join, literal, number, sql

MOST_MET = 100_000
"""How many entities a pattern that repeats itself meets at most, each on every way to it.

There can be more ways than there are atoms. PostgreSQL is then asked for a text that is longer than
any may be, which it refuses as too large.
"""

# A step of a path is two digits for the attribute and ten for the place, so that text of equal
# beginning sorts as numbers would; what closes comes after all digits.
_CLOSING = "}"
_AFTER = "~"


@dataclass(frozen=True, slots=True)
class Branch:
    """An attribute that leads on: how it is written, to what it leads, and how often at most."""

    opening: str
    targets: Targets
    depth: int | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A search from `start`; `node` is each entity that is met, under the name `table`.

    `segments` are written before the first branch, between the branches, and after the last.
    `above`: entities that were seen before.
    """

    start: Subject
    node: Subject
    table: Sql
    branches: Sequence[Branch]
    segments: Sequence[Text]
    above: Sequence[Sql]


def walked(walk: Walk) -> Sql:
    """Return the JSON text of the first entity, with all that it leads to."""
    return sql(
        "(WITH RECURSIVE {w} (above, path, seen, e, edge, a, n, again, depths) AS (\n{first}"
        "\nUNION ALL\n{next})\nSELECT CASE WHEN y.met > {most}"
        " THEN repeat('-', y.met::int + 2000000000) ELSE {text} END"
        "\nFROM (SELECT string_agg(x.text, '' ORDER BY x.key) AS text,"
        " count(*) FILTER (WHERE x.key = {w}.path) AS met"
        "\nFROM (SELECT * FROM {w} LIMIT {most} + 1) {w}{joins}"
        "\nCROSS JOIN LATERAL (VALUES {pieces}) x (key, text) WHERE x.text IS NOT NULL) y)",
        w=walk.table,
        most=number(MOST_MET),
        first=_first(walk),
        next=_next(walk),
        text=_put_together(sql("y.text")),
        joins=joined(walk.node, _reads(walk.segments)),
        pieces=join(", ", _pieces(walk)),
    )


def _reads(texts: Sequence[Text | Targets]) -> frozenset[Read]:
    return frozenset(read for text in texts for read in text.reads)


def _first(walk: Walk) -> Sql:
    start = walk.start
    return sql(
        "SELECT '' COLLATE \"C\", '' COLLATE \"C\", ARRAY[{seen}]::bigint[], {e}, {edge}, 0,"
        " 0::bigint, false, ARRAY[{zeros}]::int[]",
        seen=join(", ", [*walk.above, start.entity]),
        e=start.entity,
        edge=start.edge,
        zeros=join(", ", [number(0) for _ in walk.branches]),
    )


def _next(walk: Walk) -> Sql:
    return sql(
        "SELECT {w}.path || c.key, {w}.path || c.key || lpad(c.n::text, 10, '0'),"
        " {w}.seen || c.e, c.e, c.edge, c.a, c.n, c.e = ANY({w}.seen), ARRAY[{depths}]"
        "\nFROM {w}{joins}\nCROSS JOIN LATERAL ({branches}) c\nWHERE NOT {w}.again",
        w=walk.table,
        depths=join(", ", [_deeper(walk, i) for i, _ in _numbered(walk)]),
        joins=joined(walk.node, _reads([branch.targets for branch in walk.branches])),
        branches=join(" UNION ALL ", [_branch(walk, i, branch) for i, branch in _numbered(walk)]),
    )


def _numbered(walk: Walk) -> list[tuple[int, Branch]]:
    return list(enumerate(walk.branches, 1))


def _deeper(walk: Walk, position: int) -> Sql:
    return sql("{w}.depths[{i}] + (c.a = {i})::int", w=walk.table, i=number(position))


def _branch(walk: Walk, position: int, branch: Branch) -> Sql:
    bound = sql("")
    if branch.depth is not None:
        bound = sql(
            " WHERE {w}.depths[{i}] < {most}",
            w=walk.table,
            i=number(position),
            most=number(branch.depth),
        )
    return sql(
        "SELECT {i} AS a, {key} AS key, row_number() OVER () AS n, t.e, t.edge"
        " FROM ({select}) t{bound}",
        i=number(position),
        key=_key(position),
        select=branch.targets.select,
        bound=bound,
    )


def _key(position: int, end: str = "") -> Sql:
    return sql("{it}", it=literal(f"{position:02}{end}"))


def _pieces(walk: Walk) -> list[Sql]:
    """Return the pieces of text of one entity that was met, each with its key."""
    return [*_around(walk), _start(walk), *_rest(walk)]


def _around(walk: Walk) -> Iterator[Sql]:
    """Yield what the first of the values of an attribute writes before and after all of them."""
    yield sql(
        "({w}.above, CASE WHEN {w}.n = 1 THEN {opening} END)", w=walk.table, opening=_opening(walk)
    )
    lists = _lists(walk)
    if lists is not None:
        yield sql(
            "({w}.above || {end}, CASE WHEN {w}.n = 1 AND {lists} THEN ']' END)",
            end=sql("{it}", it=literal(_CLOSING)),
            w=walk.table,
            lists=lists,
        )


def _start(walk: Walk) -> Sql:
    lists = _lists(walk)
    comma = sql("''")
    if lists is not None:
        comma = sql("CASE WHEN {lists} THEN ',' ELSE '' END", lists=lists)
    return sql(
        "({w}.path, {comma} || chr(1) || CASE WHEN {w}.again"
        """ THEN concat(',"entity/id":', {id}) ELSE {text} END)""",
        w=walk.table,
        comma=comma,
        id=public_id(walk.node.entity, walk.node.types),
        text=walk.segments[0].sql,
    )


def _rest(walk: Walk) -> Iterator[Sql]:
    last = len(walk.branches)
    for position, segment in enumerate(walk.segments[1:], 1):
        yield sql(
            "({w}.path || {key}, CASE WHEN {w}.again THEN '' ELSE {text} END{closing})",
            w=walk.table,
            key=_key(position, _AFTER),
            text=segment.sql,
            closing=sql(" || '}}'") if position == last else sql(""),
        )


def _opening(walk: Walk) -> Sql:
    cases = [
        sql(
            " WHEN {i} THEN {opening}{list}",
            i=number(position),
            opening=as_text((branch.opening,)),
            list=sql("") if branch.targets.single else sql(" || chr(2)"),
        )
        for position, branch in _numbered(walk)
    ]
    return sql("CASE {w}.a{cases} END", w=walk.table, cases=join("", cases))


def _lists(walk: Walk) -> Sql | None:
    """Return the condition that an entity is one of a list; None where no branch is a list."""
    found = [number(i) for i, branch in _numbered(walk) if not branch.targets.single]
    if not found:
        return None
    return sql("{w}.a IN ({lists})", w=walk.table, lists=join(", ", found))


def _put_together(text: Sql) -> Sql:
    return sql(
        "replace(replace(replace(replace({text}, chr(1) || ',', '{{'), chr(1), '{{'),"
        " chr(2) || ',', '['), chr(2), '[')",
        text=text,
    )
