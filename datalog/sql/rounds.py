"""Semi-naive rounds in one statement: a row for each round, with arrays of what is new, and of all.

A round joins what is new with all there is, once for each row that a definition needs, and takes
away what there was. Set operations and aggregates are legal in a recursion where they stand in a
LATERAL subquery that sees its arrays, and not itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

from datalog.sql.arms import Arms, Newest, Placed, ReadArm, Signature
from datalog.sql.relations import Relation, field_name, laid_out, typed, written
from datalog.sql.rows import Item
from store.sql import Sql, join, missing, numbered, sql


@dataclass(frozen=True, slots=True)
class _Arrays:
    """The arrays of one relation: the types of its fields, and the numbers of the arrays."""

    relation: Relation
    types: Sequence[LiteralString]
    numbers: Sequence[int]

    def new(self, rounds: Sql) -> list[Sql]:
        return [sql("{s}.{it}", s=rounds, it=numbered("d", at)) for at in self.numbers]

    def all(self, rounds: Sql) -> list[Sql]:
        return [sql("{s}.{it}", s=rounds, it=numbered("t", at)) for at in self.numbers]


def rounds(arms: Arms) -> tuple[Sql, dict[str, Relation]]:
    """Return one part of WITH for the relations of a stratum, and where to read them."""
    names = arms.reading.compilation.names
    name = names.fresh("s")
    newest = names.fresh("p")

    def place(signature: Signature) -> Placed:
        found = _arrays(name, signature)
        return Placed(
            {
                of: Newest(each.relation, newest, Item(_unnested(each.new(name), newest, each), ()))
                for of, each in found.items()
            },
            {of: _in_place(each, each.all(name)) for of, each in found.items()},
        )

    signature, begin, going = arms.settled(place)
    arrays = _arrays(name, signature)
    first: list[Sql] = []
    onward: list[Sql] = []
    for of, each in arrays.items():
        nothing = sql(
            "\nUNION {nothing}", nothing=_nothing(each)
        )  # So that each row is there once.
        first.append(_gathered(each, _selects(begin, of, arms, signature, each), nothing))
        later = _selects(going, of, arms, signature, each)
        seen = sql("SELECT * FROM {all}", all=_unnested(each.all(name), sql("z"), each))
        onward.append(_gathered(each, later, sql("\nEXCEPT {seen}", seen=seen)))
    part = _rounds(name, list(arrays.values()), first, onward)
    return part, {of: _found(name, each) for of, each in arrays.items()}


def _arrays(name: Sql, signature: Signature) -> dict[str, _Arrays]:
    found: dict[str, _Arrays] = {}
    number = 0
    for of, kinds in signature.items():
        types: list[LiteralString] = []
        held = laid_out(typed(kinds), types)
        types = types or ["boolean"]
        numbers = range(number + 1, number + len(types) + 1)
        number += len(types)
        found[of] = _Arrays(Relation(name, sql(""), None, held), types, numbers)
    return found


def _unnested(arrays: Iterable[Sql], name: Sql, of: _Arrays) -> Sql:
    return sql("{table} {name}{declared}", table=_table(arrays), name=name, declared=_declared(of))


def _table(arrays: Iterable[Sql]) -> Sql:
    return sql("unnest({arrays})", arrays=join(", ", arrays))


def _declared(of: _Arrays) -> Sql:
    fields = [field_name(at) for at in range(1, len(of.types) + 1)]
    return sql(" ({fields})", fields=join(", ", fields))


def _in_place(of: _Arrays, arrays: Iterable[Sql]) -> Relation:
    """Return a relation that is read from arrays."""
    return Relation(_table(arrays), _declared(of), None, of.relation.held)


def _found(name: Sql, of: _Arrays) -> Relation:
    """Return the relation once all rounds are done: what was new in any of them."""
    table = sql(
        "(SELECT z.* FROM {s} CROSS JOIN LATERAL {new})",
        s=name,
        new=_unnested(of.new(name), sql("z"), of),
    )
    return Relation(table, _declared(of), None, of.relation.held)


def _selects(
    read: Iterable[ReadArm], of: str, arms: Arms, signature: Signature, arrays: _Arrays
) -> list[Sql]:
    return [
        sql(
            "SELECT {fields}{body}",
            fields=join(", ", _fields(arm, arms, signature, arrays)),
            body=arm.rows.body(),
        )
        for arm in read
        if arm.relation == of
    ]


def _fields(arm: ReadArm, arms: Arms, signature: Signature, arrays: _Arrays) -> Iterator[Sql]:
    if not arrays.relation.held:
        yield sql("true")
        return
    yield from written(arms.columns(arm, signature), arrays.relation.held, arrays.types)


def _nothing(of: _Arrays) -> Sql:
    return sql("SELECT {all} WHERE false", all=join(", ", map(missing, of.types)))


def _gathered(of: _Arrays, selects: Sequence[Sql], but: Sql) -> Sql:
    """Return the rows of selects as arrays, each row once; `but` is a set operation on them."""
    return sql(
        "(SELECT {arrays} FROM ({rows}{but}) q{declared})",
        arrays=join(
            ", ",
            [
                sql(
                    "coalesce(array_agg(q.{it}), '{{}}') AS {as_}",
                    it=field_name(at),
                    as_=numbered("a", number),
                )
                for at, number in enumerate(of.numbers, 1)
            ],
        ),
        rows=join("\nUNION ", selects or [_nothing(of)]),
        but=but,
        declared=_declared(of),
    )


def _rounds(
    name: Sql, arrays: Sequence[_Arrays], first: Sequence[Sql], onward: Sequence[Sql]
) -> Sql:
    numbers = [number for each in arrays for number in each.numbers]
    new = [numbered("d", number) for number in numbers]
    gathered = [numbered("a", number) for number in numbers]
    total = [numbered("t", number) for number in numbers]
    begun = [sql("{it} {x}", it=each, x=numbered("x", at)) for at, each in enumerate(first)]
    gone = [
        sql("CROSS JOIN LATERAL {it} {x}", it=each, x=numbered("x", at))
        for at, each in enumerate(onward)
    ]
    longer = [sql("{s}.{t} || {d}", s=name, t=t, d=d) for t, d in zip(total, gathered, strict=True)]
    unfinished = [
        sql("cardinality({s}.{d})", s=name, d=numbered("d", each.numbers[0])) for each in arrays
    ]
    return sql(
        "{s} ({columns}) AS (\nSELECT {gathered}, {gathered}\nFROM {begun}\nUNION ALL\n"
        "SELECT {gathered}, {longer}\nFROM {s} {gone}\nWHERE {unfinished} > 0)",
        s=name,
        columns=join(", ", [*new, *total]),
        gathered=join(", ", gathered),
        begun=join("\nCROSS JOIN ", begun),
        longer=join(", ", longer),
        gone=join("\n", gone),
        unfinished=join(" + ", unfinished),
    )
