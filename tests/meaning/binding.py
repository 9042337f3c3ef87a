"""Which variables clauses name, and which they give values to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

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
)
from datalog.syntax.query import Rule
from datalog.syntax.terms import Blank, Constant, LookupRef, Term, Variable

Names = frozenset[Variable]


def places(pattern: Pattern) -> tuple[Term, ...]:
    """Return the five places of a pattern; an attribute that is named is blank."""
    if not isinstance(pattern.position, Blank):
        raise NotImplementedError("the position of a datom in its transaction")
    attribute = pattern.attribute if isinstance(pattern.attribute, Variable) else Blank()
    return (pattern.entity, attribute, pattern.value, pattern.transaction, pattern.operation)


def is_constant(term: Term) -> bool:
    """Tell whether a term is a value that is written."""
    return isinstance(term, Constant | LookupRef)


def read_from(clause: Clause, source: str) -> Clause:
    """Return a clause of a rule as it reads the source that the rule is called on."""
    match clause:
        case Pattern(source="$") | GetElse(source="$") | RuleCall(source="$"):
            return replace(clause, source=source)
        case Not():
            return replace(
                clause, clauses=tuple(read_from(each, source) for each in clause.clauses)
            )
        case Or():
            branches = (tuple(read_from(it, source) for it in branch) for branch in clause.branches)
            return replace(clause, branches=tuple(branches))
        case _:
            return clause


def variables(terms: Iterable[Term]) -> Names:
    """Return the terms that are variables."""
    return frozenset(each for each in terms if isinstance(each, Variable))


def named_in(clause: Clause) -> Names:  # noqa: PLR0911  # One case for each kind of clause.
    """Return the variables that a clause shares with what stands beside it."""
    match clause:
        case Not(join=tuple() as join) | Or(join=tuple() as join):
            return frozenset(join)
        case Not(clauses):
            return frozenset().union(*map(named_in, clauses))
        case Or(branches):
            return frozenset().union(*(named_in(each) for branch in branches for each in branch))
        case Compare():
            return variables((clause.left, clause.right))
        case GetElse():
            return frozenset({clause.entity, clause.value})
        case Call():
            return variables(clause.arguments) | bindable(clause)
        case _:
            return bindable(clause)


def bindable(clause: Clause) -> Names:  # noqa: C901, PLR0911  # One case for each kind of clause.
    """Return the variables that a clause gives values."""
    match clause:
        case Pattern():
            return variables(places(clause))
        case Ground():
            return variables(clause.variables)
        case Compare(operator=Operator.MEMBER, left=left):
            return variables((left,))
        case GetElse():
            return frozenset({clause.value})
        case Call(binding=tuple() as binding):
            return variables(binding)
        case Call(binding=Variable() as binding):
            return frozenset({binding})
        case RuleCall():
            return variables(clause.arguments)
        case Or(branches, join):
            both = frozenset.intersection(*map(bindable_of, branches))
            return both if join is None else frozenset(join)
        case _:
            return frozenset()


def bindable_of(clauses: Iterable[Clause]) -> Names:
    """Return the variables that any of the clauses gives values."""
    return frozenset().union(*map(bindable, clauses))


def rules_by_name(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return the definitions of each rule."""
    named: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        named[rule.name].append(rule)
    return dict(named)


def calls(name: str, rules: Mapping[str, Iterable[Rule]]) -> set[str]:
    """Return the rules that a rule calls, and that those call."""
    reached: set[str] = set()
    todo = [name]
    while todo:
        for rule in rules[todo.pop()]:
            called = {call.name for call in calls_of(rule.clauses)} - reached
            reached |= called
            todo.extend(called)
    return reached


def grounded(clauses: Iterable[Clause]) -> Names:
    """Return the variables that a `ground` beside the clauses gives constants."""
    return bindable_of(each for each in clauses if isinstance(each, Ground))


def calls_of(clauses: Iterable[Clause]) -> Iterator[RuleCall]:
    """Yield the calls of rules among clauses and inside of them."""
    for clause in clauses:
        match clause:
            case RuleCall():
                yield clause
            case Not(inner):
                yield from calls_of(inner)
            case Or(branches):
                for branch in branches:
                    yield from calls_of(branch)
            case _:
                pass


def rank(clause: Clause, bound: Names) -> tuple[int, int]:
    """Return what makes a clause come earlier: how little it costs, which is all it matters."""
    match clause:
        case Compare() | Call() | GetElse():
            return (0, 0)
        case Pattern():
            known = sum(is_constant(term) or term in bound for term in places(clause))
            return (1 if known else 4, -known)
        case Not() | Ground():
            return (2, 0)
        case _:
            return (3 if named_in(clause) & bound else 4, 0)
