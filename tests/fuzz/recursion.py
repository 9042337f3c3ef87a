"""Random sets of rules: linear from either side, not linear, mutual, threaded, negated."""

import random
from collections.abc import Callable, Sequence

from datalog.syntax.clauses import Clause, Compare, Not, Operator, Or, Pattern, RuleCall
from datalog.syntax.query import Rule
from datalog.syntax.terms import Constant, Keyword, Variable

X, Y, Z, N, H, W = (Variable(name) for name in ("x", "y", "z", "n", "h", "w"))

Link = Callable[[Variable, Variable], Clause]

_OF_DATASETS = ["DerivedFrom", "DerivedFrom", "Dataset/replacement", "Dataset/parts"]
_OF_PEOPLE = ["Follows", "Person/boss"]
STEPS = [*_OF_DATASETS, *_OF_PEOPLE]


def rules(draw: random.Random, name: str) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """Return the rules that make up the one of this name, and the kinds of its parameters."""
    steps = draw.choice([_OF_DATASETS, _OF_DATASETS, _OF_PEOPLE, STEPS])
    one, other = _link(draw, steps), _link(draw, steps)
    return draw.choice(_TEMPLATES)(name, one, other)


def _link(draw: random.Random, steps: Sequence[str]) -> Link:
    step = draw.choice(steps)
    if draw.random() < 0.25:
        return lambda near, far: Pattern(far, step, near)
    return lambda near, far: Pattern(near, step, far)


Made = tuple[tuple[Rule, ...], tuple[str, ...]]
_TWO = ("Ref", "Ref")


def _call(name: str, *arguments: Variable) -> RuleCall:
    return RuleCall(name, arguments)


def _from_the_right(name: str, one: Link, _: Link) -> Made:
    base = Rule(name, (X, Y), (one(X, Y),))
    return (base, Rule(name, (X, Y), (one(X, Z), _call(name, Z, Y)))), _TWO


def _from_the_left(name: str, one: Link, _: Link) -> Made:
    base = Rule(name, (X, Y), (one(X, Y),))
    return (base, Rule(name, (X, Y), (_call(name, X, Z), one(Z, Y)))), _TWO


def _not_linear(name: str, one: Link, _: Link) -> Made:
    base = Rule(name, (X, Y), (one(X, Y),))
    return (base, Rule(name, (X, Y), (_call(name, X, Z), _call(name, Z, Y)))), _TWO


def _another_base(name: str, one: Link, other: Link) -> Made:
    base = Rule(name, (X, Y), (other(X, Y),))
    return (base, Rule(name, (X, Y), (one(X, Z), _call(name, Z, Y)))), _TWO


def _two_steps(name: str, one: Link, other: Link) -> Made:
    first = Rule(name, (X, Y), (one(X, Y),))
    second = Rule(name, (X, Y), (other(X, Z), _call(name, Z, Y)))
    return (first, second, Rule(name, (X, Y), (one(X, Z), _call(name, Z, Y)))), _TWO


def _mutual(name: str, one: Link, other: Link) -> Made:
    odd = f"{name}-odd"
    even = Rule(name, (X, Y), (one(X, Z), _call(odd, Z, Y)))
    base = Rule(odd, (X, Y), (other(X, Y),))
    return (even, base, Rule(odd, (X, Y), (one(X, Z), _call(name, Z, Y)))), _TWO


def _threaded(name: str, one: Link, _: Link) -> Made:
    base = Rule(name, (X, Y, N), (one(X, Y), Pattern(Y, "entity/lifecycle", N)))
    step = Rule(name, (X, Y, N), (one(X, Z), _call(name, Z, Y, N)))
    return (base, step), ("Ref", "Ref", "Keyword")


def _unchanged(name: str, one: Link, _: Link) -> Made:
    """The first parameter goes through the recursion as it is."""
    base = Rule(name, (X, Y), (Pattern(X, "entity/urn"), one(X, Y)))
    step = Rule(name, (X, Y), (_call(name, X, Z), one(Z, Y), Pattern(X, "entity/type", N)))
    return (base, step), _TWO


