"""Arguments that every call of a recursion passes on as they are.

`(reach ?edge ?a ?b)` walks with one ?edge from beginning to end: where it is known at the call, it
is a constant of the whole search, and no column of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from datalog.checking.rules.definitions import Definitions
from datalog.checking.rules.fresh import FreshNames
from datalog.checking.rules.substitution import substituted
from datalog.syntax.clauses import Clause, RuleCall
from datalog.syntax.query import Rule
from datalog.syntax.terms import Term, Variable

Carried = Mapping[str, int]
"""The position, in each rule of a recursion, of what is one argument of the first call."""


def specialised(
    definitions: Definitions, entry: str, known: Mapping[int, Term], names: FreshNames
) -> tuple[Definitions, tuple[int, ...]]:
    """Return the rules of a recursion without arguments that are known and passed on as they are.

    `known` are arguments of a first call of `entry`, by position; the positions that are left come
    out too. No clause of the definitions has a call of their own inside an `or`.
    """
    dropped: dict[str, dict[int, Term]] = {name: {} for name in definitions}
    for position, term in known.items():
        for name, place in (carried(definitions, entry, position) or {}).items():
            dropped[name][place] = term
    every = range(len(definitions[entry][0].parameters))
    left = tuple(position for position in every if position not in dropped[entry])
    if not any(dropped.values()):
        return definitions, left
    fewer = {
        name: tuple(_without(rule, dropped, names) for rule in rules)
        for name, rules in definitions.items()
    }
    return fewer, left


def _without(rule: Rule, dropped: Mapping[str, Mapping[int, Term]], names: FreshNames) -> Rule:
    clauses = [_fewer_arguments(clause, dropped) for clause in rule.clauses]
    constants = dropped[rule.name]
    kept = tuple(each for at, each in enumerate(rule.parameters) if at not in constants)
    terms: dict[Variable, Term] = {each: each for each in kept}
    terms |= {rule.parameters[at]: term for at, term in constants.items()}
    return replace(rule, parameters=kept, clauses=substituted(clauses, terms, "$", names))


def _fewer_arguments(clause: Clause, dropped: Mapping[str, Mapping[int, Term]]) -> Clause:
    if not (isinstance(clause, RuleCall) and clause.name in dropped):
        return clause
    places = dropped[clause.name]
    kept = tuple(each for at, each in enumerate(clause.arguments) if at not in places)
    return replace(clause, arguments=kept)


def carried(definitions: Definitions, entry: str, position: int) -> Carried | None:
    """Return where an argument of the first call stands in each rule; None where it changes."""
    found = {entry: position}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        for rule in definitions[name]:
            parameter = rule.parameters[found[name]]
            for call in own_calls(rule.clauses, definitions):
                wanted = found.get(call.name)
                places = [at for at, term in enumerate(call.arguments) if term == parameter]
                if wanted is None and places:
                    found[call.name] = places[0]
                    waiting.append(call.name)
                elif wanted not in places:
                    return None
    return found


def own_calls(clauses: Iterable[Clause], definitions: Definitions) -> list[RuleCall]:
    """Return the calls of these rules among clauses."""
    return [each for each in clauses if isinstance(each, RuleCall) and each.name in definitions]
