"""Recursive rules with one call of their own in each definition, from either side."""

import pytest

from datalog.syntax.clauses import Call, Clause, Compare, Ground, Not, Operator, Or, Pattern
from datalog.syntax.query import Rule, Source
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.syntax.views import Now
from tests.datalog.asking import Library
from tests.datalog.library import LAST, urn
from tests.datalog.ruling import (
    ATTRIBUTE,
    NUMBER,
    START,
    A,
    B,
    W,
    X,
    Y,
    Z,
    answered,
    call,
    closure,
    edges,
    from_every_side,
    hop,
    joined,
    rule,
)

T = 7
BASE = rule("reaches", X, Y, hop(X, Y))
RIGHT = (BASE, rule("reaches", X, Y, hop(X, Z), call("reaches", Z, Y)))
LEFT = (BASE, rule("reaches", X, Y, call("reaches", X, Z), hop(Z, Y)))
INSIDE = (rule("reaches", X, Y, Or(((hop(X, Y),), (hop(X, Z), call("reaches", Z, Y))), (X, Y))),)
DOUBLE = (BASE, rule("reaches", X, Y, call("reaches", X, Z), call("reaches", Z, Y)))
HELPED = (
    rule("reaches", X, Y, call("step", X, Y)),
    rule("reaches", X, Y, call("step", X, Z), call("reaches", Z, Y)),
    rule("step", X, Y, hop(X, Y)),
)
CLOSURES = {"right": RIGHT, "left": LEFT, "or": INSIDE, "double": DOUBLE, "helped": HELPED}


@pytest.mark.parametrize("rules", CLOSURES.values(), ids=CLOSURES)
@pytest.mark.parametrize("t", [None, T])
async def test_a_closure_is_the_same_however_it_is_written(
    library: Library, rules: tuple[Rule, ...], t: int | None
) -> None:
    expected = closure(edges(library, t or LAST))
    await from_every_side(library, rules, expected, t)


async def test_the_start_is_in_its_closure_only_where_a_circle_leads_back(library: Library) -> None:
    pairs = closure(edges(library))
    assert any(near == far for near, far in pairs)
    assert any((near, near) not in pairs for near, _ in pairs)
    for rules in (RIGHT, LEFT, DOUBLE):
        for near in sorted({near for near, _ in pairs})[:8]:
            of = near.rpartition("/")[2]
            found = await answered(library, (B,), [call("reaches", START, B)], rules, start=of)
            assert ((near,) in found) == ((near, near) in pairs)


async def test_the_first_step_may_walk_another_edge(library: Library) -> None:
    written, derived = edges(library, kind="Writes"), edges(library)
    downstream = (
        rule("reaches", X, Y, hop(X, Y, "Writes")),
        rule("reaches", X, Y, call("reaches", X, Z), hop(Y, Z)),
    )
    back = {(far, near) for near, far in derived}
    expected = written | joined(written, closure(back))
    starts = sorted({near for near, _ in expected})[:3]
    found = await answered(library, (A, B), [call("reaches", A, B)], downstream)
    assert found == expected
    for near in starts:
        of = near.rpartition("/")[2]
        where = [call("reaches", START, B)]
        found = await answered(library, (B,), where, downstream, start=of)
        assert found == {(far,) for start, far in expected if start == near}
    await from_every_side(library, downstream, expected)


async def test_the_last_step_may_walk_another_edge(library: Library) -> None:
    owned, derived = edges(library, kind="OwnedBy"), edges(library)
    rules = (
        rule("reaches", X, Y, hop(X, Y, "OwnedBy")),
        rule("reaches", X, Y, hop(X, Z), call("reaches", Z, Y)),
    )
    await from_every_side(library, rules, owned | joined(closure(derived), owned))


