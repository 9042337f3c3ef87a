"""An operation to one SQL statement, whose one row holds the times and every root field's JSON."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Any, LiteralString

from datalog.kinds import Kind
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql import calls
from datalog.sql.calls import Called, Calling
from datalog.sql.joint import Joint, joint
from datalog.sql.levels import Scope
from datalog.sql.rows import Compilation, Factors, Names
from datalog.sql.shapes import to_json
from datalog.sql.writing import as_text, known_texts
from datalog.syntax.views import Now
from datalog.tree import Calls, Operation
from store.catalogue import Catalogue
from store.ids import T
from store.sql import Bound, Gathered, Slot, Sql, join, number, numbered, sql

__all__ = ["FIXED_COLUMNS", "Argument", "Gathered", "Slot", "Statement", "compile_operation"]

Argument = object
"""A value, or a `Slot`: what the caller gives under its name when the statement runs.

Or a `Gathered`: what the caller gives under the name of its slot for each call, by their keys.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What the row of a statement tells beside its times: the raw JSON of each root field.

    `moments` are those of the operation, `called` those of each call, by its key.
    """

    columns: Mapping[str, str | bytes | None]
    moments: Mapping[str, T]
    called: Mapping[str, Mapping[str, T]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: text, arguments in order, and the names of its columns.

    `reasons`: the levels that are empty whatever the facts are, by path, and why. `known`: the JSON
    text of each root field, where PostgreSQL need not be asked for any of them. `kinds`: what the
    columns of each `Answer` hold, by path; of a pull, its entity. `sizes`: how many rows each level
    should give, by the statistics. `reads_now`: a part of the answer is as of now, whatever the
    moments stand for. `calls`: the root fields that are told together, after `columns`. `joint`
    makes, once, the statement of several requests, where there is one.
    """

    text: str
    arguments: tuple[Argument, ...]
    columns: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    known: tuple[str, ...] | None = None
    kinds: tuple[tuple[str, tuple[Kind, ...]], ...] = ()
    reads_now: bool = True
    sizes: tuple[Factors, ...] = ()
    calls: tuple[Called, ...] = ()
    joint: Callable[[], Joint] | None = field(default=None, compare=False, repr=False)

    def told(self, row: Sequence[Any], moments: Sequence[str]) -> Told:
        """Return what a row tells; `moments` are the names of those of the operation."""
        first, last = len(FIXED_COLUMNS) + len(moments), len(self.columns)
        times = dict(zip(moments, row[len(FIXED_COLUMNS) : first], strict=True))
        columns = dict(zip(self.columns[first:], row[first:last], strict=True))
        called: dict[str, Mapping[str, T]] = {}
        for each in self.calls:
            for key, (*ts, text) in each.told(row[last : last + each.width]):
                columns[key] = text
                called[key] = dict(zip(each.moments, ts, strict=True))
            last += each.width
        return Told(columns, times, called)

    @property
    def is_empty(self) -> bool:
        """Tell whether the whole answer is known to be empty: `reasons` says why."""
        return self.known is not None and bool(self.reasons)


FIXED_COLUMNS = ("t", "instant", "schema_t")


def compile_operation(  # noqa: PLR0913  # Each says another thing of the statement.
    operation: Operation,
    catalogue: Catalogue,
    statistics: Statistics = NOTHING_KNOWN,
    *,
    scan: bool = False,
    size: int | None = None,
    is_raw: bool = False,
) -> Statement:
    """Return the statement of an operation. Raises QueryError, UnknownType, UnknownAttribute.

    `statistics` decide in which order facts are read, never what the answer is. `scan` allows
    clauses that read the whole log, which are refused else. A root field of more than `size` bytes
    comes as NULL, which no other does. `is_raw`: the texts come as `varchar`, which the
    store leaves as bytes.

    Its row: t, instant and schema_t of the basis; the t of each moment, in order; then the JSON
    text of each root field; then what is told of calls. A moment `m` has two slots: `m.t` (or null)
    and `m.instant` (or null).
    """
    scope = outermost(operation.moments, catalogue, statistics, scan=scan)
    written = [to_json(shape, scope) for _, shape in operation.fields]
    telling = _Telling(size, is_raw)
    fields = [telling.told(as_text(each)) for each in written]
    called = [
        _calling(each, scope, telling, position) for position, each in enumerate(operation.calls, 1)
    ]
    text, arguments = rendered(operation.moments, fields, called)
    names = (*FIXED_COLUMNS, *operation.moments, *(key for key, _ in operation.fields))
    return Statement(
        text,
        arguments,
        names,
        tuple(scope.compilation.reasons),
        None if called else known_texts(written),
        tuple(scope.compilation.kinds),
        sizes=tuple(scope.compilation.sizes),
        reads_now=bool(scope.compilation.present),
        calls=tuple(each.called for each in called),
        joint=None if called else _joint(operation.moments, fields, (text, arguments)),
    )


