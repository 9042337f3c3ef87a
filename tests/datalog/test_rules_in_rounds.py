"""Rules that call themselves several times in one definition, worked out in rounds."""

import pytest

from datalog.syntax.clauses import Call, Clause, Compare, Ground, Not, Operator, Pattern
from datalog.syntax.query import Rule
from datalog.syntax.terms import Constant, Keyword, Variable
from tests.datalog.asking import Library
from tests.datalog.library import LAST, urn
from tests.datalog.ruling import (
    START,
    A,
    B,
    Pairs,
    W,
    X,
    Y,
    Z,
    answered,
    call,
    edges,
    from_every_side,
    hop,
    joined,
    rule,
)

T = 7
RAW = Constant(Keyword("RAW"))


def grown(first: Pairs, *, middle: set[str]) -> Pairs:
    """Return pairs joined with each other over some of their ends, until nothing is new."""
    found = set(first)
    while True:
        more = found | joined({pair for pair in found if pair[1] in middle}, found)
        if more == found:
            return found
        found = more


@pytest.mark.parametrize("t", [None, T])
async def test_two_halves_may_meet_under_a_condition(library: Library, t: int | None) -> None:
    rules = (
        rule("reaches", X, Y, hop(X, Y)),
        rule(
            "reaches",
            X,
            Y,
            call("reaches", X, Z),
            Pattern(Z, "Dataset/layer", RAW),
            call("reaches", Z, Y),
        ),
    )
    held = library.facts.datasets(t or LAST)
    raw = {of for of, values in held.items() if values.get("layer") == "RAW"}
    await from_every_side(library, rules, grown(edges(library, t or LAST), middle=raw), t)


async def test_three_calls_may_stand_in_one_definition(library: Library) -> None:
    rules = (
        rule("reaches", X, Y, hop(X, Y)),
        rule("reaches", X, Y, call("reaches", X, Z), call("reaches", Z, W), call("reaches", W, Y)),
    )
    pairs = edges(library)
    expected = set(pairs)
    while (more := expected | joined(joined(expected, expected), expected)) != expected:
        expected = more
    await from_every_side(library, rules, expected)


async def test_rules_that_call_each_other_may_meet(library: Library) -> None:
    rules = (
        rule("reaches", X, Y, hop(X, Y)),
        rule("reaches", X, Y, call("beside", X, Z), call("reaches", Z, Y)),
        rule("beside", X, Y, hop(W, X, "Writes"), hop(W, Y, "Writes")),
        rule("beside", X, Y, call("reaches", X, Z), call("reaches", Y, Z)),
    )
    reaches = edges(library, 5)
    beside = {
        (x, y)
        for w, x in edges(library, 5, "Writes")
        for v, y in edges(library, 5, "Writes")
        if w == v
    }
    while True:
        back = {(far, near) for near, far in reaches}
        more = reaches | joined(beside, reaches), beside | joined(reaches, back)
        if more == (reaches, beside):
            break
        reaches, beside = more
    await from_every_side(library, rules, reaches, 5)


async def test_what_needs_two_of_its_kind_is_found(library: Library) -> None:
    rules = (
        rule("safe", X, Pattern(X, "Dataset/hidden", Constant(value=True))),
        rule(
            "safe",
            X,
            hop(X, Y),
            hop(X, Z),
            Compare(Operator.NE, Y, Z),
            call("safe", Y),
            call("safe", Z),
        ),
    )
    pairs, held = edges(library), library.facts.datasets()
    safe = {of for of, values in held.items() if values.get("hidden") is True}
    while True:
        more = safe | {
            of for of in held if len({far for near, far in pairs if near == of and far in safe}) > 1
        }
        if more == safe:
            break
        safe = more
    found = await answered(library, (A,), [call("safe", A)], rules)
    assert found == {(each,) for each in safe}
    where: list[Clause] = [Pattern(A, "Dataset/layer", RAW), Not((call("safe", A),))]
    raw = {of for of, values in held.items() if values.get("layer") == "RAW"}
    assert await answered(library, (A,), where, rules) == {(each,) for each in raw - safe}
    for of in ("d01", "d17"):
        where = [Pattern(START, "entity/urn", A), call("safe", START)]
        found = await answered(library, (A,), where, rules, start=of, plain=(A,))
        assert found == ({(urn(of),)} if urn(of) in safe else set())


async def test_values_of_several_kinds_are_kept(library: Library) -> None:
    name, rows, one, other = (Variable(each) for each in ("name", "rows", "one", "other"))
    rules = (
        rule(
            "sizes", name, rows, Pattern(X, "Dataset/name", name), Pattern(X, "Dataset/rows", rows)
        ),
        rule(
            "sizes",
            name,
            rows,
            call("sizes", name, one),
            call("sizes", name, other),
            Call("max", (one, other), rows),
        ),
    )
    held = library.facts.datasets()
    expected = {
        (values["name"], values["rows"])
        for values in held.values()
        if values.get("name") is not None and values.get("rows") is not None
    }
    where: list[Clause] = [call("sizes", A, B)]
    found = await answered(library, (A, B), where, rules, plain=(A, B))
    assert {(of, int(size)) for of, size in found} == expected


async def test_a_rule_without_parameters_holds_or_not(library: Library) -> None:
    rules: tuple[Rule, ...] = (
        rule("any", Pattern(X, "Dataset/hidden", Constant(value=True))),
        rule("any", call("any"), call("any")),
        rule("none", hop(X, X), Pattern(X, "Dataset/name", Constant("no such name"))),
        rule("none", call("none")),
    )
    where: list[Clause] = [Pattern(A, "Dataset/layer", RAW)]
    raw = await answered(library, (A,), where, ())
    assert await answered(library, (A,), [*where, call("any")], rules) == raw != set()
    assert await answered(library, (A,), [*where, call("none")], rules) == set()
    assert await answered(library, (A,), [*where, Not((call("none"),))], rules) == raw


async def test_numbers_may_be_added_up(library: Library) -> None:
    one, other, number = Variable("one"), Variable("other"), Variable("number")
    rules = (
        rule("sum", number, Ground((number,), ((Constant(1),),))),
        rule(
            "sum",
            number,
            call("sum", one),
            call("sum", other),
            Compare(Operator.LE, one, Constant(4)),
            Compare(Operator.LE, other, Constant(4)),
            Call("+", (one, other), number),
        ),
    )
    found = await answered(library, (A,), [call("sum", A)], rules, plain=(A,))
    assert {int(each) for (each,) in found} == set(range(1, 9))
    found = await answered(library, (A,), [hop(A, B), call("sum", Constant(9))], rules)
    assert found == set()
