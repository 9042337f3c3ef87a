"""The model itself, by cases worked out by hand: an oracle must be right before it judges."""

import pytest

from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Step,
)
from datalog.syntax.finding import Aggregate, Aggregation
from datalog.syntax.query import Collection, FindSpec, Input, Order, Query, Rule, Scalar, Source
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable
from datalog.syntax.views import AsOf, History, Since
from tests.meaning.facts import FIRST_TRANSACTION, Datom, Schema, World
from tests.meaning.log import attributes
from tests.meaning.values import BOOLEAN, ENTITY, NUMBER, TEXT, Value
from tests.model import Unanswerable, answer

A, B, C, D, E, V, W, X, Y, T, OP = map(
    Variable, ["a", "b", "c", "d", "e", "v", "w", "x", "y", "t", "op"]
)
ONE, TWO, THREE, FOUR = (ENTITY, 1), (ENTITY, 2), (ENTITY, 3), (ENTITY, 4)

# name of 1 is a, of 2 is b (a until t 3), of 3 is a; links 1 → 2 → 3 → 1 and, since t 4, 3 → 4.
_NAMES = {100: "D/name", 101: "D/size", 102: "D/next", 103: "D/tags", 104: "L", 4: "edge/type"}


def _datoms() -> tuple[Datom, ...]:
    said: list[tuple[int, str, Value, int, bool]] = [
        (1, "D/name", (TEXT, "a"), 1, True),
        (2, "D/name", (TEXT, "a"), 1, True),
        (3, "D/name", (TEXT, "a"), 2, True),
        (1, "D/size", (NUMBER, 5), 2, True),
        (3, "D/size", (NUMBER, 5), 2, True),
        (1, "D/next", TWO, 2, True),
        (2, "D/next", THREE, 2, True),
        (3, "D/next", ONE, 2, True),
        (2, "D/name", (TEXT, "a"), 3, False),
        (2, "D/name", (TEXT, "b"), 3, True),
        (3, "D/next", FOUR, 4, True),
        (4, "D/tags", (TEXT, "x"), 4, True),
        (4, "D/tags", (TEXT, "y"), 4, True),
    ]
    return tuple(Datom(*each) for each in said)


WORLD = World(
    _datoms(),
    Schema(
        attributes(
            ("D/name", "String"),
            ("D/size", "Int"),
            ("D/next", "Ref", {"many": True}),
            ("D/tags", "String", {"many": True}),
        ),
        {},
        frozenset(),
        _NAMES,
    ),
    {t: f"hash {t}" for t in range(1, 5)},
)


def ask(
    find: tuple[Variable | Aggregate, ...],
    *where: Clause,
    rules: tuple[Rule, ...] = (),
    inputs: tuple[Input, ...] = (),
    with_: tuple[Variable, ...] = (),
    **given: object,
) -> set[object]:
    query = Query(find, inputs, where, rules=rules, with_=with_)
    moments = {"then": 2, "later": 3}
    return set(answer(query, WORLD, moments, given))


def name(entity: Variable, value: Variable | Constant) -> Pattern:
    return Pattern(entity, "D/name", value)


def follows(one: Variable, other: Variable) -> Pattern:
    return Pattern(one, "D/next", other)


def test_patterns_join_on_what_they_share() -> None:
    assert ask((X, Y), name(X, V), name(Y, V), follows(X, Y)) == {(THREE, ONE)}


def test_the_triangle_closes() -> None:
    triangle = (follows(A, B), follows(B, C), follows(C, A))
    assert ask((A, B, C), *triangle) == {
        (ONE, TWO, THREE),
        (TWO, THREE, ONE),
        (THREE, ONE, TWO),
    }


def test_a_variable_twice_in_a_clause_is_one_value() -> None:
    assert ask((X,), follows(X, X)) == set()


def test_a_not_takes_away_what_its_clauses_match() -> None:
    assert ask((X,), name(X, V), Not((Pattern(X, "D/size", BLANK),))) == {(TWO,)}


def test_a_variable_of_a_not_that_occurs_outside_is_the_one_outside() -> None:
    different = Not((name(Y, V),))
    assert ask((X, Y), follows(X, Y), name(X, V), different) == {
        (ONE, TWO),
        (TWO, THREE),
        (THREE, FOUR),
    }


def test_a_not_that_shares_nothing_is_a_gate() -> None:
    assert ask((X,), name(X, V), Not((Pattern(Y, "D/size", Constant(6)),)))
    assert not ask((X,), name(X, V), Not((Pattern(Y, "D/size", Constant(5)),)))


def test_a_not_join_shares_only_what_it_lists() -> None:
    listed = Not((follows(X, Y), name(Y, Constant("b"))), (X,))
    assert ask((X, Y), follows(X, Y), listed) == {(TWO, THREE), (THREE, ONE), (THREE, FOUR)}


def test_an_or_is_the_union_of_its_branches() -> None:
    either = Or(((name(X, Constant("b")),), (Pattern(X, "D/size", Constant(5)),)))
    assert ask((X,), either) == {(ONE,), (TWO,), (THREE,)}


def test_an_or_join_keeps_other_variables_to_itself() -> None:
    either = Or(((follows(X, Y), name(Y, Constant("b"))),), (X,))
    assert ask((X, Y), either, follows(Y, X)) == {(ONE, THREE)}


