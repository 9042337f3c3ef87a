"""Relations worked out to a fixpoint, in one pure statement.

Where no definition needs two rows of what is being worked out, the relations of a stratum are one
`WITH RECURSIVE … UNION`: a tag says whose a row is, and each way to go on is an arm of a LATERAL
union. Otherwise the rounds are rows of a recursion that keeps as arrays what is new, and all so far
(PostgreSQL takes one reference to what recurs, and no set operation beside it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import LiteralString

from datalog.planning.access import RelationRow
from datalog.planning.steps import Fixpoint
from datalog.sql.arms import Arms, Newest, Placed, Read, ReadArm, Signature
from datalog.sql.relations import Relation, field_name, laid_out, typed, written
from datalog.sql.rounds import rounds
from datalog.sql.rows import Item, Rows, conjunction, handed_up, selected
from datalog.sql.unification import Reading, unified
from datalog.syntax.terms import Variable
from store.sql import Sql, join, missing, number, sql


def fixpoint_rows(rows: Rows, step: Fixpoint, reading: Reading, read: Read) -> Rows:
    """Join the rows that a recursion finds, each once; `read` reads the steps of its arms."""
    parts: list[Sql] = []
    for stratum in step.strata:
        arms = Arms(stratum, rows.columns, reading, read)
        text, found = _tagged(arms) if stratum.linear else rounds(arms)
        parts.append(text)
        reading = replace(reading, relations={**reading.relations, **found})
    relation = reading.relations[step.result.relation]
    names = reading.compilation.names
    inner, table = names.fresh("p"), names.fresh("u")
    places = {Variable(str(at)): column for at, column in enumerate(relation.columns(inner))}
    marked = relation.marked(inner)
    source = sql(
        "LATERAL (WITH RECURSIVE {parts}\nSELECT {fields} FROM {relation}{where}) {table}",
        parts=join(",\n", parts),
        fields=selected(places),
        relation=relation.named(inner),
        where=sql("\nWHERE {all}", all=conjunction(marked)) if marked else sql(""),
        table=table,
    )
    held = zip(step.result.arguments, handed_up(places, table).values(), strict=True)
    columns, conditions = unified(rows.columns, held, reading)
    return rows.joined(Item(source, conditions), columns)


def relation_rows(rows: Rows, row: RelationRow, reading: Reading) -> Rows:
    """Join the rows of a relation that is worked out, or is being worked out."""
    relation = reading.relations[row.relation]
    table = reading.compilation.names.fresh("p")
    held = zip(row.arguments, relation.columns(table), strict=True)
    columns, conditions = unified(rows.columns, held, reading)
    item = Item(relation.named(table), (*relation.marked(table), *conditions))
    return rows.joined(item, columns)


def _tagged(arms: Arms) -> tuple[Sql, dict[str, Relation]]:
    """Return one part of WITH for the relations of a stratum, and where to read them."""
    name = arms.reading.compilation.names.fresh("p")
    several = sum(arm.start is not None for arm in arms.stratum.arms) > 1
    item = None if several else Item(name, ())

    def place(signature: Signature) -> Placed:
        relations, _ = _relations(name, signature)
        return Placed({of: Newest(each, name, item) for of, each in relations.items()}, {})

    signature, begin, going = arms.settled(place)
    relations, types = _relations(name, signature)
    fields = [field_name(at) for at in range(1, len(types) + 1)]
    if len(relations) > 1:
        fields.append(sql("tag"))

    def selects(read: Iterable[ReadArm]) -> list[Sql]:
        return [_select(arm, arms, relations[arm.relation], signature, types) for arm in read]

    first = _united(selects(begin), types, len(fields))
    text = first if going or len(begin) != 1 else sql("SELECT DISTINCT * FROM ({it}) q", it=first)
    if going:
        more = selects(going)
        onward = (
            more[0]
            if not several
            else sql(
                "SELECT q.* FROM {name} CROSS JOIN LATERAL ({arms}) q",
                name=name,
                arms=join("\nUNION ALL ", more),
            )
        )
        text = sql("{first}\nUNION {onward}", first=first, onward=onward)
    part = sql("{name} ({fields}) AS ({text})", name=name, fields=join(", ", fields), text=text)
    return part, relations


def _relations(name: Sql, signature: Signature) -> tuple[dict[str, Relation], list[LiteralString]]:
    types: list[LiteralString] = []
    found: dict[str, Relation] = {}
    for at, (relation, kinds) in enumerate(signature.items()):
        tag = at if len(signature) > 1 else None
        found[relation] = Relation(name, sql(""), tag, laid_out(typed(kinds), types))
    return found, types or ["boolean"]


def _select(
    arm: ReadArm,
    arms: Arms,
    relation: Relation,
    signature: Signature,
    types: Sequence[LiteralString],
) -> Sql:
    fields = list(written(arms.columns(arm, signature), relation.held, types))
    if relation.tag is not None:
        fields.append(number(relation.tag))
    return sql("SELECT {fields}{body}", fields=join(", ", fields), body=arm.rows.body())


def _united(selects: Sequence[Sql], types: Sequence[LiteralString], width: int) -> Sql:
    """Return the rows of all selects, each once; there must be one before `UNION`."""
    match selects:
        case []:
            nothing = [missing(each) for each in types]
            if width > len(types):
                nothing.append(missing("integer"))
            return sql("SELECT {nothing} WHERE false", nothing=join(", ", nothing))
        case [one]:
            return one
        case _:
            return sql("(SELECT * FROM ({all}) q)", all=join("\nUNION ", selects))
