"""An operation to one SQL statement, whose one row holds the times and every root field's JSON."""

from collections.abc import Iterable
from dataclasses import dataclass

from datalog.kinds import Kind
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql.levels import Scope
from datalog.sql.rows import Compilation, Factors, Names
from datalog.sql.shapes import to_json
from datalog.sql.writing import as_text, known_texts
from datalog.syntax.views import Now
from datalog.tree import Operation
from store.catalogue import Catalogue
from store.sql import Bound, Slot, Sql, join, number, numbered, sql

__all__ = ["FIXED_COLUMNS", "Argument", "Slot", "Statement", "compile_operation"]

Argument = object
"""A value, or a `Slot`: what the caller gives under its name when the statement runs."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: text, arguments in order, and the names of its columns.

    `reasons`: the levels that are empty whatever the facts are, by path, and why. `known`: the JSON
    text of each root field, where PostgreSQL need not be asked for any of them. `kinds`: what the
    columns of each `Answer` hold, by path; of a pull, its entity. `sizes`: how many rows each level
    should give, by the statistics. `reads_now`: a part of the answer is as of now, whatever the
    moments stand for.
    """

    text: str
    arguments: tuple[Argument, ...]
    columns: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...] = ()
    known: tuple[str, ...] | None = None
    kinds: tuple[tuple[str, tuple[Kind, ...]], ...] = ()
    reads_now: bool = True
    sizes: tuple[Factors, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether the whole answer is known to be empty: `reasons` says why."""
        return self.known is not None and bool(self.reasons)


FIXED_COLUMNS = ("t", "instant", "schema_t")


def compile_operation(
    operation: Operation,
    catalogue: Catalogue,
    statistics: Statistics = NOTHING_KNOWN,
    *,
    scan: bool = False,
    size: int | None = None,
) -> Statement:
    """Return the statement of an operation. Raises QueryError, UnknownType, UnknownAttribute.

    `statistics` decide in which order facts are read, never what the answer is. `scan` allows
    clauses that read the whole log, which are refused else. A root field of more than `size` bytes
    comes as NULL, which no other does.

    Its row: t, instant and schema_t of the basis; the t of each moment, in order; then the JSON
    text of each root field. A moment `m` has two slots: `m.t` (or null) and `m.instant` (or null).
    """
    scope = outermost(operation.moments, catalogue, statistics, scan=scan)
    written = [to_json(shape, scope) for _, shape in operation.fields]
    fields = [as_text(each) if size is None else _bounded(as_text(each), size) for each in written]
    text, arguments = rendered(operation.moments, fields)
    names = (*FIXED_COLUMNS, *operation.moments, *(key for key, _ in operation.fields))
    return Statement(
        text,
        arguments,
        names,
        tuple(scope.compilation.reasons),
        known_texts(written),
        tuple(scope.compilation.kinds),
        sizes=tuple(scope.compilation.sizes),
        reads_now=bool(scope.compilation.present),
    )


def _bounded(text: Sql, size: int) -> Sql:
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


def rendered(moments: Iterable[str], fields: Iterable[Sql]) -> tuple[str, tuple[Argument, ...]]:
    """Return the text and the arguments of a statement of root fields."""
    numbers = list(enumerate(moments, 1))
    times = [sql("m.t"), sql("m.instant"), sql("m.schema_t")]
    times += [numbered("m.m", position) for position, _ in numbers]
    text, arguments = sql(
        "WITH m AS MATERIALIZED (SELECT c.t, c.instant, c.schema_t{moments}\nFROM clock c)"
        "\nSELECT {columns}\nFROM m",
        moments=join("", [_moment(name, position) for position, name in numbers]),
        columns=join(",\n", [*times, *fields]),
    ).render()
    return text, tuple(arguments)


def _moment(name: str, position: int) -> Sql:
    """Return the t that a moment stands for: the one given, or the last at an instant."""
    return sql(
        ",\ncoalesce({t}, (SELECT x.t FROM tx x WHERE x.instant <= {instant}"
        " ORDER BY x.instant DESC, x.t DESC LIMIT 1), 0) AS {name}",
        t=Bound(Slot(f"{name}.t"), "bigint"),
        instant=Bound(Slot(f"{name}.instant"), "timestamptz"),
        name=numbered("m", position),
    )