def test_what_is_never_bound_is_an_error() -> None:
    with pytest.raises(Unanswerable):
        ask((X,), name(X, V), Compare(Operator.LT, V, W))
    with pytest.raises(Unanswerable):
        ask((X,), name(X, V), Not((Pattern(Y, "D/size", BLANK),), (Y,)))


REACHES = (
    Rule("reaches", (X, Y), (follows(X, Y),)),
    Rule("reaches", (X, Y), (follows(X, B), RuleCall("reaches", (B, Y)))),
)


def test_a_recursive_rule_goes_round_a_cycle_and_comes_back_to_its_start() -> None:
    found = ask((V,), Ground((E,), ((Constant(1),),)), RuleCall("reaches", (E, V)), rules=REACHES)
    assert found == {(ONE,), (TWO,), (THREE,), (FOUR,)}


def test_a_rule_is_asked_from_its_other_side() -> None:
    found = ask((V,), RuleCall("reaches", (V, Constant(4))), rules=REACHES)
    assert found == {(ONE,), (TWO,), (THREE,)}


def test_rules_may_call_each_other() -> None:
    rules = (
        Rule("even", (X, Y), (follows(X, B), RuleCall("odd", (B, Y)))),
        Rule("odd", (X, Y), (follows(X, Y),)),
        Rule("odd", (X, Y), (follows(X, B), RuleCall("even", (B, Y)))),
    )
    found = ask(
        (A,), RuleCall("even", (Constant(1), A)), rules=rules, inputs=(Source("$", AsOf("then")),)
    )
    assert found == {(ONE,), (TWO,), (THREE,)}


def test_a_required_parameter_must_be_bound() -> None:
    rules = (Rule("big", (X, Y), (follows(X, Y),), required=1),)
    with pytest.raises(Unanswerable):
        ask((A, B), RuleCall("big", (A, B)), rules=rules)
    assert ask((B,), name(A, Constant("b")), RuleCall("big", (A, B)), rules=rules) == {(THREE,)}


def test_the_past_the_time_since_and_the_history_are_views() -> None:
    pattern = Pattern(Constant(2), "D/name", V, T, OP)
    found = [
        ask((V, T, OP), pattern, inputs=(Source("$", view),))
        for view in (AsOf("then"), Since("then"), History())
    ]
    first, third = (ENTITY, FIRST_TRANSACTION + 1), (ENTITY, FIRST_TRANSACTION + 3)
    yes, no = (BOOLEAN, True), (BOOLEAN, False)
    assert found == [
        {((TEXT, "a"), first, yes)},
        {((TEXT, "b"), third, yes)},
        {((TEXT, "a"), first, yes), ((TEXT, "a"), third, no), ((TEXT, "b"), third, yes)},
    ]


def test_two_sources_stand_at_two_times() -> None:
    was = Pattern(X, "D/name", W, source="$then")
    changed = Compare(Operator.NE, V, W)
    found = ask((X, V, W), name(X, V), was, changed, inputs=(Source("$then", AsOf("then")),))
    assert found == {(TWO, (TEXT, "b"), (TEXT, "a"))}


def test_a_variable_attribute_ranges_over_all_datoms() -> None:
    found = ask(
        (A, V), Pattern(Constant(1), A, V), Pattern(A, "db/ident", Constant(Keyword("D/size")))
    )
    assert found == {((ENTITY, 101), (NUMBER, 5))}


def test_equal_values_count_once_unless_with_keeps_them_apart() -> None:
    total = Aggregate(Aggregation.SUM, V)
    size = Pattern(X, "D/size", V)
    assert ask((total,), size) == {((NUMBER, 5),)}
    assert ask((total,), size, with_=(X,)) == {((NUMBER, 10),)}


def test_nothing_has_no_aggregate() -> None:
    assert ask((Aggregate(Aggregation.COUNT, X),), name(X, Constant("z"))) == set()


def test_functions_give_a_value_or_match_nothing() -> None:
    size = Pattern(X, "D/size", V)
    assert ask((W,), size, Call("/", (Constant(-7), V), W)) == {((NUMBER, -1),)}
    assert ask((W,), size, Call("-", (V, Constant(5)), Y), Call("/", (V, Y), W)) == set()


def test_get_else_keeps_the_row() -> None:
    size = GetElse(X, (Step("D/size"),), V, default=Constant(0))
    found = ask((X, V), name(X, W), size)
    assert found == {(ONE, (NUMBER, 5)), (TWO, (NUMBER, 0)), (THREE, (NUMBER, 5))}


def test_inputs_are_read_as_what_they_meet() -> None:
    found = ask((X,), name(X, V), inputs=(Collection(V),), v=["b", "z", 5])
    assert found == {(TWO,)}
    assert ask((V,), follows(X, V), inputs=(Scalar(X),), x=1) == {(TWO,)}


def test_values_of_different_families_are_different() -> None:
    size = Pattern(X, "D/size", V)
    assert ask((X,), size, Compare(Operator.NE, V, Constant("five"))) == {(ONE,), (THREE,)}
    assert not ask((X,), size, Compare(Operator.LT, V, Constant("6")), name(X, Constant("b")))


def test_rows_are_cut_in_their_order() -> None:
    query = Query((X, V), (), (name(X, V),), (Order(V, descending=True),), limit=2, offset=1)
    assert answer(query, WORLD) == [(ONE, (TEXT, "a")), (THREE, (TEXT, "a"))]
    scalar = Query((X,), (), (name(X, V),), spec=FindSpec.SCALAR)
    assert answer(scalar, WORLD) == [(ONE,)]
