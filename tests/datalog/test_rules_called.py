"""Rules that are not recursive: at every call, what they say."""

from datalog.syntax.clauses import Clause, Compare, Not, Operator, Or, Pattern
from datalog.syntax.query import Source
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable
from datalog.syntax.views import Now
from tests.datalog.asking import Library
from tests.datalog.library import urn
from tests.datalog.ruling import (
    ATTRIBUTE,
    START,
    A,
    B,
    X,
    Y,
    Z,
    answered,
    call,
    edges,
    hop,
    joined,
    rule,
)

NEAR = rule("near", X, Y, hop(X, Y))
SECOND = rule("second", X, Y, call("near", X, Z), call("near", Z, Y))
TOUCHES = (rule("touches", X, Y, hop(X, Y)), rule("touches", Y, X, hop(X, Y)))
T = 7


async def test_a_rule_is_what_it_says(library: Library) -> None:
    for t in (None, T):
        pairs = edges(library, t or 12)
        assert await answered(library, (A, B), [call("near", A, B)], [NEAR], t=t) == pairs
        found = await answered(library, (A, B), [call("second", A, B)], [NEAR, SECOND], t=t)
        assert found == joined(pairs, pairs)


async def test_definitions_are_alternatives(library: Library) -> None:
    pairs = edges(library)
    both = pairs | {(far, near) for near, far in pairs}
    assert await answered(library, (A, B), [call("touches", A, B)], TOUCHES) == both


async def test_names_of_caller_and_rule_do_not_meet(library: Library) -> None:
    pairs = edges(library)
    where: list[Clause] = [hop(X, Y), call("second", Y, Z), call("near", Z, X)]
    found = await answered(library, (X, Y, Z), where, [SECOND, NEAR])
    two = joined(pairs, pairs)
    assert found == {
        (x, y, z) for x, y in pairs for start, z in two if start == y and (z, x) in pairs
    }


async def test_one_rule_is_called_twice(library: Library) -> None:
    pairs = edges(library)
    where: list[Clause] = [call("second", A, X), call("second", X, B)]
    two = joined(pairs, pairs)
    assert await answered(library, (A, B), where, [NEAR, SECOND]) == joined(two, two)


async def test_a_variable_stands_twice_in_a_call(library: Library) -> None:
    pairs = edges(library)
    two = joined(pairs, pairs)
    found = await answered(library, (A,), [call("second", A, A)], [NEAR, SECOND])
    assert found == {(near,) for near, far in two if near == far}


async def test_a_blank_is_anything(library: Library) -> None:
    pairs = edges(library)
    found = await answered(library, (A,), [call("second", A, BLANK)], [NEAR, SECOND])
    assert found == {(near,) for near, _ in joined(pairs, pairs)}
    twice = rule("self", X, Y, hop(X, Y), hop(Y, X))
    found = await answered(library, (A,), [call("self", A, BLANK)], [twice])
    assert found == {(near,) for near, far in pairs if (far, near) in pairs}


async def test_arguments_are_given_from_either_side(library: Library) -> None:
    pairs = edges(library)
    two = joined(pairs, pairs)
    for name in ("d01", "d17", "d30"):
        found = await answered(
            library, (B,), [call("second", START, B)], [NEAR, SECOND], start=name
        )
        assert found == {(far,) for near, far in two if near == urn(name)}
        found = await answered(
            library, (B,), [call("second", B, START)], [NEAR, SECOND], start=name
        )
        assert found == {(near,) for near, far in two if far == urn(name)}


async def test_rules_stand_inside_not_and_or(library: Library) -> None:
    pairs = edges(library)
    two = joined(pairs, pairs)
    where: list[Clause] = [hop(A, B), Not((call("second", A, B),))]
    assert await answered(library, (A, B), where, [NEAR, SECOND]) == pairs - two
    where = [hop(A, B), Not((call("second", B, BLANK),))]
    leaves = {pair for pair in pairs if not any(pair[1] == near for near, _ in two)}
    assert await answered(library, (A, B), where, [NEAR, SECOND]) == leaves
    either = Or(((call("second", A, B),), (hop(B, A),)))
    found = await answered(library, (A, B), [either], [NEAR, SECOND])
    assert found == two | {(far, near) for near, far in pairs}


async def test_an_attribute_is_an_argument(library: Library) -> None:
    along = rule("along", ATTRIBUTE, X, Y, hop(X, Z, ATTRIBUTE), hop(Z, Y, ATTRIBUTE))
    owned = rule("any", X, Y, call("along", Constant(Keyword("DerivedFrom")), X, Y))
    pairs = edges(library)
    assert await answered(library, (A, B), [call("any", A, B)], [along, owned]) == joined(
        pairs, pairs
    )


async def test_the_clauses_read_the_database_of_the_call(library: Library) -> None:
    extra = (Source("$now", Now()),)
    where: list[Clause] = [call("second", A, B), Not((call("second", A, B, source="$now"),))]
    found = await answered(library, (A, B), where, [NEAR, SECOND], t=T, extra=extra)
    then, now = edges(library, T), edges(library)
    assert found == joined(then, then) - joined(now, now)


async def test_what_a_join_form_of_a_rule_names_is_its_own(library: Library) -> None:
    start, other = Variable("start"), Variable("other")
    inner = Not((hop(X, start), hop(start, X)), (X,))
    alone = rule("alone", X, Y, hop(X, Y), inner, Or(((hop(Y, other),), (hop(other, Y),)), (Y,)))
    pairs = edges(library)
    mutual = {near for near, far in pairs if (far, near) in pairs}
    expected = {pair for pair in pairs if pair[0] not in mutual}
    found = await answered(library, (A, B), [call("alone", A, B)], [alone])
    assert found == expected
    found = await answered(library, (B,), [call("alone", START, B)], [alone], start="d05")
    assert found == {(far,) for near, far in expected if near == urn("d05")}


async def test_a_constant_stands_where_a_rule_compares(library: Library) -> None:
    rows = Variable("rows")
    large = rule("larger", X, Y, Pattern(X, "Dataset/rows", rows), Compare(Operator.GT, rows, Y))
    found = await answered(library, (A,), [call("larger", A, Constant(0))], [large])
    held = library.facts.datasets()
    expected = {(of,) for of, values in held.items() if (values.get("rows") or 0) > 0}  # type: ignore[operator]
    assert found == expected != set()
