"""What is read for clauses: rows of tables, each with the places that its columns fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datalog.checking.entity_types import Types
from datalog.checking.rules.definitions import Definitions
from datalog.errors import UnknownSource
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.syntax.clauses import (
    Call,
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
from datalog.syntax.terms import BLANK, Constant, Term, Variable
from datalog.syntax.views import AsOf, History, Now, View, end_of
from datalog.vocabulary import (
    ANY_TIME,
    EdgeColumn,
    Facts,
    Own,
    TransactionColumn,
    ended,
)
from store.catalogue import Catalogue
from store.ids import FIRST_USER_SCHEMA

Sources = Mapping[str, View]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the clauses of one level are read against; `entities` are variables that hold some.

    `plans` keeps what was planned: where recursions begin at what others come to, the same clauses
    are planned for each of the ways to put them together, and these are very many.
    """

    catalogue: Catalogue
    sources: Sources
    types: Types
    statistics: Statistics = NOTHING_KNOWN
    rules: Definitions = field(default_factory=dict)
    entities: frozenset[Variable] = frozenset()
    plans: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def view(self, source: str) -> View:
        """Return the view of a source. Raises UnknownSource."""
        if source == ANY_TIME:
            return Now()
        of = ended(source)
        if of is not None:
            return end_of(self.view(of))
        if source not in self.sources:
            raise UnknownSource(source)
        return self.sources[source]


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these constants, in the place of a term."""

    values: tuple[Constant, ...]


Place = Term | OneOf


@dataclass(frozen=True, slots=True)
class FactRow:
    """A row of a fact table (or of one of several); `also` are further places of its value.

    In a history it is the assertion or the retraction of one; `operation` says which.
    """

    facts: Facts
    entity: Term
    value: Place
    transaction: Term
    view: View
    also: tuple[Place, ...] = ()
    operation: Term = BLANK

    @property
    def functional(self) -> bool:
        """Tell whether an entity has at most one such row.

        The schema is the current one also for the past, so what it says holds for the present only,
        unless it has said so always; what is built in has never been otherwise.
        """
        if isinstance(self.view, History):
            return False
        if self._is_built_in or (self.facts.always_one and isinstance(self.view, AsOf)):
            return True
        return not self.facts.many and isinstance(self.view, Now)

    @property
    def identifying(self) -> bool:
        """Tell whether a value has at most one such row: a urn is of one entity at any time."""
        if isinstance(self.view, History) or len(self.facts.arms) != 1 or not self.facts.unique:
            return False
        return self._is_built_in or isinstance(self.view, Now)

    @property
    def _is_built_in(self) -> bool:
        return all(arm.attribute < FIRST_USER_SCHEMA for arm in self.facts.arms)


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A row of `edge`; a column may have several places.

    `ends`: those of which an entity has at most one live edge of this type. In a history it is a
    link or an unlink, `operation` says which, and SINCE says when.
    """

    edge: Term
    columns: tuple[tuple[EdgeColumn, Place], ...]
    view: View
    ends: tuple[EdgeColumn, ...] = ()
    operation: Term = BLANK


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A row of `tx`; `also` is another place of the transaction, which asserts its own facts."""

    transaction: Term
    columns: tuple[tuple[TransactionColumn, Place], ...]
    view: View
    also: Term = BLANK


@dataclass(frozen=True, slots=True)
class LogRow:
    """A datom of the log: of any attribute, or of these; a history shows retracted ones too.

    `refers`: its value is an entity, so that what refers to that is found by indexes of facts.
    """

    pattern: Pattern
    facts: Facts | None
    view: View
    refers: bool = False


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An entity, an edge or a transaction by its number; the types say which, if known.

    `assured`: a fact of it is read as well, so it is there.
    """

    entity: Term
    number: Term
    types: frozenset[str] | None
    view: View
    assured: bool = False


@dataclass(frozen=True, slots=True)
class TouchedRow:
    """The first or the last transaction that touched an entity."""

    entity: Term
    which: Own
    transaction: Term
    view: View


@dataclass(frozen=True, slots=True)
class IdentRow:
    """An attribute or a type, and its name."""

    entity: Term
    name: Term


@dataclass(frozen=True, slots=True)
class GroundRow:
    """One of some rows of constants."""

    places: tuple[Term, ...]
    rows: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row of lists that are given at run time, one list for each variable."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a list that is given at run time."""

    member: Variable
    members: Variable


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A row of a relation that a recursion works out."""

    relation: str
    arguments: tuple[Term, ...]


Row = (
    FactRow
    | EdgeRow
    | TransactionRow
    | LogRow
    | OwnRow
    | TouchedRow
    | IdentRow
    | GroundRow
    | GivenRow
    | MemberRow
    | RelationRow
)
Condition = Compare | Not | Or | GetElse | Ground | Call | RuleCall | Search | Fulltext