def _same_generation(name: str, one: Link, other: Link) -> Made:
    base = Rule(name, (X, Y), (one(Z, X), one(Z, Y)))
    step = Rule(name, (X, Y), (other(Z, X), _call(name, Z, W), other(W, Y)))
    return (base, step), _TWO


def _weighed(name: str, _: Link, __: Link) -> Made:
    edge = (
        Pattern(H, "edge/type", Constant(Keyword("DerivedFrom"))),
        Pattern(H, "edge/from", X),
        Pattern(H, "edge/to", Z),
        Pattern(H, "DerivedFrom/weight", W),
        Compare(Operator.GT, W, Constant(0.75)),
    )
    base = Rule(name, (X, Z), edge)
    return (base, Rule(name, (X, Y), (*edge, _call(name, Z, Y)))), _TWO


def _either(name: str, one: Link, other: Link) -> Made:
    branches = ((one(X, Y),), (other(X, Y),))
    base = Rule(name, (X, Y), (Or(branches),))
    return (base, Rule(name, (X, Y), (_call(name, X, Z), Or(((one(Z, Y),), (other(Z, Y),)))))), _TWO


def _not_back(name: str, one: Link, other: Link) -> Made:
    inner = f"{name}-inner"
    made, _ = _from_the_right(inner, one, other)
    outer = Rule(name, (X, Y), (other(X, Y), Not((_call(inner, Y, X),))))
    return (*made, outer), _TWO


def _required(name: str, one: Link, other: Link) -> Made:
    made, kinds = _from_the_right(name, one, other)
    return tuple(Rule(it.name, it.parameters, it.clauses, 1) for it in made), kinds


def _not_recursive(name: str, one: Link, other: Link) -> Made:
    first = Rule(name, (X, N), (one(X, Y), Pattern(Y, "entity/lifecycle", N)))
    second = Rule(name, (X, N), (other(X, Y), Pattern(Y, "entity/urn", N)))
    return (first, second), ("Ref", "Keyword")


def _joined(name: str, one: Link, other: Link) -> Made:
    """It joins two of what it finds, far end to far end: no walk, and either may be the new one."""
    base = Rule(name, (X, Y), (one(X, Y),))
    step = Rule(name, (X, Y), (_call(name, Z, X), other(Z, W), _call(name, W, Y)))
    return (base, step), _TWO


def _two_bases(name: str, one: Link, other: Link) -> Made:
    """It begins with either, and goes on with one of them alone."""
    bases = (Rule(name, (X, Y), (one(X, Y),)), Rule(name, (X, Y), (other(X, Y),)))
    return (*bases, Rule(name, (X, Y), (one(X, Z), _call(name, Z, Y)))), _TWO


def _crossed(name: str, one: Link, _: Link) -> Made:
    """What is one end at a call is the other at the next."""
    base = Rule(name, (X, Y), (one(X, Y),))
    return (base, Rule(name, (X, Y), (one(X, Z), _call(name, Y, Z)))), _TWO


def _plain(name: str, one: Link, other: Link) -> Made:
    return (Rule(name, (X, Y), (one(X, Z), other(Z, Y))),), _TWO


def _limited(name: str, one: Link, _: Link) -> Made:
    """A step is taken only from where a condition on the argument holds."""
    base = Rule(name, (X, Y), (one(X, Y),))
    alive = Not((Pattern(Z, "entity/lifecycle", Constant(Keyword("DELETED"))),))
    return (base, Rule(name, (X, Y), (one(X, Z), alive, _call(name, Z, Y)))), _TWO


_TEMPLATES = (
    _from_the_right,
    _from_the_right,
    _from_the_left,
    _not_linear,
    _another_base,
    _two_steps,
    _mutual,
    _threaded,
    _unchanged,
    _same_generation,
    _weighed,
    _either,
    _not_back,
    _required,
    _not_recursive,
    _limited,
    _plain,
    _plain,
    _joined,
    _joined,
    _two_bases,
    _crossed,
)
