"""What is read for clauses: rows of tables, each with the places that its columns fill."""

from collections.abc import Mapping
from dataclasses import dataclass

from datalog.checking.entity_types import Types
from datalog.errors import UnknownSource
from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.syntax.clauses import (
    Call,
    Compare,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Constant, Term, Variable
from datalog.syntax.views import Now, View
from datalog.vocabulary import (
    EdgeColumn,
    Facts,
    Own,
    TransactionColumn,
)
from store.catalogue import Catalogue
from store.ids import FIRST_USER_SCHEMA

Sources = Mapping[str, View]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the clauses of one level are read against."""

    catalogue: Catalogue
    sources: Sources
    types: Types
    statistics: Statistics = NOTHING_KNOWN

    def view(self, source: str) -> View:
        """Return the view of a source. Raises UnknownSource."""
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
    """A row of a fact table (or of one of several); `also` are further places of its value."""

    facts: Facts
    entity: Term
    value: Place
    transaction: Term
    view: View
    also: tuple[Place, ...] = ()

    @property
    def functional(self) -> bool:
        """Tell whether an entity has at most one such row.

        The schema is the current one also for the past, so what it says holds for the present only;
        what is built in has never been otherwise.
        """
        built_in = all(arm.attribute < FIRST_USER_SCHEMA for arm in self.facts.arms)
        return built_in or (not self.facts.many and isinstance(self.view, Now))


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A row of `edge`; a column may have several places.

    `ends`: those of which an entity has at most one live edge of this type.
    """

    edge: Term
    columns: tuple[tuple[EdgeColumn, Place], ...]
    view: View
    ends: tuple[EdgeColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A row of `tx`."""

    transaction: Term
    columns: tuple[tuple[TransactionColumn, Place], ...]
    view: View


@dataclass(frozen=True, slots=True)
class LogRow:
    """A datom of the log: of any attribute, or of these; a history shows retracted ones too."""

    pattern: Pattern
    facts: Facts | None
    view: View


@dataclass(frozen=True, slots=True)
class OwnRow:
    """An entity, an edge or a transaction by its number; the types say which, if known."""

    entity: Term
    number: Term
    types: frozenset[str] | None
    view: View


@dataclass(frozen=True, slots=True)
class TouchedRow:
    """The first or the last transaction that touched an entity."""

    entity: Term
    which: Own
    transaction: Term
    view: View


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row of lists that are given at run time, one list for each variable."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member of a list that is given at run time."""

    member: Variable
    members: Variable


Row = FactRow | EdgeRow | TransactionRow | LogRow | OwnRow | TouchedRow | GivenRow | MemberRow
Condition = Compare | Not | Or | GetElse | Ground | Call | RuleCall | Search
