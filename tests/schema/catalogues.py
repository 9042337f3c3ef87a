"""A catalogue for tests, by hand: datasets, models, their owners, and edges of every kind."""

from itertools import count

from store.catalogue import (
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    EnumType,
    EnumValue,
    Interface,
    Relation,
    Upstream,
    ValueType,
)
from store.ids import AttributeId, T

_ids = count(1_000)


def _id() -> AttributeId:
    return AttributeId(next(_ids))


def _attribute(owner: str, field: str, kind: ValueType, **more: object) -> Attribute:
    return Attribute(_id(), owner, field, kind, **more)  # type: ignore[arg-type]  # Test data.


def _relation(owner: str, field: str, edge: str, target: str, **more: object) -> Relation:
    return Relation(_id(), owner, field, edge, target, **more)  # type: ignore[arg-type]  # Test data.


def _owner(name: str) -> EntityType:
    return EntityType(
        _id(),
        name,
        f"{name.lower()}s",
        ("Owner",),
        (_attribute(name, "name", ValueType.STRING, indexed=True, required=True),),
        (_relation(name, "owns", "OwnedBy", "Dataset", reverse=True),),
    )


def small() -> Catalogue:
    """Return a catalogue that has one of everything that the schema treats differently."""
    kinds = (EnumValue("TABLE"), EnumValue("VIEW"), EnumValue("mro", "Python's word", "use VIEW"))
    dataset = EntityType(
        _id(),
        "Dataset",
        "datasets",
        attributes=(
            _attribute("Dataset", "name", ValueType.STRING, indexed=True, description="Its name."),
            _attribute("Dataset", "note", ValueType.STRING, deprecated="nobody reads it"),
            _attribute("Dataset", "kind", ValueType.KEYWORD, indexed=True, enum="DatasetKind"),
            _attribute("Dataset", "tags", ValueType.STRING, indexed=True, many=True),
            _attribute("Dataset", "rows", ValueType.LONG, indexed=True),
            _attribute("Dataset", "hidden", ValueType.BOOLEAN, indexed=True),
            _attribute("Dataset", "day", ValueType.DATE, indexed=True),
            _attribute("Dataset", "details", ValueType.JSON),
            _attribute("Dataset", "twin", ValueType.REF, indexed=True, target="Dataset"),
            _attribute("Dataset", "copies", ValueType.REF, many=True, target="Dataset"),
        ),
        relations=(
            _relation("Dataset", "upstream", "DerivedFrom", "Dataset"),
            _relation("Dataset", "downstream", "DerivedFrom", "Dataset", reverse=True),
            _relation("Dataset", "owners", "OwnedBy", "Owner"),
        ),
        description="A table or a view.",
    )
    model = EntityType(
        _id(),
        "Model",
        "models",
        attributes=(_attribute("Model", "name", ValueType.STRING, indexed=True),),
        relations=(
            _relation("Model", "publishedBy", "PublishedBy", "Organization", many=False),
            _relation("Model", "trainedOn", "TrainedOn", "Dataset"),
        ),
    )
    organization = EntityType(
        _id(),
        "Organization",
        "organizations",
        attributes=(_attribute("Organization", "name", ValueType.STRING, indexed=True),),
        deprecated="use Team",
    )
    owner = Interface(
        _id(),
        "Owner",
        "owners",
        (Attribute(AttributeId(0), "Owner", "name", ValueType.STRING, indexed=True),),
        (Relation(AttributeId(0), "Owner", "owns", "OwnedBy", "Dataset", reverse=True),),
        "Anything that can own something.",
    )
    weight = _attribute("DerivedFrom", "weight", ValueType.FLOAT, indexed=True)
    edges = (
        EdgeType(_id(), "DerivedFrom", ("Dataset",), ("Dataset",), Upstream.TO, (weight,)),
        EdgeType(_id(), "OwnedBy", ("Dataset",), ("Owner",), Upstream.NONE),
        EdgeType(_id(), "PublishedBy", ("Model",), ("Organization",), Upstream.NONE, one_from=True),
        EdgeType(_id(), "TrainedOn", ("Model",), ("Dataset",), Upstream.TO),
    )
    entity_types = (dataset, model, organization, _owner("Team"), _owner("User"))
    return Catalogue(
        T(3),
        {each.name: each for each in entity_types},
        {"Owner": owner},
        {each.name: each for each in edges},
        {"DatasetKind": EnumType(_id(), "DatasetKind", kinds)},
    )
