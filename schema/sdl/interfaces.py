"""Whether types keep what their interfaces promise."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from schema.sdl.draft import Draft
from schema.sdl.names import Origin, fields_of, listed
from store.catalogue import UNKNOWN, Attribute, Catalogue, EntityType, Interface, Relation

Owner = EntityType | Interface
Field = Attribute | Relation


def check(draft: Draft, catalogue: Catalogue) -> None:
    """Note in the draft where a type does not keep what an interface of it promises."""
    for name in draft.parents:
        if name in _ancestors(draft, name):
            draft.refuse_at(((name,),), f"interface {name} implements itself, in the end")
    _check_agreement(draft, catalogue.interfaces.values())
    for owner in listed(catalogue):
        parents = _parents(draft, owner)
        interfaces = [
            catalogue.interfaces[name] for name in parents if name in catalogue.interfaces
        ]
        _check_ancestors(draft, owner.name, parents)
        for interface in interfaces:
            _check_conforms(draft, catalogue, owner, interface)


def entities(catalogue: Catalogue, names: Iterable[str]) -> frozenset[str]:
    """Return the entity types that names stand for; other names are refused elsewhere."""
    known = {*catalogue.entity_types, *catalogue.interfaces} - {UNKNOWN.name}
    return catalogue.ends(tuple(name for name in names if name in known))


def _parents(draft: Draft, owner: Owner) -> tuple[str, ...]:
    return owner.interfaces if isinstance(owner, EntityType) else draft.parents.get(owner.name, ())


def _check_ancestors(draft: Draft, name: str, parents: tuple[str, ...]) -> None:
    """What implements an interface implements that one's interfaces too, as GraphQL has it."""
    for parent in parents:
        for missing in sorted(_ancestors(draft, parent) - {*parents, name}):
            draft.refuse_at(
                ((name,), (parent,)),
                f"{name} implements {parent}, so it has to implement {missing} too",
            )


def _ancestors(draft: Draft, name: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(draft.parents.get(name, ()))
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(draft.parents.get(parent, ()))
    return frozenset(found)


def _check_agreement(draft: Draft, interfaces: Iterable[Interface]) -> None:
    """Unknown implements every interface, so they may not ask for what excludes each other."""
    asked: dict[str, tuple[Interface, tuple[object, ...]]] = {}
    for interface in interfaces:
        for name, origin, says in _served(interface):
            other, said = asked.setdefault(name, (interface, says))
            if said != says:
                draft.refuse_at(
                    (origin, (other.name, name), (interface.name,), (other.name,)),
                    f"{interface.name}.{name} is to be what {other.name}.{name} is: an entity whose"
                    " type is not known implements both",
                )


def _served(interface: Interface) -> Iterator[tuple[str, Origin, tuple[object, ...]]]:
    """Yield the names of the fields that an interface is served with, and what each is."""
    for field in fields_of(interface):
        origin = interface.name, field.field
        match field:
            case Attribute():
                yield field.field, origin, (field.type, field.enum, field.target, field.many)
            case Relation():
                walked = field.edge, field.reverse
                yield field.field, origin, (*walked, field.target, field.many)
                if not field.many:
                    yield f"{field.field}Edge", origin, (field.edge,)
            case _:
                assert_never(field)


def _check_conforms(draft: Draft, catalogue: Catalogue, owner: Owner, interface: Interface) -> None:
    own = {field.field: field for field in fields_of(owner)}
    for asked in fields_of(interface):
        there = own.get(asked.field)
        places: tuple[Origin, ...] = (
            (owner.name, asked.field),
            (owner.name,),
            (interface.name, asked.field),
            (interface.name,),
        )
        if there is None and places[0] in draft.places:
            continue  # It is there, and something else is wrong with it.
        problem = "is missing" if there is None else _mismatch(catalogue, there, asked)
        if problem:
            promised = f"as {owner.name} implements {interface.name}"
            draft.refuse_at(places, f"{owner.name}.{asked.field} {problem}, {promised}")


def _mismatch(catalogue: Catalogue, own: Field, asked: Field) -> str | None:
    """Return how a field differs from what the interface asks for, or None."""
    if own.many is not asked.many:
        return "is to be a list" if asked.many else "is to be no list"
    problem = _kind_mismatch(own, asked)
    if problem or own.target is None or own.target == asked.target:
        return problem
    mine, theirs = entities(catalogue, (own.target,)), entities(catalogue, (asked.target or "",))
    return f"is to be {asked.target}" if asked.many or not mine <= theirs else None


def _kind_mismatch(own: Field, asked: Field) -> str | None:
    match asked:
        case Attribute():
            if not isinstance(own, Attribute):
                return "is to be without @rel"
            if (own.type, own.enum) != (asked.type, asked.enum):
                return f"is to be {asked.target or asked.enum or asked.type}"
            missing = " ".join(_missing(own, asked))
            return f"is to be {missing}" if missing else None
        case Relation():
            reverse = ", reverse: true" if asked.reverse else ""
            if isinstance(own, Relation) and (own.edge, own.reverse) == (asked.edge, asked.reverse):
                return None
            return f'is to be @rel(edge: "{asked.edge}"{reverse})'
        case _:
            assert_never(asked)


def _missing(own: Attribute, asked: Attribute) -> Iterator[str]:
    if asked.required and not own.required:
        yield "@required"
    if asked.indexed and not own.indexed:
        yield "@index"
    if asked.searched and not own.searched:
        yield "@search"
