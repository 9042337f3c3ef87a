"""The far end of an edge that is to one, from the version that is read of its near end anyway.

That spares the look-up in `edge`. A version holds an end as it is now, or was when the version
ended, and the t since when; for a time before that, `edge` is asked.
"""

from dataclasses import dataclass

from datalog.planning.access import EdgeRow
from datalog.sql.columns import Column, as_entity
from datalog.sql.rows import Item, Rows
from datalog.sql.unification import Reading, unified
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, Variable
from datalog.syntax.views import AsOf, Now
from datalog.vocabulary import EdgeColumn
from store.catalogue import ValueType
from store.sql import Sql, number, quoted, sql

_FAR = {EdgeColumn.FROM: EdgeColumn.TO, EdgeColumn.TO: EdgeColumn.FROM}
_COLUMNS = {EdgeColumn.TYPE, *_FAR}


@dataclass(frozen=True, slots=True)
class _Held:
    """A far end that a version holds: of which entity, on which side, and at which place."""

    entity: Variable
    near: EdgeColumn
    type: int
    place: int
    version: Sql


def held_end_rows(rows: Rows, row: EdgeRow, reading: Reading) -> Rows | None:
    """Join the one far end of an edge, or return None where no version at hand tells it."""
    held = _held(row, reading)
    if held is None:
        return None
    table = reading.compilation.names.fresh("h")
    end = Column(sql("{h}.c1", h=table), ValueType.REF, nullable=True)
    far = dict(row.columns)[_FAR[held.near]]
    columns, conditions = unified(rows.columns, [(far, end)], reading)
    source = sql("LATERAL (SELECT {end}) {h} (c1)", end=_end(held, rows, row, reading), h=table)
    return rows.joined(Item(source, conditions, name=table), columns)


def _held(row: EdgeRow, reading: Reading) -> _Held | None:
    asked = [each for each in row.columns if each != (EdgeColumn.SINCE, BLANK)]
    places = dict(asked)
    is_plain = len(asked) == len(_COLUMNS) and places.keys() == _COLUMNS
    if not (is_plain and isinstance(row.edge, Blank) and isinstance(row.view, Now | AsOf)):
        return None
    name = places[EdgeColumn.TYPE]
    if not (isinstance(name, Constant) and isinstance(name.value, Keyword)):
        return None
    catalogue = reading.compilation.catalogue
    edge_type = catalogue.edge_type(name.value.name).id
    for near in row.ends:
        entity = places[near]
        place = catalogue.held_ends.get((edge_type, near is EdgeColumn.TO))
        if place is not None and isinstance(entity, Variable):
            version = reading.versions.get((entity, row.view))
            if version is not None:
                return _Held(entity, near, edge_type, place, version)
    return None


def _end(held: _Held, rows: Rows, row: EdgeRow, reading: Reading) -> Sql:
    end = sql("{v}.ends[{at}]", v=held.version, at=number(2 * held.place - 1))
    t = reading.compilation.until(row.view)
    if t is None:
        return end
    # OFFSET keeps it one expression: it is read twice, and may have to look the edge up.
    return sql(
        "CASE WHEN {since} > {t} THEN (SELECT h.{far} FROM edge h"
        " WHERE h.type = {type} AND h.{near} = {entity} AND {seen} LIMIT 1)"
        " ELSE {end} END OFFSET 0",
        since=sql("{v}.ends[{at}]", v=held.version, at=number(2 * held.place)),
        t=t,
        end=end,
        far=quoted(_FAR[held.near].value),
        type=number(held.type),
        near=quoted(held.near.value),
        entity=as_entity(rows.columns[held.entity]).sql,
        seen=reading.compilation.seen_found(sql("h"), row.view),
    )
