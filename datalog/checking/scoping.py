"""Which variables a clause names, and names of their own for those of join forms."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from datalog.errors import UnlistedInput
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
from datalog.syntax.query import (
    Among,
    Collection,
    Input,
    Parent,
    Query,
    Relation,
    Scalar,
    Source,
)
from datalog.syntax.terms import Blank, Term, Variable


def input_variables(inputs: Iterable[Input]) -> tuple[Variable, ...]:
    """Return the variables that `:in` binds."""
    found: list[Variable] = []
    for each in inputs:
        match each:
            case Scalar() | Collection() | Parent():
                found.append(each.variable)
            case Relation() | Among():
                found.extend(each.variables)
            case Source():
                pass
            case _:
                assert_never(each)
    return tuple(found)


def outward(clause: Clause) -> frozenset[Variable]:
    """Return the variables that a clause shares with what stands beside it."""
    match clause:
        case Not(join=tuple() as join) | Or(join=tuple() as join):
            return frozenset(join)
        case Not():
            return outward_of(clause.clauses)
        case Or():
            return frozenset().union(*map(outward_of, clause.branches))
        case (
            Pattern()
            | Compare()
            | GetElse()
            | Ground()
            | Call()
            | RuleCall()
            | Search()
            | Fulltext()
        ):
            return frozenset(term for term in _terms(clause) if isinstance(term, Variable))
        case _:
            assert_never(clause)


def outward_of(clauses: Iterable[Clause]) -> frozenset[Variable]:
    """Return the variables that any of the clauses shares with what stands beside it."""
    return frozenset().union(*map(outward, clauses))


def bindable(  # noqa: C901, PLR0911  # One case for each kind of clause.
    clause: Clause,
) -> frozenset[Variable]:
    """Return the variables that a clause can give a value, not merely test."""
    match clause:
        case Pattern():
            return outward(clause)
        case Compare(operator=Operator.MEMBER, left=Variable() as left):
            return frozenset({left})
        case Compare() | Not():
            return frozenset()
        case Or():
            branches = [frozenset().union(*map(bindable, branch)) for branch in clause.branches]
            return frozenset.intersection(outward(clause), *branches)
        case GetElse():
            return frozenset({clause.value})
        case Ground() | RuleCall():
            return outward(clause)
        case Call():
            return frozenset(_bound_by_call(clause))
        case Search():
            return frozenset({clause.node, clause.depth, clause.side})
        case Fulltext():
            return frozenset(each for each in clause.found if isinstance(each, Variable))
        case _:
            assert_never(clause)


def limited(search: Search, limits: Iterable[Variable]) -> Search:
    """Return a search with these variables for its limits."""
    rest = iter(limits)
    return replace(
        search,
        max_depth=next(rest),
        max_nodes=next(rest),
        per_node=next(rest),
        downstream_depth=None if search.downstream_depth is None else next(rest),
        through=None if search.through is None else replace(search.through, per_hop=next(rest)),
    )


def scoped(query: Query) -> Query:
    """Return the query with every variable local to a join form under a name of its own.

    Raises UnlistedInput where a join form uses an input without listing it.
    """
    scalars = frozenset(each.variable for each in query.inputs if isinstance(each, Scalar))
    taken = {*input_variables(query.inputs), *outward_of(query.where)}
    renaming = _Renaming(scalars, taken)
    return replace(query, where=tuple(renaming.clause(clause, {}) for clause in query.where))


def _bound_by_call(call: Call) -> Iterator[Variable]:
    match call.binding:
        case Variable() as one:
            yield one
        case tuple() as several:
            yield from (each for each in several if isinstance(each, Variable))
        case None:
            pass


Plain = Pattern | Compare | GetElse | Ground | Call | RuleCall | Search | Fulltext


def _terms(clause: Plain) -> Iterator[Term]:  # noqa: C901  # The same.
    match clause:
        case Pattern():
            yield from (clause.entity, clause.value, clause.transaction)
            yield from (clause.operation, clause.position)
            if isinstance(clause.attribute, Variable):
                yield clause.attribute
        case Compare():
            yield from (clause.left, clause.right)
        case GetElse():
            yield from (clause.entity, clause.value)
        case Ground():
            yield from clause.variables
        case Call():
            yield from (*clause.arguments, *_bound_by_call(clause))
        case RuleCall():
            yield from clause.arguments
        case Search():
            yield from (clause.root, clause.node, clause.depth, clause.side)
            yield from clause.limits
        case Fulltext():
            yield from (clause.text, *clause.found)
        case _:
            assert_never(clause)


Names = Mapping[Variable, Variable]


@dataclass(slots=True)
class _Renaming:
    """Gives new names; `taken` grows, so that no name means two things."""

    scalars: frozenset[Variable]
    taken: set[Variable] = field(default_factory=set)

    def clause(  # noqa: C901, PLR0911  # One case for each kind of clause.
        self, clause: Clause, names: Names
    ) -> Clause:
        match clause:
            case Pattern():
                return self._pattern(clause, names)
            case Compare():
                return replace(
                    clause, left=_named(clause.left, names), right=_named(clause.right, names)
                )
            case GetElse():
                return replace(
                    clause,
                    entity=names.get(clause.entity, clause.entity),
                    value=names.get(clause.value, clause.value),
                )
            case Ground():
                return replace(clause, variables=_each_named(clause.variables, names))
            case Call():
                return self._call(clause, names)
            case RuleCall():
                arguments = tuple(_named(each, names) for each in clause.arguments)
                return replace(clause, arguments=arguments)
            case Search():
                return self._search(clause, names)
            case Fulltext(text=text, found=found):
                return replace(clause, text=_named(text, names), found=_each_named(found, names))
            case Not():
                inner = self._inside(clause.join, clause.clauses, names)
                return Not(inner, _listed(clause.join, names))
            case Or():
                branches = (self._inside(clause.join, each, names) for each in clause.branches)
                join = _listed(clause.join, names)
                return replace(clause, branches=tuple(branches), join=join)
            case _:
                assert_never(clause)

    def _call(self, call: Call, names: Names) -> Call:
        arguments = tuple(_named(each, names) for each in call.arguments)
        match call.binding:
            case Variable() as one:
                return replace(call, arguments=arguments, binding=names.get(one, one))
            case tuple() as several:
                return replace(call, arguments=arguments, binding=_each_named(several, names))
            case None:
                return replace(call, arguments=arguments)

    def _search(self, search: Search, names: Names) -> Search:
        renamed = replace(
            search,
            root=names.get(search.root, search.root),
            node=names.get(search.node, search.node),
            depth=names.get(search.depth, search.depth),
            side=names.get(search.side, search.side),
        )
        return limited(renamed, [names.get(each, each) for each in search.limits])

    def _pattern(self, pattern: Pattern, names: Names) -> Pattern:
        attribute = pattern.attribute
        return replace(
            pattern,
            entity=_named(pattern.entity, names),
            attribute=names.get(attribute, attribute)
            if isinstance(attribute, Variable)
            else attribute,
            value=_named(pattern.value, names),
            transaction=_named(pattern.transaction, names),
            operation=_named(pattern.operation, names),
            position=_named(pattern.position, names),
        )

    def _inside(
        self, join: tuple[Variable, ...] | None, clauses: tuple[Clause, ...], names: Names
    ) -> tuple[Clause, ...]:
        """Return the clauses of a join form, whose variables are its own unless they are listed."""
        if join is not None:
            local = outward_of(clauses) - set(join)
            for variable in sorted(local & self.scalars, key=lambda each: each.name):
                raise UnlistedInput(variable.name)
            inner = {each: self._fresh(each) for each in sorted(local, key=lambda each: each.name)}
            names = inner | {each: names.get(each, each) for each in join}
        return tuple(self.clause(clause, names) for clause in clauses)

    def _fresh(self, variable: Variable) -> Variable:
        fresh, number = variable, 1
        while fresh in self.taken:
            number += 1
            fresh = Variable(f"{variable.name}'{number}")
        self.taken.add(fresh)
        return fresh


def _named(term: Term, names: Names) -> Term:
    return names.get(term, term) if isinstance(term, Variable) else term


def _each_named(places: tuple[Variable | Blank, ...], names: Names) -> tuple[Variable | Blank, ...]:
    return tuple(names.get(each, each) if isinstance(each, Variable) else each for each in places)


def _listed(join: tuple[Variable, ...] | None, names: Names) -> tuple[Variable, ...] | None:
    return None if join is None else tuple(names.get(each, each) for each in join)
