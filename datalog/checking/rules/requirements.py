"""Required parameters are bound wherever a rule is called, in whatever order clauses stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from datalog.checking.rules.definitions import MOST_CLAUSES, MOST_LEVELS, Definitions
from datalog.checking.scoping import bindable, outward
from datalog.errors import InsufficientBinding, TooManyClauses
from datalog.syntax.clauses import Clause, Not, Or, RuleCall
from datalog.syntax.terms import Blank, Term, Variable

Variables = frozenset[Variable]


def check_requirements(
    clauses: Iterable[Clause], inputs: Variables, definitions: Definitions
) -> None:
    """Raise InsufficientBinding where a call leaves unbound what the rule needs.

    Raises TooManyClauses where rules call rules too deep.
    """
    missing = _Requirements(definitions).missing(tuple(clauses), inputs)
    if missing:
        raise InsufficientBinding(tuple(dict.fromkeys(missing)))


@dataclass(slots=True)
class _Requirements:
    """Remembers of each rule whether it can be answered with these of its parameters bound.

    While it is being found out, a rule that calls itself counts as one that can.
    """

    definitions: Definitions
    answered: dict[tuple[str, tuple[bool, ...]], bool] = field(default_factory=dict)
    level: int = 0

    def missing(self, clauses: tuple[Clause, ...], bound: Variables) -> list[str]:
        """Return the names that calls among clauses need, and nothing binds."""
        bound = self._after(clauses, bound)
        found: list[str] = []
        for clause in clauses:
            match clause:
                case RuleCall() if not self._can(clause, bound):
                    found.extend(self._unbound(clause, bound))
                case Not():
                    found.extend(self.missing(clause.clauses, _visible(clause, bound)))
                case Or():
                    for branch in clause.branches:
                        found.extend(self.missing(branch, _visible(clause, bound)))
                case _:
                    pass
        return found

    def _after(self, clauses: tuple[Clause, ...], bound: Variables) -> Variables:
        """Return what is bound where all clauses hold."""
        while True:
            more = bound.union(*(self._given(clause, bound) for clause in clauses))
            if more == bound:
                return bound
            bound = more

    def _given(self, clause: Clause, bound: Variables) -> Variables:
        match clause:
            case RuleCall():
                return outward(clause) if self._can(clause, bound) else frozenset()
            case Or() if clause.branches:
                inner = _visible(clause, bound)
                branches = [self._after(branch, inner) for branch in clause.branches]
                return outward(clause).intersection(*branches)
            case _:
                return bindable(clause)

    def _can(self, call: RuleCall, bound: Variables) -> bool:
        given = tuple(_is_bound(term, bound) for term in call.arguments)
        if (call.name, given) not in self.answered:
            required = self.definitions[call.name][0].required
            self.answered[call.name, given] = all(given[:required])
            if all(given[:required]):
                self.answered[call.name, given] = self._can_with(call.name, given)
        return self.answered[call.name, given]

    def _can_with(self, name: str, given: tuple[bool, ...]) -> bool:
        if self.level == MOST_LEVELS:
            raise TooManyClauses(MOST_CLAUSES)
        self.level += 1
        found = True
        for rule in self.definitions[name]:
            parameters = zip(rule.parameters, given, strict=True)
            known = frozenset(parameter for parameter, is_bound in parameters if is_bound)
            found = found and not self.missing(rule.clauses, known)
        self.level -= 1
        return found

    def _unbound(self, call: RuleCall, bound: Variables) -> Iterator[str]:
        required = self.definitions[call.name][0].required
        directly = [term for term in call.arguments[:required] if not _is_bound(term, bound)]
        for term in directly or call.arguments:
            if not _is_bound(term, bound):
                yield term.name if isinstance(term, Variable) else "_"


def _visible(clause: Not | Or, bound: Variables) -> Variables:
    return bound if clause.join is None else bound & frozenset(clause.join)


def _is_bound(term: Term, bound: Variables) -> bool:
    return term in bound if isinstance(term, Variable) else not isinstance(term, Blank)
