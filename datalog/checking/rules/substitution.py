"""The clauses of a rule with the arguments of a call in place of its parameters.

Every other variable gets a name of its own, so that the caller's variables are never caught, and
the clauses read the database of the call.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from datalog.checking.rules.fresh import FreshNames
from datalog.checking.scoping import limited, outward_of
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.query import Rule
from datalog.syntax.terms import Blank, Constant, Keyword, LookupRef, Term, Variable

Terms = Mapping[Variable, Term]


def instance(
    rule: Rule, arguments: Iterable[Term], source: str, names: FreshNames
) -> tuple[Clause, ...]:
    """Return the clauses of a rule for a call with these arguments on a source."""
    terms: dict[Variable, Term] = {}
    for parameter, argument in zip(rule.parameters, arguments, strict=True):
        blank = isinstance(argument, Blank)  # One name, since the rule may name it twice.
        terms[parameter] = names.variable(parameter) if blank else argument
    return substituted(rule.clauses, terms, source, names)


def substituted(
    clauses: Iterable[Clause], terms: Terms, source: str, names: FreshNames
) -> tuple[Clause, ...]:
    """Return clauses with terms for variables; all others get names of their own.

    Those that are known outside are the same everywhere.
    """
    clauses = tuple(clauses)
    named = outward_of(clauses) - terms.keys()
    local = sorted(named - names.outside, key=lambda each: each.name)
    every: dict[Variable, Term] = {**terms, **{each: names.variable(each) for each in local}}
    every |= {each: each for each in named & names.outside}
    return _Substitution(every, source, names).clauses(clauses)


@dataclass(slots=True)
class _Substitution:
    """Replaces variables by terms that are known for all of them."""

    terms: Terms
    source: str
    names: FreshNames

    def clauses(self, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        return tuple(each for clause in clauses for each in self._clause(clause))

    def _clause(  # noqa: C901, PLR0911  # One case for each kind of clause.
        self, clause: Clause
    ) -> Iterable[Clause]:
        match clause:
            case Pattern():
                return self._pattern(clause)
            case Compare():
                left, right = self._term(clause.left), self._term(clause.right)
                return (replace(clause, left=left, right=right),)
            case Not():
                inner = self._inside(clause.join, clause.clauses)
                return (Not(inner, self._listed(clause.join)),)
            case Or():
                branches = tuple(self._inside(clause.join, each) for each in clause.branches)
                return (Or(branches, self._listed(clause.join)),)
            case GetElse():
                return self._get_else(clause)
            case Ground():
                variables, tests = self._bindings(clause.variables)
                return (replace(clause, variables=variables), *tests)
            case Call():
                return self._call(clause)
            case RuleCall():
                arguments = tuple(map(self._term, clause.arguments))
                return (replace(clause, arguments=arguments, source=self._source(clause.source)),)
            case Search():
                return self._search(clause)
            case Fulltext(text=text, source=source):
                found, tests = self._bindings(clause.found)
                text, source = self._term(text), self._source(source)
                return (replace(clause, text=text, found=found, source=source), *tests)
            case _:
                assert_never(clause)

    def _term(self, term: Term) -> Term:
        return self.terms.get(term, term) if isinstance(term, Variable) else term

    def _source(self, source: str) -> str:
        return self.source if source == "$" else source

    def _pattern(self, pattern: Pattern) -> Iterator[Clause]:
        attribute, tests = self._attribute(pattern.attribute)
        yield replace(
            pattern,
            entity=self._term(pattern.entity),
            attribute=attribute,
            value=self._term(pattern.value),
            transaction=self._term(pattern.transaction),
            operation=self._term(pattern.operation),
            position=self._term(pattern.position),
            source=self._source(pattern.source),
        )
        yield from tests

    def _attribute(self, attribute: str | Variable) -> tuple[str | Variable, Iterable[Clause]]:
        if isinstance(attribute, str):
            return attribute, ()
        match self.terms[attribute]:
            case Variable() as variable:
                return variable, ()
            case Constant(Keyword(name)) | Constant(str(name)):
                return name.removeprefix(":"), ()
            case term:
                return self._tested(attribute, term)

    def _inside(
        self, join: tuple[Variable, ...] | None, clauses: tuple[Clause, ...]
    ) -> tuple[Clause, ...]:
        """Return the clauses of a join form, in which only what is listed is what it is outside."""
        if join is None:
            return self.clauses(clauses)
        listed = {each: self.terms[each] for each in join}
        return substituted(clauses, listed, self.source, self.names)

    def _listed(self, join: tuple[Variable, ...] | None) -> tuple[Variable, ...] | None:
        if join is None:
            return None
        terms = (self.terms[each] for each in join)
        return tuple(dict.fromkeys(each for each in terms if isinstance(each, Variable)))

    def _get_else(self, clause: GetElse) -> Iterator[Clause]:
        entity, found = self._entity(clause.entity, clause.source)
        value, tests = self._binding(clause.value)
        source = self._source(clause.source)
        yield from (*found, replace(clause, entity=entity, value=value, source=source), *tests)

    def _call(self, clause: Call) -> Iterator[Clause]:
        arguments = tuple(map(self._term, clause.arguments))
        match clause.binding:
            case Variable() as one:
                binding, tests = self._binding(one)
                yield replace(clause, arguments=arguments, binding=binding)
                yield from tests
            case tuple() as several:
                variables, tests = self._bindings(several)
                yield replace(clause, arguments=arguments, binding=variables)
                yield from tests
            case None:
                yield replace(clause, arguments=arguments)

    def _search(self, clause: Search) -> Iterator[Clause]:
        root, found = self._entity(clause.root, clause.source)
        bound = (clause.node, clause.depth, clause.side)
        tests: list[Clause] = []
        variables: list[Variable] = []
        for each in (*bound, *clause.limits):
            variable, more = self._binding(each)
            variables.append(variable)
            tests.extend(more)
        node, depth, side, *limits = variables
        yield from found
        source = self._source(clause.source)
        bare = replace(clause, root=root, node=node, depth=depth, side=side, source=source)
        yield limited(bare, limits)
        yield from tests

    def _entity(self, variable: Variable, source: str) -> tuple[Variable, Iterable[Clause]]:
        """Return the variable that stands for an entity, which a constant may have named."""
        term = self.terms[variable]
        if isinstance(term, Variable):
            return term, ()
        fresh = self.names.variable(variable)
        return fresh, (Pattern(fresh, "entity/id", term, source=self._source(source)),)

    def _binding(self, variable: Variable) -> tuple[Variable, Iterable[Clause]]:
        """Return the variable that a clause binds, and the test that it is the argument given."""
        term = self.terms[variable]
        return (term, ()) if isinstance(term, Variable) else self._tested(variable, term)

    def _tested(
        self, variable: Variable, term: Constant | LookupRef | Blank
    ) -> tuple[Variable, Iterable[Clause]]:
        fresh = self.names.variable(variable)
        return fresh, (Compare(Operator.EQ, fresh, term),)

    def _bindings(
        self, places: tuple[Variable | Blank, ...]
    ) -> tuple[tuple[Variable | Blank, ...], list[Clause]]:
        """Return the variables that a clause binds, each once, and the tests that follow."""
        found: list[Variable | Blank] = []
        tests: list[Clause] = []
        for place in places:
            if not isinstance(place, Variable):
                found.append(place)
                continue
            variable, more = self._binding(place)
            if variable in found:
                again = self.names.variable(place)
                tests.append(Compare(Operator.EQ, again, variable))
                variable = again
            found.append(variable)
            tests.extend(more)
        return tuple(found), tests
