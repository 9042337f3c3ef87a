"""Catalogue to mutations: one that upserts and one that retracts each type, two for each edge."""

from collections.abc import Iterator

from schema.contract.declared import Argument, Field, InputType
from schema.sdl.names import Verb, Writing, fields_of, writings
from schema.types.entities import scalar_type
from store.catalogue import UNKNOWN, Attribute, Catalogue, EdgeType, EntityType, Relation, ValueType

_OPTIONS = (
    Argument("about", "TransactionAbout", description="What is recorded of the transaction."),
    Argument("ifBasis", "Long", description="Write only if this is still the last transaction."),
    Argument("idempotencyKey", "String", description="Sent twice, it is written once."),
    Argument(
        "dryRun", "Boolean", default=False, description="Check and report, and write nothing."
    ),
)


def mutation_fields(catalogue: Catalogue) -> Iterator[Field]:
    """Yield the fields of Mutation that a catalogue adds."""
    for each in writings(catalogue):
        arguments = (_said(each), *_OPTIONS)
        yield Field(
            each.field, "TransactionReport", arguments, _told(each), each.subject.deprecated
        )


def mutation_inputs(catalogue: Catalogue) -> Iterator[InputType]:
    """Yield the input types of those fields."""
    for entity_type in catalogue.entity_types.values():
        if entity_type.name != UNKNOWN.name:
            yield _upsert(entity_type)
    for edge_type in catalogue.edge_types.values():
        yield _link(edge_type)


def _said(writing: Writing) -> Argument:
    """Return the argument that tells what is to be written."""
    name = writing.subject.name
    match writing.verb:
        case Verb.UPSERT:
            return Argument("items", f"[{name}Input!]!", description=f"What is said, by {name}.")
        case Verb.RETRACT:
            return Argument("ids", "[ID!]!", description=f"The ids or urns of each {name}.")
        case Verb.LINK:
            return Argument("links", f"[{name}Link!]!", description="The edges, as they shall be.")
        case Verb.UNLINK:
            return Argument("links", "[EdgeEnds!]!", description="The edges that end.")


def _told(writing: Writing) -> str:
    """Return what the mutation says of itself."""
    name = writing.subject.name
    match writing.verb:
        case Verb.UPSERT:
            return f"Say something of {name} entities, new ones and others, all or nothing."
        case Verb.RETRACT:
            return f"Say that {name} entities are gone, with their edges, all or nothing."
        case Verb.LINK:
            return f"Begin {name} edges, or set properties of those there are, all or nothing."
        case Verb.UNLINK:
            return f"End {name} edges, all or nothing."


def _upsert(entity_type: EntityType) -> InputType:
    urn = Argument("urn", "ID!", description="The urn, which may be new; or the opaque id.")
    described = (
        f"What to say of a {entity_type.name}: null is retracted, what is absent stays as it is."
    )
    fields = (urn, *map(_value, fields_of(entity_type)))
    return InputType(f"{entity_type.name}Input", fields, description=described)


def _link(edge_type: EdgeType) -> InputType:
    ends = (
        Argument("from", "ID!", description="Where it starts: an id or a urn, which may be new."),
        Argument("to", "ID!", description="Where it leads: an id or a urn, which may be new."),
        Argument("key", "String", description="Tells parallel edges apart."),
        Argument("fromType", "EntityType", description="The type of `from`, should it be new."),
        Argument("toType", "EntityType", description="The type of `to`, should it be new."),
    )
    fields = (*ends, *map(_value, edge_type.properties))
    described = f"A {edge_type.name} edge; null is retracted, what is absent stays as it is."
    return InputType(f"{edge_type.name}Link", fields, description=described)


def _value(said: Attribute | Relation) -> Argument:
    """Return what an upsert says of an attribute or a relation, or a link of a property."""
    if isinstance(said, Relation):
        kind, described = "ID", f"{said.description or ''} {_linked(said)}".strip()
    else:
        kind = "ID" if said.type is ValueType.REF else scalar_type(said)
        described = said.description or f"Its {said.field}."
    notation = f"[{kind}!]" if said.many else kind
    return Argument(said.field, notation, description=described, deprecated=said.deprecated)


def _linked(relation: Relation) -> str:
    way = "from" if relation.reverse else "to"
    return f"Begins {relation.edge} edges {way} what it names, and ends none but by that."
