"""A small catalog for these tests, with every kind of field."""

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


def _attribute(number: int, name: str, value_type: ValueType, **more: object) -> Attribute:
    owner, field = name.split("/")
    return Attribute(AttributeId(number), owner, field, value_type, indexed=True, **more)  # type: ignore[arg-type]  # By name.


def _relation(number: int, name: str, edge: str, target: str, **more: object) -> Relation:
    owner, field = name.split("/")
    return Relation(AttributeId(number), owner, field, edge, target, **more)  # type: ignore[arg-type]  # By name.


DATASET = EntityType(
    AttributeId(1100),
    "Dataset",
    "datasets",
    ("Asset",),
    (
        _attribute(1101, "Dataset/name", ValueType.STRING, required=True, slot=1),
        _attribute(1102, "Dataset/rows", ValueType.LONG, slot=2),
        _attribute(1103, "Dataset/tags", ValueType.STRING, many=True, slot=3),
        _attribute(1104, "Dataset/layer", ValueType.KEYWORD, enum="Layer", slot=4),
        _attribute(1105, "Dataset/replacement", ValueType.REF, target="Dataset", slot=5),
        _attribute(1106, "Dataset/readers", ValueType.REF, many=True, target="Owner", slot=6),
        _attribute(1107, "Dataset/price", ValueType.DECIMAL, slot=7),
        _attribute(1108, "Dataset/seenAt", ValueType.DATETIME, slot=8),
    ),
    (
        _relation(1121, "Dataset/upstream", "DerivedFrom", "Dataset"),
        _relation(1122, "Dataset/downstream", "DerivedFrom", "Dataset", reverse=True),
        _relation(1123, "Dataset/owners", "OwnedBy", "Owner"),
        _relation(1124, "Dataset/features", "ComputedFrom", "Feature", reverse=True),
        _relation(1125, "Dataset/steward", "StewardedBy", "Person", many=False),
        _relation(1126, "Dataset/madeBy", "Writes", "Pipeline", reverse=True),
    ),
)
FEATURE = EntityType(
    AttributeId(1200),
    "Feature",
    "features",
    ("Asset",),
    (_attribute(1201, "Feature/name", ValueType.STRING, required=True, slot=1),),
    (
        _relation(1221, "Feature/sources", "ComputedFrom", "Dataset"),
        _relation(1222, "Feature/owners", "OwnedBy", "Owner"),
    ),
)
PIPELINE = EntityType(
    AttributeId(1250),
    "Pipeline",
    "pipelines",
    (),
    (_attribute(1251, "Pipeline/name", ValueType.STRING, required=True, slot=1),),
    (_relation(1252, "Pipeline/writes", "Writes", "Dataset"),),
)
TEAM = EntityType(
    AttributeId(1300),
    "Team",
    "teams",
    ("Owner",),
    (
        _attribute(1301, "Team/name", ValueType.STRING, required=True, slot=1),
        _attribute(1302, "Team/budget", ValueType.DECIMAL, slot=2),
    ),
    (_relation(1321, "Team/owns", "OwnedBy", "Asset", reverse=True),),
)
PERSON = EntityType(
    AttributeId(1400),
    "Person",
    "people",
    ("Owner",),
    (
        _attribute(1401, "Person/name", ValueType.STRING, required=True, slot=1),
        _attribute(1402, "Person/age", ValueType.INT, slot=2),
    ),
    (_relation(1421, "Person/owns", "OwnedBy", "Asset", reverse=True),),
)
OWNER = Interface(
    AttributeId(1500),
    "Owner",
    "allOwners",
    (_attribute(0, "Owner/name", ValueType.STRING),),
    (_relation(0, "Owner/owns", "OwnedBy", "Asset", reverse=True),),
)
ASSET = Interface(
    AttributeId(1600),
    "Asset",
    "assets",
    (_attribute(0, "Asset/name", ValueType.STRING),),
    (_relation(0, "Asset/owners", "OwnedBy", "Owner"),),
)
EDGES = (
    EdgeType(
        AttributeId(1700),
        "DerivedFrom",
        ("Dataset",),
        ("Dataset",),
        Upstream.TO,
        (_attribute(1701, "DerivedFrom/weight", ValueType.FLOAT, slot=1),),
    ),
    EdgeType(AttributeId(1710), "ComputedFrom", ("Feature",), ("Dataset",), Upstream.TO),
    EdgeType(AttributeId(1720), "Writes", ("Pipeline",), ("Dataset",), Upstream.FROM),
    EdgeType(
        AttributeId(1730),
        "OwnedBy",
        ("Asset",),
        ("Owner",),
        Upstream.NONE,
        (_attribute(1731, "OwnedBy/duty", ValueType.KEYWORD, slot=1),),
    ),
    EdgeType(
        AttributeId(1740), "StewardedBy", ("Dataset",), ("Person",), Upstream.NONE, one_from=True
    ),
)
LAYER = EnumType(AttributeId(1800), "Layer", (EnumValue("RAW"), EnumValue("REFINED")))

CATALOGUE = Catalogue(
    T(1),
    {each.name: each for each in (DATASET, FEATURE, PIPELINE, TEAM, PERSON)},
    {each.name: each for each in (OWNER, ASSET)},
    {each.name: each for each in EDGES},
    {LAYER.name: LAYER},
)
