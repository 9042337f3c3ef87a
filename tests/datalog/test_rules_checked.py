"""What is wrong with rules is told before anything runs."""

import pytest

from datalog.checking.check import Checked, Known, check
from datalog.checking.rules.dependencies import components
from datalog.errors import (
    InsufficientBinding,
    NegationInLoop,
    QueryError,
    RepeatedParameter,
    RuleError,
    SourceInRule,
    TooManyClauses,
    UnboundParameter,
    UnevenBranches,
    UnevenDefinitions,
    UnknownRule,
    WrongArity,
)
from datalog.reason import Empty
from datalog.syntax.clauses import Clause, Compare, Not, Operator, Or, RuleCall
from datalog.syntax.query import Query, Rule, Scalar
from datalog.syntax.terms import BLANK, Constant, Variable
from tests.datalog.asking import NOW, Library
from tests.datalog.ruling import START, A, B, W, X, Y, Z, call, hop, rule

NEAR = rule("near", X, Y, hop(X, Y))
REACHES = (
    rule("reaches", X, Y, hop(X, Y)),
    rule("reaches", X, Y, hop(X, Z), call("reaches", Z, Y)),
)
STRICT = rule("strict", X, Y, hop(X, Y), required=1)

WRONG: list[tuple[tuple[Rule, ...], tuple[Clause, ...], type[QueryError], str]] = [
    (
        (NEAR, *REACHES),
        (call("far", A, B),),
        UnknownRule,
        "no rule is called far; there is near, r",
    ),
    ((), (call("far", A, B),), UnknownRule, "no rule is called far; there is none"),
    ((rule("a", X, call("b", X)),), (hop(A, B),), UnknownRule, "called b; there is a"),
    ((NEAR,), (call("near", A),), WrongArity, "near takes 2 arguments, not 1"),
    ((NEAR,), (hop(A, B), Not((call("near", A, B, B),))), WrongArity, "2 arguments, not 3"),
    (
        (rule("a", X, hop(X, Y), call("a", X, Y)),),
        (call("a", A),),
        WrongArity,
        "1 arguments, not 2",
    ),
    ((NEAR, rule("near", X, hop(X, X))), (hop(A, B),), UnevenDefinitions, "near"),
    ((NEAR, rule("near", X, Y, hop(X, Y), required=1)), (hop(A, B),), UnevenDefinitions, "near"),
    (
        (rule("near", X, W, hop(X, Y)),),
        (call("near", A, B),),
        UnboundParameter,
        "?w of the rule near",
    ),
    (
        (rule("near", X, W, hop(X, Y), Not((hop(X, W),), (X,))),),
        (call("near", A, B),),
        UnboundParameter,
        "?w",
    ),
    (
        (rule("near", X, X, hop(X, X)),),
        (call("near", A, B),),
        RepeatedParameter,
        "near names ?x tw",
    ),
    ((rule("near", X, Y, hop(X, Y, source="$then")),), (hop(A, B),), SourceInRule, "names $then"),
    (
        (rule("near", X, Y, call("far", X, Y, source="$then")), rule("far", X, Y, hop(X, Y))),
        (hop(A, B),),
        SourceInRule,
        "the rule near names $then",
    ),
    ((STRICT,), (call("strict", A, B),), InsufficientBinding, "nothing binds ?a"),
    ((STRICT,), (call("strict", BLANK, B),), InsufficientBinding, "nothing binds ?_"),
    ((STRICT,), (hop(B, B), Not((call("strict", A, B),))), InsufficientBinding, "?a"),
    (
        (STRICT, rule("a", X, Y, call("strict", Y, X))),
        (hop(A, A), call("a", A, B)),
        InsufficientBinding,
        "?b",
    ),
    (
        (rule("a", X, hop(X, Y), Not((call("a", Y),))),),
        (call("a", A),),
        NegationInLoop,
        "a → not a",
    ),
    (
        (
            rule("a", X, hop(X, Y), Not((call("b", Y),))),
            rule("b", X, hop(X, Y), Or(((call("c", Y),),))),
            rule("c", X, call("a", X)),
        ),
        (call("c", A),),
        NegationInLoop,
        "negation through recursion: a → not b → c → a",
    ),
    (
        (rule("near", X, Y, Or(((hop(X, Y),), (hop(X, Z),)))),),
        (call("near", A, B),),
        UnevenBranches,
        "?y, ?z",
    ),
]


