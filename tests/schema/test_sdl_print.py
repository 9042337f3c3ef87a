"""A catalogue printed as SDL declares the same again."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.sdl import catalog as sdl
from schema.sdl.names import RESERVED, default_plural
from schema.sdl.printing import print_catalogue
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
from store.ids import AttributeId
from store.schema.change import plan
from tests.schema.test_sdl import as_catalogue

ROOT = Path(__file__).parents[2]
CATALOGS = [ROOT / "examples" / "catalog.graphql", ROOT.parent / "shared/data/catalog.graphql"]
ID = AttributeId(0)


@pytest.mark.parametrize("path", [each for each in CATALOGS if each.exists()], ids=str)
def test_a_catalog_of_ours_comes_back(path: Path) -> None:
    declared = sdl.parse(path.read_text(encoding="utf-8"))
    assert sdl.parse(print_catalogue(as_catalogue(declared))) == declared


def test_a_catalog_is_printed_as_one_would_write_it() -> None:
    written = dedent('''\
        enum Layer {
          "As it arrived."
          RAW
          MADE @deprecated(reason: "say SERVED")
        }

        interface Owner @entity(plural: "holders") {
          name: String @index
        }

        type Person implements Owner @entity(plural: "people") {
          name: String @index
        }

        """
        A table.
          In the lake.
        """
        type Dataset @entity {
          """
          First line.

          Third "line".
          """
          tags: [Keyword!] @index
          layer: Layer @required @index
          next: Dataset @unique @component
          owners: [Owner!] @rel(edge: "OwnedBy") @required
        }

        type Bare @entity

        "Not lineage."
        type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) {
          share: Float
        }
        ''')
    assert print_catalogue(as_catalogue(sdl.parse(written))) == written


def test_an_empty_catalogue_is_an_empty_text() -> None:
    assert not print_catalogue(Catalogue())


texts = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
FIELDS = tuple(f"f{number}" for number in range(8))
SCALARS = tuple(sorted(set(ValueType) - {ValueType.REF}))


@st.composite
def attributes(draw: st.DrawFn, owner: str, field: str, on: str) -> Attribute:
    """An attribute of an entity type, an interface or an edge type, with flags that it may have."""
    value_type = draw(st.sampled_from(SCALARS))
    enum = draw(st.sampled_from([None, "E0"])) if value_type is ValueType.KEYWORD else None
    target = None
    if on != "edge" and draw(st.booleans()):
        value_type, enum, target = ValueType.REF, None, draw(st.sampled_from(["T0", "I0"]))
    many, ordered = draw(st.booleans()), value_type is not ValueType.JSON
    text = value_type in {ValueType.STRING, ValueType.URI, ValueType.KEYWORD} and not enum
    return Attribute(
        ID,
        owner,
        field,
        value_type,
        many,
        required=on != "edge" and draw(st.booleans()),
        indexed=ordered and draw(st.booleans()),
        searched=text and draw(st.booleans()),
        unique=on != "interface" and ordered and not many and draw(st.booleans()),
        component=on == "entity" and target is not None and draw(st.booleans()),
        enum=enum,
        target=target,
        description=draw(texts),
        deprecated=draw(texts),
    )


@st.composite
def relations(draw: st.DrawFn, owner: str, field: str) -> Relation:
    return Relation(
        ID,
        owner,
        field,
        draw(st.sampled_from(["Link0", "Link1"])),
        draw(st.sampled_from(["T0", "T1", "I0"])),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(texts),
        draw(texts),
    )


@st.composite
def entity_types(draw: st.DrawFn, name: str, interface: Interface) -> EntityType:
    inherited: list[Attribute] = []
    interfaces = ("I0",) if name == "T0" or draw(st.booleans()) else ()
    if interfaces:
        inherited = [replace(each, owner=name) for each in interface.attributes]
    fields = draw(st.lists(st.sampled_from(FIELDS[3:]), unique=True))
    walks = draw(st.integers(0, len(fields)))
    return EntityType(
        ID,
        name,
        draw(st.sampled_from([default_plural(name), f"many{name}"])),
        interfaces,
        (*inherited, *(draw(attributes(name, each, "entity")) for each in fields[walks:])),
        tuple(draw(relations(name, each)) for each in fields[:walks]),
        draw(texts),
        draw(texts),
    )


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Any catalogue that SDL can say: two edge types between all types, an interface, an enum."""
    values = draw(st.lists(st.sampled_from(["A", "b", "C_1"]), min_size=1, unique=True))
    enum = EnumType(
        ID, "E0", tuple(EnumValue(each, draw(texts), draw(texts)) for each in values), draw(texts)
    )
    interface = Interface(
        ID,
        "I0",
        draw(st.sampled_from(["i0s", "eyes"])),
        tuple(
            draw(attributes("I0", each, "interface")) for each in FIELDS[: draw(st.integers(0, 3))]
        ),
        (),
        draw(texts),
        draw(texts),
    )
    types = [draw(entity_types(name, interface)) for name in ("T0", "T1")]
    to_one = {(each.edge, each.reverse) for t in types for each in t.relations if not each.many}
    ends = ("T0", "T1")
    edges = [
        EdgeType(
            ID,
            name,
            ends,
            (*ends, "I0"),
            draw(st.sampled_from(Upstream)),
            tuple(
                draw(attributes(name, each, "edge"))
                for each in draw(st.sets(st.sampled_from(FIELDS)))
            ),
            (name, False) in to_one,
            (name, True) in to_one,
            draw(texts),
            draw(texts),
        )
        for name in ("Link0", "Link1")
    ]
    return Catalogue(
        entity_types={each.name: each for each in types},
        interfaces={"I0": interface},
        edge_types={each.name: each for each in edges},
        enums={"E0": enum},
    )


@settings(deadline=None)  # The machine may be busy.
@given(catalogues())
def test_any_catalogue_comes_back(catalogue: Catalogue) -> None:
    declared = sdl.parse(print_catalogue(catalogue))
    assert as_catalogue(declared) == catalogue
    assert not declared.renames


@settings(deadline=None)  # The machine may be busy.
@given(catalogues())
def test_applying_what_a_catalogue_prints_as_changes_nothing(catalogue: Catalogue) -> None:
    text = print_catalogue(catalogue)
    there = plan(Catalogue(), sdl.parse(text)).after
    assert plan(there, sdl.parse(text, there)).is_empty


def test_what_the_contract_names_is_reserved() -> None:
    assert {"urn", "since", "lineage", "transact", "PageInfo", "and", "cursor"} <= RESERVED
