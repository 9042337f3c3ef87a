"""What the definitions of a catalog must be to each other, checked on the merged catalogue."""

from collections.abc import Iterable

from schema.sdl import interfaces as sdl_interfaces
from schema.sdl.draft import Draft, kinds_of
from schema.sdl.names import (
    Origin,
    field_names,
    fields_of,
    link_names,
    listed,
    mutations,
    root_fields,
    type_names,
)
from store.catalogue import Catalogue, Relation


def check(draft: Draft, catalogue: Catalogue) -> None:
    """Note in the draft what does not fit together in the catalogue that it would make."""
    _check_renames_within(draft)
    sdl_interfaces.check(draft, catalogue)
    for owner in listed(catalogue):
        for relation in owner.relations:
            _check_relation(draft, catalogue, relation)
        _check_clashes(draft, "field", field_names(owner))
    for edge_type in catalogue.edge_types.values():
        _check_clashes(draft, "field of the input that links", link_names(edge_type))
    _check_clashes(draft, "type", type_names(catalogue))
    _check_clashes(draft, "root field", root_fields(catalogue))
    _check_clashes(draft, "mutation", mutations(catalogue))


def check_type_renames(draft: Draft, beside: Catalogue) -> None:
    """Note the renames of types that cannot be (`beside`: the schema before any rename)."""
    kinds = kinds_of(beside)
    for new, old in draft.renames.items():
        if "/" not in new and old in kinds and new in kinds:
            _refuse_rename(draft, new, f"{old} and {new} are both there already")


def check_field_renames(draft: Draft, beside: Catalogue) -> None:
    """Note the renames of fields to fields that are there (`beside`: its types renamed already)."""
    fields = {
        f"{field.owner}/{field.field}" for owner in listed(beside) for field in fields_of(owner)
    }
    there = fields | set(beside.attributes)
    for new, old in draft.renames.items():
        if "/" in new and old in there and new in there:
            _refuse_rename(draft, new, f"{_dotted(old)} and {_dotted(new)} are both there already")


def _check_renames_within(draft: Draft) -> None:
    for new, old in draft.renames.items():
        if new == old:
            _refuse_rename(draft, new, "it is called that still")
        elif tuple(old.split("/")) in draft.places:
            _refuse_rename(draft, new, f"{_dotted(old)} is declared here too")


def _refuse_rename(draft: Draft, new: str, because: str) -> None:
    old = _dotted(draft.renames[new])
    draft.refuse_at(((new, "@was"),), f"{_dotted(new)} cannot have been {old}: {because}")


def _check_relation(draft: Draft, catalogue: Catalogue, relation: Relation) -> None:
    edge = catalogue.edge_types.get(relation.edge)
    if edge is None:
        return
    near_end, far_end = ("to", "from") if relation.reverse else ("from", "to")
    near, far = edge.from_types, edge.to_types
    if relation.reverse:
        near, far = far, near
    places: tuple[Origin, ...] = (
        (relation.owner, relation.field),
        (edge.name,),
        (relation.target,),
        (relation.owner,),
    )
    name = f"{relation.owner}.{relation.field}"
    entities = sdl_interfaces.entities
    outside = entities(catalogue, (relation.owner,)) - entities(catalogue, near)
    if outside and relation.owner not in near:
        draft.refuse_at(
            places,
            f"{name} walks {edge.name} from its end {near_end!r}, which is to be"
            f" {' or '.join(near)} and never {', '.join(sorted(outside))}",
        )
    reached = entities(catalogue, (relation.target,)) & entities(catalogue, far)
    if not reached and relation.target not in far:
        draft.refuse_at(
            places,
            f"{name} walks {edge.name} to its end {far_end!r}, which is to be"
            f" {' or '.join(far)} and never {relation.target}",
        )


def _check_clashes(draft: Draft, what: str, names: Iterable[tuple[str, Origin]]) -> None:
    """Note the first clash of each origin: one name that is taken often takes more with it."""
    taken: dict[str, Origin] = {}
    for name, origin in names:
        other = taken.setdefault(name, origin)
        if other is origin or origin in draft.clashing:
            continue
        draft.clashing.add(origin)
        by = f"is made for {'.'.join(other)} already" if other else "is Headwater's own"
        draft.refuse_at(
            (origin, other, origin[:1], other[:1]),
            f"{'.'.join(origin)} clashes: the {what} {name} {by}",
        )


def _dotted(name: str) -> str:
    return name.replace("/", ".")
