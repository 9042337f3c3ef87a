"""From the selected root fields to one statement, and what it takes to run and finish it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from datalog.planning.statistics import NOTHING_KNOWN, Statistics
from datalog.sql.compile import Statement, compile_operation
from datalog.tree import Operation, Shape
from resolvers.alike import Alike, apart
from resolvers.bare import bare, untouched
from resolvers.cost import Cost, cost
from resolvers.draft import Change, Draft, Finish, Hidden, Path, Site
from resolvers.entities import any_entity
from resolvers.limits import Limits
from resolvers.roots import root
from resolvers.selection import Selected
from resolvers.slots import Prefilled, prefilled
from store.catalogue import Catalogue
from store.errors import CallerFault
from store.ids import T


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation, compiled: it serves every request of the same document and shape.

    `keys`: of all root fields, in order. `is_written`: a part of it is a query that somebody wrote.
    `untouched`: the columns that are their root fields' JSON as they are; `handed`: those of which
    lists are; `hidden`: what in the others nobody asked for. `cost`: the rows that the statement
    should give. `prefilled`: the slots that hold the same for every request. `checked`: the sites
    that times may put at fault. `roads` has for each root field of lineage why SQL has to walk,
    None where it need not: then `walked` is the same, its walks left to the edges in memory.
    """

    catalogue: Catalogue
    operation: Operation
    statement: Statement
    sites: tuple[Site, ...]
    faults: Mapping[Path, CallerFault]
    reshapes: Mapping[str, Change]
    finishes: tuple[Finish, ...]
    is_written: bool
    keys: tuple[str, ...]
    hidden: tuple[Hidden, ...]
    roads: Mapping[str, str | None]
    cost: Cost
    prefilled: Prefilled
    checked: tuple[Site, ...]
    untouched: frozenset[str] = frozenset()
    handed: frozenset[str] = frozenset()
    walked: "Plan | None" = None

    @property
    def called(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the keys of the root fields that are called, each with its moments."""
        for calls in self.operation.calls:
            yield from ((key, calls.moments) for key in calls.keys)

    @property
    def schema_t(self) -> T:
        """Return the t of the schema that it was made for."""
        return self.catalogue.t


def plan(  # noqa: PLR0913  # What every plan needs, and what the second has instead.
    catalogue: Catalogue,
    fields: tuple[Selected, ...],
    limits: Limits,
    statistics: Statistics = NOTHING_KNOWN,
    shape: Callable[[Draft, Selected], Shape] = root,
    *,
    is_bare: bool = False,
) -> Plan:
    """Return the plan for root fields; a fault of one field's arguments is that field's own.

    `fields` have distinct keys; `shape` makes theirs, of those of Query unless it says otherwise.
    `is_bare`: columns that nothing is made of hold what is selected and no more. Nothing is raised
    for what a caller can get wrong.
    """

    def draft(*, walks: bool) -> Draft:
        return Draft(catalogue, limits, any_entity, statistics=statistics, walks=walks)

    def made(*, walks: bool) -> Plan:
        alike, alone = apart(fields, lambda: draft(walks=walks), shape)
        alone_draft = draft(walks=walks)
        shapes = tuple((each.key, shape(alone_draft, each)) for each in alone)
        if not is_bare:
            return drafted(alone_draft, shapes, alike)
        return _bare(alone_draft, shapes, alike)

    by_sql = made(walks=False)
    if not limits.edges or None not in by_sql.roads.values():
        return by_sql
    return replace(by_sql, walked=made(walks=True))


def _bare(draft: Draft, shapes: tuple[tuple[str, Shape], ...], alike: tuple[Alike, ...]) -> Plan:
    """Return the plan of root fields whose columns hold no more than is selected."""
    keys = untouched(draft, (key for key, _ in shapes))
    shown = tuple((key, bare(each) if key in keys else each) for key, each in shapes)
    bared = tuple(map(_bared, alike))
    keys |= {key for each, keys_of in bared for key in keys_of}
    made = drafted(draft, shown, tuple(each for each, _ in bared), is_raw=True)
    handed = keys & draft.handed.union(*(each.handed for it in alike for each in it.drafts))
    return replace(made, untouched=keys - handed, handed=handed)


def _bared(alike: Alike) -> tuple[Alike, frozenset[str]]:
    """Return fields of one shape, bare where nothing is made of any, and the keys of these."""
    pairs = zip(alike.calls.keys, alike.drafts, strict=True)
    if not all(untouched(draft, [key]) for key, draft in pairs):
        return alike, frozenset()
    calls = replace(alike.calls, shape=bare(alike.calls.shape))
    return replace(alike, calls=calls), frozenset(calls.keys)


def drafted(
    draft: Draft,
    shapes: tuple[tuple[str, Shape], ...],
    alike: tuple[Alike, ...] = (),
    *,
    is_raw: bool = False,
) -> Plan:
    """Return the plan of root fields that were drafted, and of those of one shape each.

    `is_raw`: their texts are left as bytes.
    """
    operation = Operation(shapes, tuple(draft.moments), tuple(each.calls for each in alike))
    catalogue = draft.catalogue
    drafts = [draft, *(call for each in alike for call in each.drafts)]
    statement = compile_operation(
        operation,
        catalogue,
        draft.statistics,
        # What somebody wrote was compiled before, where only its writer could allow scans.
        scan=True,
        size=draft.limits.size if draft.is_written else None,
        is_raw=is_raw,
    )
    sites = tuple(site for each in drafts for site in each.sites())
    before = prefilled(sites, [key for each in alike for key in each.calls.keys])
    return Plan(
        catalogue,
        operation,
        statement,
        sites,
        dict(fault for each in drafts for fault in each.faults.items()),
        dict(change for each in drafts for change in each.reshapes.items()),
        tuple(finish for each in drafts for finish in each.finishes),
        draft.is_written,
        (*(key for key, _ in shapes), *(key for each in alike for key in each.calls.keys)),
        tuple(hidden for each in drafts for hidden in each.hidden),
        dict(road for each in drafts for road in each.roads.items()),
        cost(statement, before.shared, before.called),
        before,
        tuple(site for site in sites if site.checks),
    )