async def test_several_steps_may_lead_on(library: Library) -> None:
    derived, written = edges(library), edges(library, kind="Writes")
    rules = (
        rule("reaches", X, Y, hop(X, Y)),
        rule("reaches", X, Y, hop(X, Z), call("reaches", Z, Y)),
        rule("reaches", X, Y, hop(W, X, "Writes"), hop(W, Z, "Writes"), call("reaches", Z, Y)),
    )
    beside = {(x, z) for w, x in written for again, z in written if w == again}
    steps = closure(derived | beside)
    await from_every_side(library, rules, derived | joined(steps, derived))


async def test_rules_may_call_each_other(library: Library) -> None:
    pairs = edges(library)
    rules = (
        rule("odd", X, Y, hop(X, Y)),
        rule("odd", X, Y, hop(X, Z), call("even", Z, Y)),
        rule("even", X, Y, hop(X, Z), call("odd", Z, Y)),
    )
    odd, even = set(pairs), set[tuple[str, str]]()
    while True:
        more_odd, more_even = odd | joined(pairs, even), even | joined(pairs, odd)
        if (more_odd, more_even) == (odd, even):
            break
        odd, even = more_odd, more_even
    for name, expected in (("odd", odd), ("even", even)):
        named = rule("reaches", X, Y, call(name, X, Y))
        await from_every_side(library, (*rules, named), expected)


async def test_both_ends_may_move(library: Library) -> None:
    pairs = edges(library)
    rules = (
        rule("reaches", X, Y, hop(X, Z), hop(Y, Z)),
        rule("reaches", X, Y, hop(X, Z), call("reaches", Z, W), hop(Y, W)),
    )
    back = {(far, near) for near, far in pairs}
    same = joined(pairs, back)
    while True:
        more = same | joined(joined(pairs, same), back)
        if more == same:
            break
        same = more
    await from_every_side(library, rules, same)


async def test_the_edge_is_an_argument_that_is_passed_on(library: Library) -> None:
    rules = (
        rule("along", ATTRIBUTE, X, Y, hop(X, Y, ATTRIBUTE)),
        rule("along", ATTRIBUTE, X, Y, hop(X, Z, ATTRIBUTE), call("along", ATTRIBUTE, Z, Y)),
        rule("reaches", X, Y, call("along", Constant(Keyword("DerivedFrom")), X, Y)),
    )
    await from_every_side(library, rules, closure(edges(library)))


async def test_a_parameter_is_threaded_through(library: Library) -> None:
    rules = (
        rule("via", X, Y, W, hop(X, Y), Pattern(Y, "Dataset/hidden", W)),
        rule("via", X, Y, W, hop(X, Z), Pattern(Z, "Dataset/hidden", W), call("via", Z, Y, W)),
    )
    held = library.facts.datasets()
    for value in (True, False):
        steps = {(near, far) for near, far in edges(library) if held[far].get("hidden") is value}
        expected = closure(steps)
        named = rule("reaches", X, Y, call("via", X, Y, Constant(value)))
        await from_every_side(library, (*rules, named), expected)
        where: list[Clause] = [call("via", A, B, NUMBER)]
        found = await answered(library, (A, B), where, rules, number=value)
        assert found == expected


async def test_a_lower_rule_may_be_denied_inside(library: Library) -> None:
    pairs = edges(library)
    owned = {near for near, _ in edges(library, kind="StewardedBy")}
    rules = (
        rule("kept", X, hop(X, W, "StewardedBy")),
        rule("reaches", X, Y, hop(X, Y), Not((call("kept", Y),))),
        rule("reaches", X, Y, hop(X, Z), Not((call("kept", Z),)), call("reaches", Z, Y)),
    )
    expected = closure({pair for pair in pairs if pair[1] not in owned})
    await from_every_side(library, rules, expected)


