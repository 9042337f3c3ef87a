"""The naive resolver: every field of every type, one at a time, out of the model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema, execute_sync, get_named_type, parse

from tests.oracle import reading
from tests.oracle.catalog import Field
from tests.oracle.history import EdgeKey
from tests.queries import timeline
from tests.queries.judging import Link, Thing, in_order, meets, names_lifecycle
from tests.queries.learned import Learned
from tests.queries.pages import Row, basis, page
from tests.queries.past import FIRST, Past, World
from tests.queries.timeline import Moment

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Been:
    """What an entity or an edge has been through."""

    about: str | EdgeKey
    world: World


@dataclass(frozen=True)
class Naive:
    """Answers documents from the model, with what only the server can tell."""

    schema: GraphQLSchema
    past: Past
    known: Learned

    def answer(self, document: str) -> Any:
        """Return the data of an answer, keys in the order of the selection."""
        found = execute_sync(
            self.schema,
            parse(document),
            field_resolver=self._field,
            type_resolver=lambda it, *_: _type_name(it),
        )
        if found.errors:
            raise found.errors[0].original_error or found.errors[0]
        return found.data

    def _field(self, source: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        name = info.field_name
        match source:
            case None:
                return self._root(info, given)
            case Thing():
                return self._of_entity(source, name, given)
            case Link():
                return self._of_edge(source, name, given)
            case Moment():
                return self._of_transaction(source, name, given)
            case Been():
                return self._of_history(source, name, given)
            case _:
                return source[name]

    # The root: one entity, lists of entities, transactions, whatever has an id.

    def _root(self, info: GraphQLResolveInfo[Any], given: Arguments) -> Any:  # noqa: PLR0911  # One each.
        name = info.field_name
        world = self._at(self.past.now, given)
        match name:
            case "basis":
                return basis(world)
            case "node":
                return self._node(given["id"], world)
            case "nodes":
                return [self._node(each, world) for each in given["ids"]]
            case "entity":
                return self._entity(given["id"], world, "Entity")
            case "history":
                return self._been(given["id"], world)
            case "transactions":
                return self._transactions(world, given)
            case _ if "id" in given:
                return self._entity(given["id"], world, get_named_type(info.return_type).name)
            case _:
                kind = get_named_type(info.return_type).name.removesuffix("Connection")
                return self._entities(kind, world, given)

    def _at(self, world: World, given: Arguments) -> World:
        point = given.get("asOf")
        return world if point is None else self.past.at(point)

    def _node(self, identity: str, world: World) -> Thing | Link | Moment | None:
        if identity.startswith("T"):
            t = int(identity.removeprefix("T"))
            return Moment(t, world) if FIRST <= t <= world.t else None
        for about, known in self.known.ids.items():
            if known == identity and isinstance(about, tuple):
                return Link(about, world) if about in world.edges else None
        return self._entity(identity, world, "Entity")

    def _entity(self, identity: str, world: World, kind: str) -> Thing | None:
        urns = {known: about for about, known in self.known.ids.items() if isinstance(about, str)}
        urn = urns.get(identity, identity)
        types = {"Entity"} if kind == "Entity" else self.past.catalog.concrete(kind)
        there = urn in world.entities and bool({world.entities[urn].type, "Entity"} & types)
        return Thing(urn, world) if there else None

    def _entities(self, kind: str, world: World, given: Arguments) -> Any:
        where = given.get("where")
        things = [
            Thing(urn, world)
            for urn, entity in world.entities.items()
            if entity.type in self.past.catalog.concrete(kind)
            and (entity.lifecycle != "DELETED" or names_lifecycle(where))
            and _is_new(world.created[urn], given.get("since"), self.past)
        ]
        rows = [Row(thing) for thing in self._things(things, given)]
        return page(self.known, rows, world, given)

    def _things(self, things: Iterable[Thing], given: Arguments) -> list[Thing]:
        passed = [thing for thing in things if self._passes(thing, given)]
        passed.sort(key=lambda thing: self.known.number(thing.urn))
        return in_order(passed, given.get("orderBy"), lambda thing: thing)

    def _passes(self, thing: Thing, given: Arguments) -> bool:
        changed = thing.world.changed[thing.urn]
        new = _is_new(changed, given.get("changedSince"), self.past)
        return new and meets(thing, given.get("where"))

    # An entity, and what it is related to.

    def _of_entity(self, thing: Thing, name: str, given: Arguments) -> Any:  # noqa: PLR0911  # One each.
        world, entity = thing.world, thing.world.entities[thing.urn]
        match name:
            case "id":
                return self.known.ids[thing.urn]
            case "urn":
                return thing.urn
            case "type" | "lifecycle":
                return getattr(entity, name)
            case "createdAt":
                return Moment(world.created[thing.urn], world)
            case "changedAt":
                return Moment(world.changed[thing.urn], world)
            case "history":
                facts = timeline.history(thing.urn, world, given, self.known)
                return page(self.known, [Row(each) for each in facts], world, given)
            case "edgeHistory":
                changes = timeline.edge_history(thing.urn, world, given, self.known)
                return page(self.known, [Row(each) for each in changes], world, given)
            case _:
                return self._told(thing, name, given)

    def _told(self, thing: Thing, name: str, given: Arguments) -> Any:
        each = thing.fields.get(name)
        catalog = self.past.catalog
        if each is None and name.endswith("Edge"):
            links = self._links(thing, thing.fields[name.removesuffix("Edge")], given)
            return links[0] if links else None
        if each is None:  # A field of an interface, of what is Unknown.
            return [] if name == "tags" else None
        if each.type not in catalog.types and each.type not in catalog.implementers:
            return timeline.in_order_of_keys(reading.plain(each, thing.value(name)))
        if each.edge is None:
            return self._references(thing, each, given)
        links = self._links(thing, each, given)
        if not each.many:
            return links[0].end(each) if links else None
        return self._related(links, each, thing, given)

    def _links(self, thing: Thing, each: Field, given: Arguments) -> list[Link]:
        world = self._at(thing.world, given)
        return [Link(key, world) for key in world.relation(thing.urn, each)]

    def _related(self, links: list[Link], each: Field, thing: Thing, given: Arguments) -> Any:
        rows = [
            Row(link.end(each), link)
            for link in links
            if _is_new(link.world.since[link.key], given.get("since"), self.past)
            and meets(link, given.get("edgeWhere"))
            and self._passes(link.end(each), given)
        ]
        rows.sort(key=lambda row: (self.known.number(row.node.urn), _number(self.known, row)))
        rows = in_order(rows, given.get("orderBy"), lambda row: row.node)
        rows = in_order(rows, given.get("edgeOrderBy"), lambda row: row.edge)
        return page(self.known, rows, self._at(thing.world, given), given)

    def _references(self, thing: Thing, each: Field, given: Arguments) -> Any:
        world = self._at(thing.world, given)
        entity = world.entities.get(thing.urn)
        held = entity.values.get(each.name) if entity is not None else None
        if not each.many:
            if held is None or not world.fits(held, each.type):
                return None
            return Thing(held, world)
        things = [Thing(urn, world) for urn in held or [] if world.fits(urn, each.type)]
        return page(self.known, [Row(thing) for thing in self._things(things, given)], world, given)

    # An edge, and a transaction.

    def _of_edge(self, link: Link, name: str, given: Arguments) -> Any:  # noqa: PLR0911  # One each.
        match name:
            case "id":
                return self.known.ids[link.key]
            case "type":
                return link.key[0]
            case "key":
                return link.key[3]
            case "from" | "to":
                return Thing(link.key[1 if name == "from" else 2], link.world)
            case "since":
                return Moment(link.world.since[link.key], link.world)
            case "until":
                return None
            case "history":
                changes = timeline.changes_of(link.key, link.world, given, self.known)
                return page(self.known, [Row(each) for each in changes], link.world, given)
            case _:
                return reading.plain(link.fields[name], link.value(name))

    def _of_transaction(self, moment: Moment, name: str, given: Arguments) -> Any:
        match name:
            case "facts":
                rows = timeline.facts(moment, self.known)
            case "edgeChanges":
                rows = timeline.edge_changes(moment, self.known)
            case _:
                return timeline.said(moment, name)
        return page(self.known, [Row(each) for each in rows], moment.world, given)

    # What an entity or an edge has been through, also when it is gone.

    def _been(self, identity: str, world: World) -> Been | None:
        abouts = {known: about for about, known in self.known.ids.items()}
        about = abouts.get(identity, identity)
        there = about in world.created or about in world.since
        return Been(about, world) if there else None

    def _of_history(self, been: Been, name: str, given: Arguments) -> Any:
        about, world, is_edge = been.about, been.world, isinstance(been.about, tuple)
        match name:
            case "id":
                return self.known.ids[about]
            case "entity":
                return Thing(about, world) if isinstance(about, str) else None
            case "edge":
                return None if isinstance(about, str) else self._life(about, world)
            case "facts":
                rows = [] if is_edge else timeline.history(str(about), world, given, self.known)
            case "edgeChanges":
                rows = timeline.been(about, world, given, self.known)
            case _:
                return basis(world)
        return page(self.known, [Row(each) for each in rows], world, given)

    def _life(self, key: EdgeKey, world: World) -> Any:
        began = world.since[key]
        return {
            **dict(zip(("type", "from", "to", "key"), key, strict=True)),
            "id": self.known.ids[key],
            "from": Thing(key[1], world),
            "to": Thing(key[2], world),
            "since": Moment(began, world),
            "until": timeline.ended(key, began, world),
        }

    def _transactions(self, world: World, given: Arguments) -> Any:
        moments = timeline.transactions(world, given.get("where"), self.known)
        if given.get("order", "DESC") == "DESC":
            moments = moments[::-1]
        return page(self.known, [Row(each) for each in moments], world, given)


def _number(known: Learned, row: Row) -> int:
    key: EdgeKey | None = row.edge.key if row.edge is not None else None
    return 0 if key is None else known.number(key)


def _is_new(t: int, since: Any, past: Past) -> bool:
    return since is None or t > past.at(since).t


def _type_name(it: Any) -> str:
    match it:
        case Thing():
            return it.type
        case Link():
            return it.key[0]
        case _:
            return "Transaction"
