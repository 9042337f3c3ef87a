"""Constants read as the kind of the place that they stand in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from datalog.checking.fitting import as_default, fitted
from datalog.checking.variable_kinds import Kinds, path_kind, place_kinds
from datalog.kinds import Kind, kind_of
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
from datalog.syntax.terms import Blank, Constant, LookupRef, Term, Variable
from store.catalogue import Catalogue, ValueType


@dataclass(frozen=True, slots=True)
class Constants:
    """Reads constants; those of another family than their place stay, and match nothing there."""

    catalogue: Catalogue
    kinds: Kinds

    def read(self, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        """Return the clauses with their constants read. Raises WrongConstant."""
        return tuple(map(self._read, clauses))

    def _read(  # noqa: C901, PLR0911  # One case for each kind of clause.
        self, clause: Clause
    ) -> Clause:
        match clause:
            case Pattern():
                return self._pattern(clause)
            case Compare(_, left, right):
                return replace(
                    clause, left=self._beside(left, right), right=self._beside(right, left)
                )
            case Not():
                return replace(clause, clauses=self.read(clause.clauses))
            case Or():
                return replace(clause, branches=tuple(map(self.read, clause.branches)))
            case Ground():
                return self._ground(clause)
            case Call() | RuleCall():
                arguments = tuple(
                    _as(each, None, f"({clause.name} …)") for each in clause.arguments
                )
                return replace(clause, arguments=arguments)
            case GetElse(default=Constant() as default):
                kind = path_kind(clause.path, self.catalogue)
                return replace(clause, default=as_default(default, kind))
            case Fulltext(text=text):
                return replace(clause, text=_as(text, ValueType.STRING, "a search"))
            case GetElse() | Search():
                return clause
            case _:
                assert_never(clause)

    def _pattern(self, pattern: Pattern) -> Pattern:
        named = isinstance(pattern.attribute, str)
        where = f":{pattern.attribute}" if named else "a value of any attribute"
        kinds = place_kinds(pattern, self.catalogue)
        return replace(
            pattern,
            entity=_as(pattern.entity, kinds.entity, f"the entity of {where}"),
            value=_as(pattern.value, kinds.value, where),
        )

    def _beside(self, term: Term, other: Term) -> Term:
        if not isinstance(other, Variable):
            return _as(term, None, "a comparison")
        return _as(term, self.kinds.get(other), f"beside ?{other.name}")

    def _ground(self, ground: Ground) -> Ground:
        kinds = [
            self.kinds.get(each) if isinstance(each, Variable) else None
            for each in ground.variables
        ]
        rows = tuple(
            tuple(
                _read_constant(each, kind, "ground") for each, kind in zip(row, kinds, strict=True)
            )
            for row in ground.rows
        )
        return replace(ground, rows=rows)


def _as(term: Term, kind: Kind | None, where: str) -> Term:
    match term:
        case Constant():
            return _read_constant(term, kind, where)
        case LookupRef(attribute, value):
            return LookupRef(attribute, _read_constant(value, None, f":{attribute}"))
        case Variable() | Blank():
            return term
        case _:
            assert_never(term)


def _read_constant(constant: Constant, kind: Kind | None, where: str) -> Constant:
    read = fitted(constant, kind_of(constant.value) if kind is None else kind, where)
    return constant if read is None else read
