"""The entity that a pattern tells of, and the rows that tell it."""

from dataclasses import dataclass
from enum import StrEnum

from datalog.sql.rows import Compilation, conjunction
from datalog.syntax.views import Since, View
from store.ids import FIRST_TRANSACTION
from store.sql import Sql, join, number, sql


class Read(StrEnum):
    """A row that is read once for all values that stand in it."""

    VERSION = "version of the entity"
    EDGE = "row of the edge"
    EDGE_VERSION = "version of the edge"
    TRANSACTION = "row of the transaction"


@dataclass(frozen=True, slots=True)
class Subject:
    """An entity by its number, and by that of the edge which led to it (else its own again).

    `walked`: the types of that edge. `types`: those that the entity can have (None: any).
    """

    compilation: Compilation
    view: View
    entity: Sql
    edge: Sql
    types: frozenset[str] | None
    walked: frozenset[str]
    names: tuple[Sql, Sql, Sql, Sql]

    def row(self, read: Read) -> Sql:
        """Return the name of a row."""
        version, edge, edge_version, transaction = self.names
        match read:
            case Read.VERSION:
                return version
            case Read.EDGE:
                return edge
            case Read.EDGE_VERSION:
                return edge_version
            case Read.TRANSACTION:
                return transaction


@dataclass(frozen=True, slots=True)
class Text:
    """JSON text, NULL where there is none, and the rows that it is written from."""

    sql: Sql
    reads: frozenset[Read] = frozenset()


def met(
    compilation: Compilation,
    view: View,
    entity: Sql,
    types: frozenset[str] | None,
) -> Subject:
    """Return an entity to which no edge was walked."""
    fresh = compilation.names.fresh
    names = (fresh("v"), fresh("h"), fresh("v"), fresh("x"))
    return Subject(compilation, view, entity, entity, types, frozenset(), names)


def held(subject: Subject, table: Sql) -> Sql:
    """Return the condition that a row with a period belongs to the view."""
    return subject.compilation.seen(table, subject.view)


def joined(subject: Subject, reads: frozenset[Read]) -> Sql:
    """Return what joins the rows, each at most one, to the one that holds the entity."""
    return join("", [_joined(subject, read) for read in Read if read in reads])


def _joined(subject: Subject, read: Read) -> Sql:
    return sql(
        "\nLEFT JOIN LATERAL ({one}) {name} ON true",
        one=_one_row(subject, read),
        name=subject.row(read),
    )


def _one_row(subject: Subject, read: Read) -> Sql:
    """Read the one row that is there at the view; LIMIT keeps it a look-up, as no estimate can."""
    match read:
        case Read.TRANSACTION:
            between = subject.compilation.between(sql("w.t"), subject.view)
            is_it = sql("w.t = {e} - {first}", e=subject.entity, first=number(FIRST_TRANSACTION))
            return sql("SELECT * FROM tx w WHERE {all} LIMIT 1", all=conjunction((is_it, *between)))
        case Read.EDGE:
            table, key = sql("edge"), subject.edge
            seen = held(subject, sql("w"))
        case _:
            table = sql("version")
            key = subject.entity if read is Read.VERSION else subject.edge
            seen = subject.compilation.seen(sql("w"), _until(subject.view))
    past = subject.compilation.until(subject.view) is not None
    return sql(
        "SELECT * FROM {table} w WHERE w.e = {key} AND {seen}{latest} LIMIT 1",
        table=table,
        key=key,
        seen=seen,
        latest=sql(" ORDER BY w.t0 DESC") if past else sql(""),
    )


def _until(view: View) -> View:
    """Return the view without the time that it begins at: a version says what held by then."""
    return view.until if isinstance(view, Since) else view