@pytest.mark.parametrize(("rules", "where", "error", "says"), WRONG)
async def test_what_is_wrong_with_rules_is_told(
    library: Library,
    rules: tuple[Rule, ...],
    where: tuple[Clause, ...],
    error: type[QueryError],
    says: str,
) -> None:
    with pytest.raises(error) as raised:
        _checked(library, rules, where)
    assert says in str(raised.value)
    assert type(raised.value) is error


async def test_what_binds_a_required_parameter_may_stand_anywhere(library: Library) -> None:
    around = Or(((call("strict", A, B), hop(B, A)), (hop(A, B),)))
    bound: list[tuple[Clause, ...]] = [
        (call("strict", A, B), hop(A, Z)),
        (call("strict", START, B),),
        (call("strict", A, B), call("near", A, W)),
        (call("strict", A, B), call("strict", START, A)),
        (Or(((hop(A, B),), (hop(B, A),))), call("strict", A, B)),
        (around,),
        (hop(A, B), Not((call("strict", A, W),))),
        (call("loose", A, B), hop(A, A)),
    ]
    loose = rule("loose", X, Y, call("strict", X, Y))
    for where in bound:
        assert isinstance(_checked(library, (STRICT, NEAR, loose), where), Checked)


async def test_rules_that_grow_beyond_any_bound_are_refused(library: Library) -> None:
    rules = [rule("r0", X, Y, hop(X, Y))]
    for number in range(1, 30):
        before = f"r{number - 1}"
        rules.append(rule(f"r{number}", X, Y, call(before, X, Z), call(before, Z, Y)))
    with pytest.raises(TooManyClauses, match="more than 1000 clauses"):
        _checked(library, tuple(rules), (call("r29", A, B),))
    assert isinstance(_checked(library, tuple(rules), (call("r5", A, B),)), Checked)


async def test_a_long_chain_of_rules_is_refused_or_answered(library: Library) -> None:
    rules = [rule("r0", X, Y, hop(X, Y))]
    rules += [rule(f"r{number}", X, Y, call(f"r{number - 1}", X, Y)) for number in range(1, 500)]
    assert isinstance(_checked(library, tuple(rules), (call("r40", A, B),)), Checked)
    with pytest.raises(TooManyClauses):
        _checked(library, tuple(rules), (call("r499", A, B),))


async def test_alternatives_around_recursion_are_bounded(library: Library) -> None:
    either = Or(((call("r", X, Y),), (hop(X, Y),)))
    rules = (rule("r", X, Y, hop(X, Y), *[either] * 12),)
    with pytest.raises(TooManyClauses):
        _checked(library, rules, (call("r", A, B),))


async def test_a_rule_that_never_holds_makes_the_query_empty(library: Library) -> None:
    never = Compare(Operator.EQ, Constant(1), Constant(2))
    rules = (rule("r", X, Y, hop(X, Y), never), rule("r", X, Y, hop(X, Z), call("r", Z, Y)))
    found = _checked(library, rules, (call("r", A, B),))
    assert isinstance(found, Empty)
    assert found.because == "the rule r never holds"
    kept = _checked(library, rules, (hop(A, B), Not((call("r", A, B),))))
    assert isinstance(kept, Checked)
    assert kept.where == (hop(A, B),)


def test_the_errors_of_rules_have_one_root() -> None:
    assert issubclass(NegationInLoop, RuleError)
    assert NegationInLoop(("a", "not a")).code == "UNSTRATIFIED"


def test_components_come_after_what_they_call() -> None:
    calls = {"a": ["b"], "b": ["c", "d"], "c": ["b"], "d": ["d"], "e": ["a", "e"], "f": []}
    found = components(calls)
    assert set(found) == {
        frozenset("a"),
        frozenset("bc"),
        frozenset("d"),
        frozenset("e"),
        frozenset("f"),
    }
    order = [found.index(frozenset(each)) for each in ("d", "bc", "a", "e")]
    assert order == sorted(order)


def _checked(
    library: Library, rules: tuple[Rule, ...], where: tuple[Clause, ...]
) -> Checked | Empty:
    named = {each for clause in where for each in _variables(clause)}
    find = tuple(sorted(named - {START}, key=lambda each: each.name))
    query = Query(find, (NOW, Scalar(START)), where, rules=rules)
    return check(query, Known(library.catalogue, {}, {}))


def _variables(clause: Clause) -> set[Variable]:
    terms = clause.arguments if isinstance(clause, RuleCall) else ()
    return {each for each in terms if isinstance(each, Variable)}
