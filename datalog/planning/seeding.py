"""One walk from many starts, where nobody asks which of them led to an end.

`[?s :Team/lead ?a] (reaches ?a ?b)`, asked for ?b alone, is one recursion that begins at every ?a:
what two walks come to is gone on from once. (Magic sets, with the rows before in place of the
constant.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from datalog.checking.scoping import outward
from datalog.planning.access import GivenRow, RelationRow
from datalog.planning.canonical import variables_in
from datalog.planning.relations import Definition, Program
from datalog.planning.steps import Variables, variables
from datalog.syntax.clauses import Clause, RuleCall
from datalog.syntax.terms import Blank, Variable


@dataclass(frozen=True, slots=True)
class Seed:
    """A call, its start that nobody else asks for, and all that binds that: clauses and lists."""

    call: RuleCall
    start: Variable
    clauses: tuple[Clause, ...]
    given: tuple[GivenRow, ...]

    @property
    def asked(self) -> RuleCall:
        """Return the call as it is asked, from wherever it starts."""
        terms = tuple(Blank() if each == self.start else each for each in self.call.arguments)
        return replace(self.call, arguments=terms)


def seeds(
    clauses: Sequence[Clause],
    given: Sequence[GivenRow | RelationRow],
    asked: Variables,
    bound: Variables,
) -> Iterator[Seed]:
    """Yield the calls whose start is asked by nobody but the clauses that bind it."""
    for call in clauses:
        if not isinstance(call, RuleCall):
            continue
        named = [each for each in call.arguments if isinstance(each, Variable)]
        for start in dict.fromkeys(named):
            if start in asked | bound or named.count(start) > 1 or set(named) <= {start} | bound:
                continue
            seed = _seed(call, start, clauses, given, bound)
            seen = asked.union(named) - {start}
            if seed is not None and seen.isdisjoint(_local(seed, bound)):
                yield seed


def _seed(
    call: RuleCall,
    start: Variable,
    clauses: Sequence[Clause],
    given: Sequence[GivenRow | RelationRow],
    bound: Variables,
) -> Seed | None:
    """Return the call with all that shares variables with its start; None where that is nothing."""
    local: Variables = frozenset({start})
    items = [each for each in (*given, *clauses) if each is not call]
    found: list[Clause | GivenRow | RelationRow] = []
    while near := [each for each in items if _mentioned(each) & local]:
        found += near
        items = [each for each in items if each not in near]
        local = local.union(*map(_mentioned, near)) - bound
    if not found or any(isinstance(each, RelationRow) for each in found):
        return None
    lists = tuple(each for each in found if isinstance(each, GivenRow))
    rest = tuple(each for each in found if not isinstance(each, GivenRow | RelationRow))
    return Seed(call, start, rest, lists)


def _mentioned(item: Clause | GivenRow | RelationRow) -> Variables:
    match item:
        case GivenRow():
            return frozenset(item.variables)
        case RelationRow():
            return variables(item.arguments)
        case _:
            return outward(item)


def _local(seed: Seed, bound: Variables) -> Variables:
    return frozenset().union(*map(_mentioned, (*seed.clauses, *seed.given))) - bound


def begun(program: Program, seed: Seed, bound: Variables) -> Program | None:
    """Return a recursion from one start as one from all; None where they may not be put together.

    They may where only definitions that begin it know the start, and each other one goes on from
    one row: what is found from two starts is then found from both at once, and nothing else.
    """
    named = [frozenset(variables_in((each.head, each.clauses))) for each in program.definitions]
    if seed.start in program.result.arguments:
        return None
    if not _local(seed, bound).isdisjoint(frozenset().union(*named) - {seed.start}):
        return None  # The copies of rules have names of their own, so that they never meet.
    definitions: list[Definition] = []
    for definition, each in zip(program.definitions, named, strict=True):
        knows = seed.start in each
        if len(definition.rows) > (0 if knows else 1):
            return None
        clauses = (*seed.clauses, *definition.clauses)
        begins = replace(definition, clauses=clauses, given=seed.given)
        definitions.append(begins if knows else definition)
    return replace(program, definitions=tuple(definitions))
