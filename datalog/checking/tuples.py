"""Tuples taken apart: `untuple` of what a `tuple` has made is what the tuple was made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from datalog.errors import Unsupported, WrongArguments
from datalog.syntax.clauses import Call, Clause, Compare, Not, Operator, Or
from datalog.syntax.terms import Term, Variable

Parts = Mapping[Variable, tuple[Term, ...]]


def without_untuples(clauses: Iterable[Clause], outer: Parts | None = None) -> tuple[Clause, ...]:
    """Return clauses in which no tuple is taken apart.

    Raises WrongArguments where a tuple has another number of parts, Unsupported where no clause
    beside, or around, has made it.
    """
    clauses = tuple(clauses)
    made = dict(outer or {})
    kept: list[Clause] = []
    for clause in clauses:
        match clause:
            case Call(name="tuple", binding=Variable() as whole) if whole in made:
                kept.extend(_same(clause, made[whole]))
            case Call(name="tuple", binding=Variable() as whole):
                made[whole] = clause.arguments
                kept.append(clause)
            case _:
                kept.append(clause)
    return tuple(each for clause in kept for each in _without(clause, made))


def _same(call: Call, parts: tuple[Term, ...]) -> Iterator[Clause]:
    """Yield what holds where another tuple is the same: all of its parts are."""
    if len(parts) != len(call.arguments):
        raise WrongArguments("tuple", f"has {len(call.arguments)} parts here, {len(parts)} there")
    for one, other in zip(call.arguments, parts, strict=True):
        yield Compare(Operator.EQ, one, other)


def _without(clause: Clause, made: Parts) -> Iterator[Clause]:
    match clause:
        case Not():
            yield replace(clause, clauses=without_untuples(clause.clauses, made))
        case Or():
            branches = (without_untuples(branch, made) for branch in clause.branches)
            yield replace(clause, branches=tuple(branches))
        case Call(name="untuple", arguments=(whole,), binding=tuple() as places):
            if not (isinstance(whole, Variable) and whole in made):
                raise Unsupported("untuple of what no (tuple …) beside it has made")
            parts = made[whole]
            if len(parts) != len(places):
                raise WrongArguments("untuple", f"has {len(parts)} parts for {len(places)}")
            for part, place in zip(parts, places, strict=True):
                if isinstance(place, Variable):
                    yield Call("identity", (part,), place)
        case _:
            yield clause