async def test_a_recursion_may_use_another(library: Library) -> None:
    derived, written = closure(edges(library)), edges(library, kind="Writes")
    rules = (
        *(rule("up", *each.parameters, *_renamed(each, "up")) for each in RIGHT),
        rule("near", X, Y, hop(W, X, "Writes"), hop(W, Y, "Writes")),
        rule("reaches", X, Y, call("up", X, Y)),
        rule("reaches", X, Y, call("reaches", X, Z), call("near", Z, W), call("up", W, Y)),
    )
    near = {(x, y) for w, x in written for again, y in written if w == again}
    step = joined(near, derived)
    expected = set(derived)
    while (more := expected | joined(expected, step)) != expected:
        expected = more
    await from_every_side(library, rules, expected)


def _renamed(of: Rule, name: str) -> tuple[Clause, ...]:
    return tuple(
        call(name, *each.arguments) if not isinstance(each, Pattern) else each  # type: ignore[union-attr]
        for each in of.clauses
    )


async def test_numbers_may_be_counted_on_the_way(library: Library) -> None:
    one, less = Variable("one"), Variable("less")
    rules = (
        rule("path", X, Y, NUMBER, hop(X, Y), Ground((NUMBER,), ((Constant(1),),))),
        rule(
            "path",
            X,
            Y,
            NUMBER,
            hop(X, Z),
            call("path", Z, Y, less),
            Compare(Operator.LT, less, Constant(3)),
            Call("+", (less, Constant(1)), NUMBER),
        ),
    )
    pairs = edges(library)
    lengths = {1: pairs, 2: joined(pairs, pairs)}
    lengths[3] = joined(pairs, lengths[2])
    expected = {(*pair, str(length)) for length, found in lengths.items() for pair in found}
    where: list[Clause] = [call("path", A, B, one)]
    found = await answered(library, (A, B, one), where, rules, plain=(one,))
    assert found == expected
    where = [call("path", START, B, one)]
    found = await answered(library, (B, one), where, rules, plain=(one,), start="d17")
    assert found == {(far, n) for near, far, n in expected if near == urn("d17")}
    where = [call("path", A, START, Constant(2))]
    found = await answered(library, (A,), where, rules, start="d17")
    assert found == {(near,) for near, far, n in expected if (far, n) == (urn("d17"), "2")}


async def test_each_call_reads_its_own_database(library: Library) -> None:
    then, now = closure(edges(library, T)), closure(edges(library))
    extra = (Source("$now", Now()),)
    where: list[Clause] = [call("reaches", A, B), Not((call("reaches", A, B, source="$now"),))]
    found = await answered(library, (A, B), where, RIGHT, t=T, extra=extra)
    assert found == then - now
    where = [call("reaches", START, A), call("reaches", A, B, source="$now")]
    found = await answered(library, (A, B), where, LEFT, t=T, extra=extra, start="d17")
    assert found == {
        (middle, far)
        for near, middle in then
        if near == urn("d17")
        for m, far in now
        if m == middle
    }


async def test_names_of_caller_and_rule_do_not_meet(library: Library) -> None:
    pairs, every = edges(library), closure(edges(library))
    where: list[Clause] = [hop(Z, X), call("reaches", X, Y), hop(Y, Z)]
    expected = {(x, y, z) for z, x in pairs for again, y in every if again == x and (y, z) in pairs}
    for rules in (RIGHT, LEFT, DOUBLE):
        assert await answered(library, (X, Y, Z), where, rules) == expected


async def test_a_rule_with_another_number_of_ends_is_reached(library: Library) -> None:
    pairs = edges(library)
    rules = (
        rule("tainted", X, hop(X, Y), Pattern(Y, "Dataset/layer", Constant(Keyword("RAW")))),
        rule("tainted", X, hop(X, Y), call("tainted", Y)),
    )
    held = library.facts.datasets()
    first = {near for near, far in pairs if held[far].get("layer") == "RAW"}
    expected = first | {near for near, far in closure(pairs) if far in first}
    found = await answered(library, (A,), [call("tainted", A)], rules)
    assert found == {(each,) for each in expected}
    where: list[Clause] = [Pattern(A, "Dataset/hidden", Constant(value=True)), call("tainted", A)]
    found = await answered(library, (A,), where, rules)
    assert found == {(each,) for each in expected if held[each].get("hidden") is True}
    where = [Pattern(A, "Dataset/hidden", Constant(value=True)), Not((call("tainted", A),))]
    found = await answered(library, (A,), where, rules)
    hidden = {each for each, values in held.items() if values.get("hidden") is True}
    assert found == {(each,) for each in hidden - expected}


