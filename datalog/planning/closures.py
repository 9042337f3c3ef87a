"""Rules that are the transitive closure of what their plain definitions say.

However such a closure is written (a step first, a step last, two closures joined), it is walked
from the end that is known, one step at a time.
"""

from dataclasses import dataclass, replace

from datalog.checking.rules.definitions import Definitions
from datalog.checking.rules.fresh import FreshNames
from datalog.checking.rules.passing import own_calls
from datalog.checking.rules.substitution import substituted
from datalog.checking.scoping import outward_of
from datalog.planning.canonical import structure
from datalog.syntax.clauses import Clause, RuleCall
from datalog.syntax.query import Rule
from datalog.syntax.terms import Variable

_FROM, _TO = 0, 1


def turned(definitions: Definitions, known: frozenset[int], names: FreshNames) -> Definitions:
    """Return a closure written so that it passes on an end that is known; other rules as they are.

    `known` are positions of the arguments of the call.
    """
    bases = _bases(definitions, names.outside)
    if bases is None:
        return definitions
    first = bases[0]
    fixed = _TO if _TO in known and _FROM not in known else _FROM
    longer = tuple(_longer(rule, fixed, names) for rule in bases)
    return {first.name: (*bases, *longer)}


def _bases(definitions: Definitions, outside: frozenset[Variable]) -> list[Rule] | None:
    """Return the plain definitions of a rule that is their closure, else None."""
    if len(definitions) != 1:
        return None
    [rules] = definitions.values()
    if not rules or len(rules[0].parameters) != 2:
        return None
    bases = [rule for rule in rules if not own_calls(rule.clauses, definitions)]
    steps = [_step(rule, definitions, outside) for rule in rules if rule not in bases]
    if None in steps:
        return None
    plain = {structure(rule.clauses, rule.parameters, outside) for rule in bases}
    found = [each for each in steps if each is not None]
    if any(each.says is not None and each.says not in plain for each in found):
        return None
    doubled = any(each.says is None for each in found)
    covered = [{each.says for each in found if each.fixed == fixed} for fixed in (_FROM, _TO)]
    return bases if doubled or any(plain <= each for each in covered) else None


@dataclass(frozen=True, slots=True)
class _Step:
    """What a recursive definition adds to a closure; None where it joins two of them."""

    says: str | None
    fixed: int = _FROM


def _step(rule: Rule, definitions: Definitions, outside: frozenset[Variable]) -> _Step | None:
    calls = own_calls(rule.clauses, definitions)
    others = tuple(clause for clause in rule.clauses if clause not in calls)
    start, end = rule.parameters
    if len(calls) > 2:
        return None
    if len(calls) == 2:
        joins = not others and _join(calls, start, end, outside)
        return _Step(None) if joins else None
    [call] = calls
    taken = outside | {start, end}
    match call.arguments:
        case near, Variable() as middle if near == start and middle not in taken:
            ends, fixed, fixed_end = (middle, end), _FROM, start
        case Variable() as middle, far if far == end and middle not in taken:
            ends, fixed, fixed_end = (start, middle), _TO, end
        case _:
            return None
    if fixed_end in outward_of(others):
        return None
    return _Step(structure(others, ends, outside), fixed)


def _join(
    calls: list[RuleCall], start: Variable, end: Variable, outside: frozenset[Variable]
) -> bool:
    for one, other in (calls, calls[::-1]):
        (near, middle), (again, far) = one.arguments, other.arguments
        if (near, far) == (start, end) and middle == again and isinstance(middle, Variable):
            return middle not in outside | {start, end}
    return False


def _longer(rule: Rule, fixed: int, names: FreshNames) -> Rule:
    """Return the definition that adds one step to a closure at the end that is not fixed."""
    start, end = rule.parameters
    middle = names.variable(start)
    if fixed == _FROM:
        call = RuleCall(rule.name, (start, middle))
        terms = {start: middle, end: end}
    else:
        call = RuleCall(rule.name, (middle, end))
        terms = {start: start, end: middle}
    step: tuple[Clause, ...] = substituted(rule.clauses, terms, "$", names)
    return replace(rule, clauses=(call, *step))
