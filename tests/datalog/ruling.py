"""Asking the library with rules, and the answers worked out in the plainest way."""

from collections.abc import Iterable, Sequence
from typing import Any

from datalog.syntax.clauses import Clause, Not, Or, Pattern, RuleCall
from datalog.syntax.query import Input, Query, Rule, Scalar, Source
from datalog.syntax.terms import BLANK, Constant, Term, Variable
from datalog.tree import Bound, Many, Object, Shape, Value
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST, urn

A, B, X, Y, Z, W = (Variable(name) for name in "abxyzw")
ATTRIBUTE, NUMBER, START = Variable("attribute"), Variable("number"), Variable("start")
Pairs = set[tuple[str, str]]


def hop(near: Term, far: Term, edge: str | Variable = "DerivedFrom", source: str = "$") -> Pattern:
    """Return the pattern of an edge."""
    return Pattern(near, edge, far, source=source)


def rule(name: str, *head_and_clauses: Variable | Clause, required: int = 0) -> Rule:
    """Return a rule: its parameters, then its clauses."""
    parameters = tuple(each for each in head_and_clauses if isinstance(each, Variable))
    clauses = tuple(each for each in head_and_clauses if not isinstance(each, Variable))
    return Rule(name, parameters, clauses, required)


def call(name: str, *arguments: Term, source: str = "$") -> RuleCall:
    """Return a call."""
    return RuleCall(name, arguments, source)


def asked(
    find: Sequence[Variable],
    where: Iterable[Clause],
    rules: Iterable[Rule],
    inputs: tuple[Input, ...] = (NOW,),
    plain: Iterable[Variable] = (),
) -> Many:
    """Return a query as a shape: urns of what it finds, or values of the `plain` variables."""
    query = Query(tuple(find), inputs, tuple(where), rules=tuple(rules))
    fields: list[tuple[str, Shape]] = [
        (each.name, Bound(each) if each in plain else Value(each, "entity/urn")) for each in find
    ]
    return Many("it", query, Object(tuple(fields)))


async def answered(  # noqa: PLR0913  # What a query has, beside its rules.
    library: Library,
    find: Sequence[Variable],
    where: Iterable[Clause],
    rules: Iterable[Rule],
    *,
    t: int | None = None,
    plain: Iterable[Variable] = (),
    extra: tuple[Source, ...] = (),
    **slots: object,
) -> set[tuple[Any, ...]]:
    """Return the rows of a query, each as a tuple of urns; entities are given by their names."""
    given = {
        name: library.facts.numbers[urn(value)] if isinstance(value, str) else value
        for name, value in slots.items()
    }
    source = NOW if t is None else THEN
    inputs: tuple[Input, ...] = (source, *extra, *(Scalar(Variable(name)) for name in slots))
    shape = asked(find, where, rules, inputs, plain)
    rows = await library.ask(shape, t=LAST if t is None and extra else t, **given)
    found = [tuple(row.values()) for row in rows]
    assert len(set(found)) == len(found)
    return set(found)


def edges(library: Library, t: int = LAST, kind: str = "DerivedFrom") -> Pairs:
    """Return the pairs of an edge type at a t."""
    return {(near, far) for of, near, far, _ in library.facts.states[t].edges if of == kind}


def joined(one: Pairs, other: Pairs) -> Pairs:
    """Return the pairs that lead over one, then over the other."""
    return {(near, far) for near, middle in one for start, far in other if middle == start}


def closure(pairs: Pairs) -> Pairs:
    """Return the transitive closure."""
    found = set(pairs)
    while True:
        more = found | joined(found, pairs)
        if more == found:
            return found
        found = more


NAMES = ("d05", "d17")


async def from_every_side(
    library: Library, rules: Iterable[Rule], expected: Pairs, t: int | None = None
) -> None:
    """Ask the rule `reaches` with every end known and unknown, and hold it to the pairs."""
    rules, name = tuple(rules), "reaches"
    some = {urn(each) for each in NAMES}
    where: list[Clause] = [call(name, A, B)]
    assert await answered(library, (A, B), where, rules, t=t) == expected
    for start in NAMES:
        from_it = {(far,) for near, far in expected if near == urn(start)}
        to_it = {(near,) for near, far in expected if far == urn(start)}
        found = await answered(library, (B,), [call(name, START, B)], rules, t=t, start=start)
        assert found == from_it
        found = await answered(library, (B,), [call(name, B, START)], rules, t=t, start=start)
        assert found == to_it
        written = [call(name, B, Constant(urn(start)))]
        assert await answered(library, (B,), written, rules, t=t) == to_it
        written = [call(name, Constant(urn(start)), B)]
        assert await answered(library, (B,), written, rules, t=t) == from_it
    found = await answered(library, (A,), [call(name, A, A)], rules, t=t)
    assert found == {(near,) for near, far in expected if near == far}
    found = await answered(library, (A,), [call(name, A, BLANK)], rules, t=t)
    assert found == {(near,) for near, _ in expected}
    given = Or(tuple((Pattern(A, "entity/urn", Constant(each)),) for each in sorted(some)))
    found = await answered(library, (A, B), [given, call(name, A, B)], rules, t=t)
    assert found == {(near, far) for near, far in expected if near in some}
    also = Or(tuple((Pattern(B, "entity/urn", Constant(each)),) for each in sorted(some)))
    found = await answered(library, (A, B), [also, call(name, A, B)], rules, t=t)
    assert found == {(near, far) for near, far in expected if far in some}
    found = await answered(library, (A, B), [given, call(name, A, B), also], rules, t=t)
    assert found == {(near, far) for near, far in expected if {near, far} <= some}
    found = await answered(library, (A,), [given, Not((call(name, A, A),))], rules, t=t)
    assert found == {(each,) for each in some if (each, each) not in expected}