async def test_what_is_passed_on_may_come_from_earlier_clauses(library: Library) -> None:
    along = (
        rule("along", ATTRIBUTE, X, Y, hop(X, Y, ATTRIBUTE)),
        rule("along", ATTRIBUTE, X, Y, hop(X, Z, ATTRIBUTE), call("along", ATTRIBUTE, Z, Y)),
    )
    named = Pattern(ATTRIBUTE, "db/ident", Constant(Keyword("Dataset/replacement")))
    for where in ([named, call("along", ATTRIBUTE, START, B)], [call("along", ATTRIBUTE, A, B)]):
        both: list[Clause] = [
            *where,
            named,
            Pattern(A, "entity/urn", X),
            Pattern(START, "entity/urn", X),
        ]
        found = await answered(library, (B,), both, along, start="dfull")
        assert found == {(urn("d00"),)}
    to_it: list[Clause] = [named, call("along", ATTRIBUTE, B, START)]
    assert await answered(library, (B,), to_it, along, start="d00") == {(urn("dfull"),)}
    assert await answered(library, (B,), to_it, along, start="d01") == set()


VIA: dict[str, tuple[Clause, ...]] = {
    "linear": (hop(X, Z), Pattern(Z, "Dataset/hidden", W), call("via", Z, Y, W)),
    "double": (call("via", X, Z, W), call("via", Z, Y, W)),
}


@pytest.mark.parametrize("again", VIA.values(), ids=VIA)
async def test_a_condition_is_passed_on_with_either_end_known(
    library: Library, again: tuple[Clause, ...]
) -> None:
    shown = Pattern(Y, "Dataset/hidden", W)
    rules = (rule("via", X, Y, W, hop(X, Y), shown), rule("via", X, Y, W, *again))
    held = library.facts.datasets()
    for value in (True, False):
        steps = {(near, far) for near, far in edges(library) if held[far].get("hidden") is value}
        expected = closure(steps)
        told = Pattern(A, "Dataset/hidden", NUMBER)
        for start in ("d05", "d17"):
            where: list[Clause] = [call("via", START, B, NUMBER)]
            found = await answered(library, (B,), where, rules, start=start, number=value)
            assert found == {(far,) for near, far in expected if near == urn(start)}
            where = [call("via", B, START, NUMBER)]
            found = await answered(library, (B,), where, rules, start=start, number=value)
            assert found == {(near,) for near, far in expected if far == urn(start)}
            where = [told, call("via", A, START, NUMBER)]
            found = await answered(library, (A,), where, rules, start=start, number=value)
            assert found == {
                (near,)
                for near, far in expected
                if far == urn(start) and held[near].get("hidden") is value
            }


async def test_a_recursion_may_stand_in_a_branch(library: Library) -> None:
    every, back = closure(edges(library)), {(far, near) for near, far in edges(library)}
    either = Or(((call("reaches", A, B),), (hop(B, A),)))
    assert await answered(library, (A, B), [either], RIGHT) == every | back
    listed = Or(((call("reaches", START, B),), (hop(B, START), call("reaches", B, W))), (B, START))
    found = await answered(library, (B,), [listed], LEFT, start="d17")
    starts = {near for near, _ in every}
    assert found == {(far,) for near, far in every if near == urn("d17")} | {
        (near,) for far, near in back if far == urn("d17") and near in starts
    }
