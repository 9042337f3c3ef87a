"""Which rules call which: the loops among them, and negation that must not be part of one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from datalog.checking.rules.definitions import Definitions
from datalog.errors import NegationInLoop
from datalog.syntax.clauses import Clause, Not, Or, RuleCall

Loops = Mapping[str, frozenset[str]]
"""Each recursive rule, with all rules that call each other in a circle with it."""


def loops(definitions: Definitions) -> dict[str, frozenset[str]]:
    """Return the recursive rules with their loops.

    Raises NegationInLoop, which names the loop, where a rule would need its own negation.
    """
    calls = {
        name: frozenset(callee for rule in rules for callee, _ in called(rule.clauses))
        for name, rules in definitions.items()
    }
    found = {
        name: component
        for component in components(calls)
        for name in component
        if len(component) > 1 or name in calls[name]
    }
    for name, component in found.items():
        for rule in definitions[name]:
            for callee, negated in called(rule.clauses):
                if negated and callee in component:
                    way = _way(callee, name, calls, component)
                    raise NegationInLoop((name, f"not {way[0]}", *way[1:]))
    return found


def called(
    clauses: Iterable[Clause],
    negated: bool = False,  # noqa: FBT001, FBT002  # Passed on, not chosen.
) -> Iterator[tuple[str, bool]]:
    """Return the names of the rules that clauses call, and whether inside a `not`."""
    for clause in clauses:
        match clause:
            case RuleCall(name):
                yield name, negated
            case Not():
                yield from called(clause.clauses, negated=True)
            case Or():
                for branch in clause.branches:
                    yield from called(branch, negated)
            case _:
                pass


def components(calls: Mapping[str, Iterable[str]]) -> list[frozenset[str]]:
    """Return the strongly connected components, those that are called first (Tarjan, 1972)."""
    walk = _Walk(calls)
    for name in calls:
        walk.visit(name)
    return walk.found


@dataclass(slots=True)
class _Walk:
    """Depth first without recursion, since queries may be deeper than Python's stack."""

    calls: Mapping[str, Iterable[str]]
    numbers: dict[str, int] = field(default_factory=dict)
    lowest: dict[str, int] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    found: list[frozenset[str]] = field(default_factory=list)

    def visit(self, start: str) -> None:
        if start in self.numbers:
            return
        path = [(start, self._enter(start))]
        while path:
            name, callees = path[-1]
            callee = next(callees, None)
            if callee is None:
                path.pop()
                self._leave(name)
                if path:
                    self._lower(path[-1][0], self.lowest[name])
            elif callee not in self.numbers:
                path.append((callee, self._enter(callee)))
            elif callee in self.open:
                self._lower(name, self.numbers[callee])

    def _enter(self, name: str) -> Iterator[str]:
        self.numbers[name] = self.lowest[name] = len(self.numbers)
        self.open.append(name)
        return iter(sorted(self.calls.get(name, ())))

    def _lower(self, name: str, number: int) -> None:
        self.lowest[name] = min(self.lowest[name], number)

    def _leave(self, name: str) -> None:
        if self.lowest[name] == self.numbers[name]:
            start = self.open.index(name)
            self.found.append(frozenset(self.open[start:]))
            del self.open[start:]


def _way(
    start: str, end: str, calls: Mapping[str, frozenset[str]], within: frozenset[str]
) -> tuple[str, ...]:
    """Return a shortest way from one rule of a loop to another."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    for way in ways:
        if way[-1] == end:
            return way
        for callee in sorted((calls[way[-1]] & within) - seen):
            seen.add(callee)
            ways.append((*way, callee))
    return (start, end)
