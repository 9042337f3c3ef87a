"""Entities written as constants: each becomes a number, or a variable with what finds it.

A text is a urn or a public id, a number the entity's own, a keyword the name of an attribute or a
type; a lookup ref goes by a unique attribute. A urn names its entity for ever, so it is looked up
at no time; a lookup ref at the end of what its source sees. Who names nobody matches nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import assert_never

from datalog.checking.fitting import fitted
from datalog.checking.rules.expansion import parameter
from datalog.checking.variable_kinds import place_kinds
from datalog.errors import NotUnique
from datalog.kinds import Kind, Special
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Blank, Constant, Keyword, LookupRef, Term, Variable
from datalog.vocabulary import ANY_TIME, Facts, at_its_end, meaning, schema_id
from store.catalogue import Catalogue, ValueType
from store.ids import from_opaque

_ENTITIES = frozenset({ValueType.REF, Special.TRANSACTION})
NOBODY = Constant(-1)
"""The number of no entity."""


@dataclass(frozen=True, slots=True)
class EntityConstants:
    """Finds entities that constants name; `kinds` grows by the variables that it makes."""

    catalogue: Catalogue
    kinds: dict[Variable, Kind]
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def found(self, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        """Return the clauses with entities in the place of what names them. Raises NotUnique."""
        return tuple(each for clause in clauses for each in self._found(clause))

    def _found(  # noqa: PLR0911  # One case for each kind of clause.
        self, clause: Clause
    ) -> Iterable[Clause]:
        match clause:
            case Pattern():
                return self._pattern(clause)
            case Compare():
                return self._compare(clause)
            case Not():
                return (replace(clause, clauses=self.found(clause.clauses)),)
            case Or():
                return (replace(clause, branches=tuple(map(self.found, clause.branches))),)
            case Ground():
                return self._ground(clause)
            case Call() | RuleCall():
                return self._call(clause)
            case GetElse() | Search() | Fulltext():
                return (clause,)
            case _:
                assert_never(clause)

    def _pattern(self, pattern: Pattern) -> Iterator[Clause]:
        kinds = place_kinds(pattern, self.catalogue)
        entity, one = self._term(pattern.entity, kinds.entity, pattern.source)
        value, other = self._term(pattern.value, kinds.value, pattern.source)
        transaction, _ = self._term(pattern.transaction, Special.TRANSACTION, pattern.source)
        yield from (*one, *other)
        yield replace(pattern, entity=entity, value=value, transaction=transaction)

    def _compare(self, compare: Compare) -> Iterator[Clause]:
        left, before = self._term(compare.left, self._kind(compare.right), "$")
        right, more = self._term(compare.right, self._kind(compare.left), "$")
        yield from (*before, *more, replace(compare, left=left, right=right))

    def _call(self, call: Call | RuleCall) -> Iterator[Clause]:
        is_rule = isinstance(call, RuleCall)
        source = call.source if isinstance(call, RuleCall) else "$"
        arguments: list[Term] = []
        for position, argument in enumerate(call.arguments):
            kind = self.kinds.get(parameter(call.name, position)) if is_rule else None
            term, clauses = self._term(argument, kind, source)
            arguments.append(term)
            yield from clauses
        yield replace(call, arguments=tuple(arguments))

    def _kind(self, term: Term) -> Kind | None:
        return self.kinds.get(term) if isinstance(term, Variable) else None

    def _term(self, term: Term, kind: Kind | None, source: str) -> tuple[Term, tuple[Clause, ...]]:
        """Return what stands for a term, and the clauses that find it."""
        match term:
            case LookupRef():
                return self._looked_up(term, source)
            case Constant(value=str() as text) if kind in _ENTITIES:
                fitted(term, ValueType.STRING, "a urn")
                return self._named(text)
            case Constant() if kind in _ENTITIES:
                return self._number(term), ()
            case Variable() | Constant() | Blank():
                return term, ()
            case _:
                assert_never(term)

    def _number(self, constant: Constant) -> Constant:
        match constant.value:
            case bool():
                return constant
            case int() as value:
                return constant if 0 <= value < 2**63 else NOBODY
            case Keyword(name):
                number = schema_id(name, self.catalogue)
                return NOBODY if number is None else Constant(number)
            case _:
                return constant

    def _named(self, text: str) -> tuple[Term, tuple[Clause, ...]]:
        number = from_opaque(text)
        if number is not None:
            return Constant(int(number)), ()
        entity = self._fresh(ValueType.REF)
        return entity, (Pattern(entity, "entity/urn", Constant(text), source=ANY_TIME),)

    def _looked_up(self, ref: LookupRef, source: str) -> tuple[Term, tuple[Clause, ...]]:
        found = meaning(ref.attribute, self.catalogue)
        if not (isinstance(found, Facts) and found.unique):
            raise NotUnique(ref.attribute)
        entity = self._fresh(ValueType.REF)
        at = ANY_TIME if ref.attribute == "entity/urn" else at_its_end(source)
        return entity, (Pattern(entity, ref.attribute, ref.value, source=at),)

    def _fresh(self, kind: Kind) -> Variable:
        """Return a variable that nobody can write: a name has no space."""
        variable = Variable(f"entity {next(self.numbers)}")
        self.kinds[variable] = kind
        return variable

    def _ground(self, ground: Ground) -> Iterable[Clause]:
        """Return rows of numbers, and rows of urns joined with those that they name."""
        places = [
            position
            for position, variable in enumerate(ground.variables)
            if self._kind(variable) in _ENTITIES
        ]
        groups: dict[tuple[int, ...], list[tuple[Constant, ...]]] = {}
        for row in ground.rows:
            read = tuple(
                self._read(value) if position in places else value
                for position, value in enumerate(row)
            )
            urns = tuple(at for at in places if isinstance(read[at].value, str))
            groups.setdefault(urns, []).append(read)
        branches = [self._of_urns(ground, urns, rows) for urns, rows in groups.items()]
        match branches:
            case []:
                return (ground,)
            case [branch]:
                return branch
            case _:
                named = tuple(each for each in ground.variables if isinstance(each, Variable))
                return (Or(tuple(branches), named),)

    def _read(self, constant: Constant) -> Constant:
        if not isinstance(constant.value, str):
            return self._number(constant)
        fitted(constant, ValueType.STRING, "a urn")
        number = from_opaque(constant.value)
        return constant if number is None else Constant(int(number))

    def _of_urns(
        self, ground: Ground, urns: tuple[int, ...], rows: list[tuple[Constant, ...]]
    ) -> tuple[Clause, ...]:
        names = {position: self._fresh(ValueType.STRING) for position in urns}
        variables: Mapping[int, Variable | Blank] = {**dict(enumerate(ground.variables)), **names}
        found = [
            Pattern(ground.variables[position], "entity/urn", name, source=ANY_TIME)
            for position, name in names.items()
        ]
        places = tuple(variables[position] for position in range(len(ground.variables)))
        return (Ground(places, tuple(rows)), *found)
