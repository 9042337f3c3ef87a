"""Entities as JSON: the built-in fields, attributes, references, relations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datalog.syntax.clauses import Clause, Pattern
from datalog.syntax.query import Parent, Query
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Object, One, OpaqueId, Shape, Value
from resolvers.aggregates import aggregates, edge_aggregates
from resolvers.clauses import of_types
from resolvers.conditions import Filtered
from resolvers.connections import Listing, connection
from resolvers.draft import Draft, Place
from resolvers.edges import edge_object
from resolvers.fields import EdgeField, Field, ends, fields_of
from resolvers.filters import clauses as filter_clauses
from resolvers.filters import names_lifecycle
from resolvers.orders import Key
from resolvers.orders import keys as order_keys
from resolvers.pages import Question
from resolvers.selection import Selected
from resolvers.subjects import NULL, Members, Subject, company, variants
from resolvers.timeline.edge_changes import EdgeChanges
from resolvers.timeline.since import newer
from resolvers.transactions import history, transaction, transaction_of
from store.catalogue import Attribute, Relation, ValueType


def any_entity(draft: Draft, place: Place, selected: Selected, entity: Variable) -> Shape:
    """Return the shape of an entity of whatever type."""
    return entity_of(draft, place, selected, entity, draft.catalogue.entity_types)


def entity_of(
    draft: Draft, place: Place, selected: Selected, entity: Variable, types: Iterable[str]
) -> Shape:
    """Return the shape of an entity that is of one of these concrete types."""
    names = tuple(types)
    shared = company(selected, names)
    cases = {
        name: entity_members(Subject(draft, place, entity, name, shared), selected.of(name))
        for name in names
    }
    return variants(draft, place, entity, cases)


def entity(subject: Subject, selected: Selected) -> Shape:
    """Return the shape of an entity whose type is known."""
    return Object(entity_members(subject, selected.of(subject.type)))


def entity_members(subject: Subject, selected: Iterable[Selected]) -> Members:
    """Return the fields that are selected of an entity of a type."""
    known = fields_of(subject.draft.catalogue, subject.type)
    return tuple((each.key, _entity_field(subject, known, each)) for each in selected)


def _entity_field(  # noqa: PLR0911  # One case for each field.
    subject: Subject, known: Mapping[str, Field], selected: Selected
) -> Shape:
    draft, variable, place = subject.draft, subject.variable, subject.at(selected)
    match selected.name:
        case "__typename" | "type":
            return subject.named
        case "id":
            return OpaqueId(variable)
        case "urn" | "lifecycle" as name:
            return Value(variable, f"entity/{name}")
        case "createdAt" | "changedAt" as name:
            return subject.once(
                selected,
                name,
                lambda: transaction_of(draft, place, variable, f"entity/{name}", selected),
            )
        case "history" as name:
            return subject.once(
                selected,
                name,
                lambda: draft.guarded(place, lambda at: history(draft, at, variable, selected)),
            )
        case "edgeHistory" as name:
            changes = EdgeChanges(draft, transaction)
            return subject.once(
                selected,
                name,
                lambda: draft.guarded(place, lambda at: changes.of_entity(at, variable, selected)),
            )
        case name:
            field = known.get(name)
            return subject.once(
                selected,
                _identity(subject, field, selected),
                lambda: draft.guarded(place, lambda at: _declared(subject, at, field, selected)),
            )


def _identity(subject: Subject, field: Field | None, selected: Selected) -> object:
    """Return what tells fields apart that are declared by several types."""
    relation = field.relation if isinstance(field, EdgeField) else field
    if not isinstance(relation, Relation) or _names_its_type(selected):
        return subject.type, selected.name
    return type(field), relation.many, relation.edge, relation.reverse, relation.target


def _names_its_type(selected: Selected) -> bool:
    """Tell whether the name of the connection, which differs by type, is asked for."""
    return any(
        each.name == "__typename" or (each.name == "edges" and _names_its_type(each))
        for each in selected.of()
    )


def _declared(subject: Subject, place: Place, field: Field | None, selected: Selected) -> Shape:
    match field:
        case Attribute(type=ValueType.REF, target=str(target), many=many):
            shape = _references if many else _reference
            return shape(subject, place, field, target, selected)
        case Attribute():
            return Value(subject.variable, field.name)
        case Relation():
            return (_relations if field.many else _relation)(subject, place, field, selected)
        case EdgeField(relation):
            return _edge(subject, place, relation, selected)
        case None:  # A field of an interface, asked of Unknown.
            return NULL


def end_shape(draft: Draft, place: Place, selected: Selected, end: Variable, target: str) -> Shape:
    """Return the shape of what a field of that type or interface leads to."""
    if target in draft.catalogue.interfaces:
        return entity_of(draft, place, selected, end, ends(draft.catalogue, target))
    return entity(Subject(draft, place, end, target), selected)


def _reference(
    subject: Subject, place: Place, reference: Attribute, target: str, selected: Selected
) -> Shape:
    draft = subject.draft
    place, end = draft.timed(place, selected), draft.variable(reference.field)
    where = (
        Pattern(subject.variable, reference.name, end),
        of_types(end, ends(draft.catalogue, target)),
    )
    query = Query((end,), (place.source, Parent(subject.variable)), where)
    return One(place.label, query, end_shape(draft, place, selected, end, target))


def _references(
    subject: Subject, place: Place, reference: Attribute, target: str, selected: Selected
) -> Shape:
    draft = subject.draft
    place, end = draft.timed(place, selected), draft.variable(reference.field)
    asked = Asked(draft, place, end, target, selected)
    held = Pattern(subject.variable, reference.name, end)
    new = newer(draft, place, selected, held, end)
    listing = Listing(
        name=f"{subject.type}{_capital(reference.field)}",
        question=asked.question("reference", reference.field, target),
        find=(end,),
        where=(
            held,
            of_types(end, ends(draft.catalogue, target)),
            *asked.where(),
            *new.clauses,
        ),
        keys=(*asked.keys(), Key(end, ValueType.REF)),
        node=lambda at, each: end_shape(draft, at, each, end, target),
        parent=subject.variable,
        sources=new.sources,
        more=aggregates(draft, end, target),
    )
    return connection(draft, place, selected, listing)


def _relation(subject: Subject, place: Place, relation: Relation, selected: Selected) -> Shape:
    draft = subject.draft
    place, end = draft.timed(place, selected), draft.variable(relation.field)
    near, far = (end, subject.variable) if relation.reverse else (subject.variable, end)
    where = (
        Pattern(near, relation.edge, far),
        of_types(end, ends(draft.catalogue, relation.target)),
    )
    query = Query((end,), (place.source, Parent(subject.variable)), where)
    return One(place.label, query, end_shape(draft, place, selected, end, relation.target))


def _relations(subject: Subject, place: Place, relation: Relation, selected: Selected) -> Shape:
    draft, place = subject.draft, subject.draft.timed(place, selected)
    end, edge = draft.variable(relation.field), draft.variable("edge")
    asked = Asked(draft, place, end, relation.target, selected)
    edges = Asked(draft, place, edge, relation.edge, selected, "edgeWhere", "edgeOrderBy")
    walk = str(relation.reverse), relation.edge, relation.target
    began = Pattern(edge, "edge/type", Constant(Keyword(relation.edge)))
    new = newer(draft, place, selected, began, end)
    listing = Listing(
        name=f"{subject.type}{_capital(relation.field)}",
        question=asked.question("relation", *walk),
        find=(end, edge),
        where=(
            *_walk(subject, relation, end, edge),
            *asked.where(),
            *edges.where(),
            *new.clauses,
        ),
        keys=(*edges.keys(), *asked.keys(), Key(end, ValueType.REF), Key(edge, ValueType.REF)),
        node=lambda at, each: end_shape(draft, at, each, end, relation.target),
        edge=lambda at, each: edge_object(Subject(draft, at, edge, relation.edge), each),
        parent=subject.variable,
        sources=new.sources,
        more={
            **aggregates(draft, end, relation.target),
            **edge_aggregates(draft, edge, relation.edge),
        },
    )
    return connection(draft, place, selected, listing)


def _walk(
    subject: Subject, relation: Relation, end: Variable, edge: Variable
) -> tuple[Clause, ...]:
    near, far = (end, subject.variable) if relation.reverse else (subject.variable, end)
    return (
        Pattern(edge, "edge/type", Constant(Keyword(relation.edge))),
        Pattern(edge, "edge/from", near),
        Pattern(edge, "edge/to", far),
        of_types(end, ends(subject.draft.catalogue, relation.target)),
    )


def _edge(subject: Subject, place: Place, relation: Relation, selected: Selected) -> Shape:
    draft = subject.draft
    place = draft.timed(place, selected)
    end, edge = draft.variable(relation.field), draft.variable("edge")
    where = _walk(subject, relation, end, edge)
    query = Query((edge,), (place.source, Parent(subject.variable)), where)
    shape = edge_object(Subject(draft, place, edge, relation.edge), selected)
    return One(place.label, query, shape)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller asks of a list of entities of a type: which, and in which order.

    Or of the edges that lead to them: then other arguments say it.
    """

    draft: Draft
    place: Place
    entity: Variable
    type: str
    selected: Selected
    which: str = "where"
    order: str = "orderBy"

    @property
    def lifecycles(self) -> bool:
        """Tell whether the filter says itself which lifecycles it is about."""
        return names_lifecycle(self.selected.arguments.get(self.which))

    def where(self) -> tuple[Clause, ...]:
        """Return the clauses of `where`. Raises BadUserInput."""
        about = Filtered(self.draft, self.place, self.entity, self.type)
        return filter_clauses(about, self.selected.arguments.get(self.which), self.which)

    def keys(self) -> tuple[Key, ...]:
        """Return the keys of `orderBy`. Raises BadUserInput."""
        order_by = self.selected.arguments.get(self.order)
        return order_keys(self.draft, self.entity, self.type, order_by, self.order)

    def question(self, *field: str) -> Question:
        """Return what cursors of this list belong to."""
        said = self.selected.arguments
        others = ("edgeWhere", "edgeOrderBy", "since", "changedSince")
        given = (name for name in others if said.get(name) is not None)
        return Question(field, {name: said.get(name) for name in ("where", "orderBy", *given)})


def _capital(field: str) -> str:
    return field[:1].upper() + field[1:]