def _joint(
    moments: Sequence[str], fields: Sequence[Sql], alone: tuple[str, tuple[Argument, ...]]
) -> Callable[[], Joint]:
    times = tuple(_moment(each) for each in moments)
    columns = (*_times(len(times)), *fields)
    return cache(partial(joint, times, columns, alone))


@dataclass(frozen=True, slots=True)
class _Telling:
    """How the text of a root field is told: bounded in bytes or not, and as which type."""

    size: int | None
    is_raw: bool

    def told(self, text: Sql) -> Sql:
        """Return the column of a text; to PostgreSQL it is the same text under either type."""
        bounded = _bounded(text, self.size)
        return sql("({text})::varchar", text=bounded) if self.is_raw else bounded


def _calling(each: Calls, scope: Scope, telling: _Telling, position: int) -> Calling:
    """Return the SQL of root fields of one shape, whose moments are columns of their calls."""
    name = calls.table(position)
    names = {
        moment: sql("{call}.{m}", call=name, m=numbered("m", place))
        for place, moment in enumerate(each.moments, 1)
    }
    compilation = replace(scope.compilation, moments=names, sizes=[])
    text = as_text(to_json(each.shape, replace(scope, compilation=compilation)))
    moments = {moment: _moment(moment) for moment in each.moments}
    sizes = tuple(compilation.sizes)
    return calls.calling(each.keys, moments, telling.told(text), sizes, position)


def _bounded(text: Sql, size: int | None) -> Sql:
    if size is None:
        return text
    # OFFSET 0: else PostgreSQL would make the text once for its size, and again to hand it out.
    return sql(
        "(SELECT CASE WHEN octet_length(b.b) <= {size} THEN b.b END"
        " FROM (SELECT {text} AS b OFFSET 0) b)",
        size=number(size),
        text=text,
    )


def outermost(
    moments: Iterable[str], catalogue: Catalogue, statistics: Statistics, *, scan: bool = True
) -> Scope:
    """Return the scope of root fields, with the names of all points in time.

    `scan` allows clauses that read the whole log.
    """
    names = {name: numbered("m.m", position) for position, name in enumerate(moments, 1)}
    compilation = Compilation(catalogue, Names(), names, statistics=statistics, scan=scan)
    return Scope(compilation, {}, {}, {}, {"$": Now()}, {})


def rendered(
    moments: Iterable[str], fields: Iterable[Sql], called: Sequence[Calling] = ()
) -> tuple[str, tuple[Argument, ...]]:
    """Return the text and the arguments of a statement of root fields."""
    numbers = list(enumerate(moments, 1))
    times = _times(len(numbers))
    held = [each.held for each in called if each.held is not None]
    told = [column for each in called for column in each.columns]
    basis = sql(
        "SELECT c.t, c.instant, c.schema_t{moments}\nFROM clock c",
        moments=join("", [_named_moment(name, position) for position, name in numbers]),
    )
    text, arguments = sql(
        _WITH_CALLS if held else _OF_MOMENTS if numbers else _OF_NOW,
        basis=basis,
        held=join("", [sql(",\n{it}", it=each) for each in held]),
        columns=join(",\n", [*times, *fields, *told]),
    ).render()
    return text, tuple(arguments)


# A part of WITH costs a few µs, which one entity feels. OFFSET 0: a moment is looked up once.
_WITH_CALLS: LiteralString = "WITH m AS MATERIALIZED ({basis}){held}\nSELECT {columns}\nFROM m"
_OF_MOMENTS: LiteralString = "SELECT {columns}\nFROM ({basis} OFFSET 0) m"
_OF_NOW: LiteralString = "SELECT {columns}\nFROM clock m"


def _times(moments: int) -> list[Sql]:
    """Return the first columns of a statement: its basis, and what so many moments stand for."""
    basis = [sql("m.t"), sql("m.instant"), sql("m.schema_t")]
    return basis + [numbered("m.m", position) for position in range(1, moments + 1)]


def _named_moment(name: str, position: int) -> Sql:
    return sql(",\n{moment} AS {name}", moment=_moment(name), name=numbered("m", position))


def _moment(name: str) -> Sql:
    """Return the t that a moment stands for: the one given, or the last at an instant."""
    return sql(
        "coalesce({t}, (SELECT x.t FROM tx x WHERE x.instant <= {instant}"
        " ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0)",
        t=Bound(Slot(f"{name}.t"), "bigint"),
        instant=Bound(Slot(f"{name}.instant"), "timestamptz"),
    )
