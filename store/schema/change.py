"""The schema that somebody wants, and what has to change so that it is there.

renames ──► schema_rename ──► schema_merge ──► schema_soundness ──► lines: what becomes of what
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from store.catalogue import UNKNOWN, Catalogue, EdgeType, EntityType, EnumType, Interface
from store.ids import T
from store.schema.conflict import SchemaConflict
from store.schema.description import FLAGS, Described, Description, Said, describe, kind_of
from store.schema.merge import merge
from store.schema.rename import Renames, renamed, settle
from store.schema.soundness import changed_kinds, problems


@dataclass(frozen=True, slots=True)
class SchemaDeclaration:
    """What is to be there afterwards, by name, every id and slot being 0; what is absent stays.

    `renames` goes from the new full name to the old one: `Dataset` from `Table`, and `Dataset/name`
    from `Dataset/title` (the owner under its new name on both sides).
    """

    entity_types: Mapping[str, EntityType] = field(default_factory=dict)
    interfaces: Mapping[str, Interface] = field(default_factory=dict)
    edge_types: Mapping[str, EdgeType] = field(default_factory=dict)
    enums: Mapping[str, EnumType] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """From one catalogue to another.

    `before` has the new names already; `after` has the id 0 for what is new. `lines` tell people.
    """

    wanted: SchemaDeclaration
    renames: Renames
    before: Catalogue
    after: Catalogue
    lines: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to do."""
        return not self.lines


def plan(current: Catalogue, wanted: SchemaDeclaration) -> SchemaChange:
    """Return what has to change for what is wanted to be there; what is absent stays.

    Raises SchemaConflict for what can never work, with everything that is wrong. What stored facts
    forbid is found when the change is applied.
    """
    overlay = Catalogue(
        T(0), wanted.entity_types, wanted.interfaces, wanted.edge_types, wanted.enums
    )
    said = describe(overlay)
    renames = settle(wanted.renames, describe(current), said)
    before = renamed(current, renames)
    after = merge(before, overlay)
    kinds = tuple(changed_kinds(describe(before), said))
    wrong = (*_reserved(wanted), *(kinds or problems(after)))
    if wrong:
        raise SchemaConflict(wrong)
    return SchemaChange(wanted, renames, before, after, _lines(renames, before, after))


def _reserved(wanted: SchemaDeclaration) -> Iterator[str]:
    kinds = (wanted.entity_types, wanted.interfaces, wanted.edge_types, wanted.enums)
    if any(UNKNOWN.name in kind for kind in kinds):
        yield f"{UNKNOWN.name} is built in, and cannot be declared"


def _lines(renames: Renames, before: Catalogue, after: Catalogue) -> tuple[str, ...]:
    done = {**renames.types, **renames.fields}
    return (
        *(f"> {old} is renamed to {new}" for old, new in done.items()),
        *_differences(describe(before), describe(after)),
    )


def _differences(before: Described, after: Described) -> Iterator[str]:
    for name, description in after.items():
        if name not in before:
            yield f"+ {_title(name, description)}{_listed(description)}"
        elif before[name] != description:
            yield f"~ {_title(name, description)}: {_changes(before[name], description)}"


def _title(name: str, description: Description) -> str:
    return f"{kind_of(description)} {name}"


_EVIDENT = frozenset({Said.KIND, Said.NAME, Said.OWNER, Said.SLOT, Said.DESCRIPTION})


def _listed(description: Description) -> str:
    said = [_saying(each, description) for each in sorted(description) if each not in _EVIDENT]
    return f": {', '.join(said)}" if said else ""


def _saying(said: Said, description: Description) -> str:
    return said.field if said in FLAGS else f"{said.field} {_value(said, description)}"


def _changes(before: Description, after: Description) -> str:
    return ", ".join(
        f"{said.field} {_value(said, before)} -> {_value(said, after)}"
        for said in sorted(before.keys() | after.keys())
        if before.get(said) != after.get(said)
    )


def _value(said: Said, description: Description) -> str:
    if said not in description:
        return "false" if said in FLAGS else "nothing"
    return " | ".join(sorted(description[said]))
