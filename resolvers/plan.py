"""From the selected root fields to one statement, and what it takes to run and finish it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql.compile import Statement, compile_operation
from datalog.tree import Operation, Shape
from resolvers.draft import Change, Draft, Finish, Path, Site
from resolvers.entities import any_entity
from resolvers.limits import Limits
from resolvers.roots import root
from resolvers.selection import Selected
from store.catalogue import Catalogue
from store.errors import CallerFault
from store.ids import T


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation, compiled: it serves every request of the same document and shape.

    `is_written`: a part of it is a query that somebody wrote.
    """

    schema_t: T
    operation: Operation
    statement: Statement
    sites: tuple[Site, ...]
    faults: Mapping[Path, CallerFault]
    reshapes: Mapping[str, Change]
    finishes: tuple[Finish, ...]
    is_written: bool


def plan(
    catalogue: Catalogue,
    fields: tuple[Selected, ...],
    limits: Limits,
    statistics: Statistics = NOTHING_KNOWN,
    shape: Callable[[Draft, Selected], Shape] = root,
) -> Plan:
    """Return the plan for root fields; a fault of one field's arguments is that field's own.

    `fields` have distinct keys; `shape` makes theirs, of those of Query unless it says otherwise.
    Nothing is raised for what a caller can get wrong.
    """
    draft = Draft(catalogue, limits, any_entity, statistics=statistics)
    return drafted(draft, tuple((field.key, shape(draft, field)) for field in fields))


def drafted(draft: Draft, shapes: tuple[tuple[str, Shape], ...]) -> Plan:
    """Return the plan of root fields that were drafted."""
    operation = Operation(shapes, tuple(draft.moments))
    catalogue = draft.catalogue
    return Plan(
        catalogue.t,
        operation,
        # What somebody wrote was compiled before, where only its writer could allow scans.
        compile_operation(
            operation,
            catalogue,
            draft.statistics,
            scan=True,
            size=draft.limits.size if draft.is_written else None,
        ),
        draft.sites(),
        draft.faults,
        draft.reshapes,
        tuple(draft.finishes),
        draft.is_written,
    )
