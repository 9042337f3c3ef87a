"""From one schema to another: what is merged, what is renamed, what can never work."""

from dataclasses import replace
from textwrap import dedent

import pytest

from schema.sdl import catalog as sdl
from store.catalogue import Catalogue, EntityType, Interface, Relation
from store.ids import AttributeId, T
from store.schema.change import SchemaDeclaration, plan
from store.schema.conflict import SchemaConflict
from store.schema.description import describe
from store.schema.facts import SchemaFacts, facts_of, full_names

SMALL = """
enum Layer { RAW MADE }
interface Owner { name: String @index }
type Team implements Owner @entity { name: String @index @required }
type Dataset @entity {
  title: String @index
  tags: [String!]
  layer: Layer
  lead: Team
  owners: [Owner!] @rel(edge: "OwnedBy") @required
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE) { duty: String }
"""


def declared(text: str) -> SchemaDeclaration:
    """Return what a catalog declares by itself."""
    return sdl.parse(dedent(text))


def applied(current: Catalogue, *wanted: SchemaDeclaration) -> Catalogue:
    """Return the catalogue after changes, with ids, as the log would give it."""
    for each in wanted:
        change = plan(current, each)
        ids = {name: number for number, name in enumerate(full_names({}).values(), 64)}
        ids |= {name: 1000 + number for number, name in enumerate(describe(change.after))}
        current = SchemaFacts(T(current.t + 1), facts_of(describe(change.after), ids)).catalogue()
    return current


def small() -> Catalogue:
    """Return the small catalogue."""
    return applied(Catalogue(), declared(SMALL))


def wrong(current: Catalogue, wanted: SchemaDeclaration) -> str:
    """Return why a change is refused."""
    with pytest.raises(SchemaConflict) as raised:
        plan(current, wanted)
    assert raised.value.details()["problems"] == list(raised.value.problems)
    return str(raised.value)


def test_what_is_there_already_is_no_change() -> None:
    change = plan(small(), declared(SMALL))
    assert change.is_empty
    assert change.after == small()


def test_what_is_absent_stays() -> None:
    wanted = declared("type Person @entity { name: String }\ntype Dataset @entity { rows: Long }")
    after = plan(small(), wanted).after
    assert set(after.entity_types) == {"Team", "Dataset", "Person", "Unknown"}
    fields = [attribute.field for attribute in after.entity_types["Dataset"].attributes]
    assert fields == ["title", "tags", "layer", "lead", "rows"]
    assert after.entity_types["Dataset"].relations == small().entity_types["Dataset"].relations
    assert after.entity_types["Team"].interfaces == ("Owner",)


def test_slots_are_only_added() -> None:
    dataset = small().entity_types["Dataset"]
    assert [each.slot for each in dataset.attributes] == [1, 2, 3, 4]
    wanted = declared("type Dataset @entity { rows: Long title: String day: Date }")
    after = plan(small(), wanted).after.entity_types["Dataset"].attributes
    assert {each.field: each.slot for each in after} == {
        "title": 1,
        "tags": 2,
        "layer": 3,
        "lead": 4,
        "rows": 5,
        "day": 6,
    }
    assert [each.slot for each in small().interfaces["Owner"].attributes] == [0]


def test_a_declared_field_is_as_it_is_declared() -> None:
    change = plan(small(), declared('type Dataset @entity { "Its name." title: String @unique }'))
    [line] = change.lines
    assert line == (
        "~ Attribute Dataset/title: description nothing -> Its name., "
        "indexed true -> false, unique false -> true"
    )


def test_new_values_of_an_enum_come_after_those_there_are() -> None:
    after = plan(small(), declared("enum Layer { SERVED RAW }")).after
    assert [value.name for value in after.enums["Layer"].values] == ["RAW", "MADE", "SERVED"]


def test_a_rename_keeps_the_entity_and_its_slot() -> None:
    wanted = """
        type Table @entity @was(name: "Dataset") { name: String @index @was(name: "title") }
        type OwnedBy @edge(from: ["Table"], to: ["Owner"], upstream: NONE)
    """
    change = plan(small(), sdl.parse(dedent(wanted), small()))
    before, after = small().entity_types["Dataset"], change.after.entity_types["Table"]
    assert "Dataset" not in change.after.entity_types
    assert after.id == before.id
    assert [(each.id, each.slot) for each in after.attributes] == [
        (each.id, each.slot) for each in before.attributes
    ]
    assert after.attributes[0].name == "Table/name"
    assert change.after.edge_types["OwnedBy"].from_types == ("Table",)
    assert change.lines == (
        "> Dataset is renamed to Table",
        "> Table/title is renamed to Table/name",
        "~ EntityType Table: plural datasets -> tables",
    )


def test_a_rename_that_was_done_is_not_done_again() -> None:
    wanted = declared('type Table @entity @was(name: "Dataset") { rows: Long @was(name: "count") }')
    once = applied(small(), wanted)
    assert set(once.entity_types) == {"Team", "Table", "Unknown"}
    assert plan(once, wanted).is_empty


def test_everything_that_names_a_renamed_type_names_it_anew() -> None:
    renames = {"Group": "Team", "Keeper": "Owner", "Stage": "Layer", "KeptBy": "OwnedBy"}
    current = small()
    wanted = SchemaDeclaration(
        {
            "Group": replace(
                current.entity_types["Team"], name="Group", attributes=(), interfaces=()
            )
        },
        {"Keeper": replace(current.interfaces["Owner"], name="Keeper", attributes=())},
        {
            "KeptBy": replace(
                current.edge_types["OwnedBy"], name="KeptBy", to_types=("Keeper",), properties=()
            )
        },
        {"Stage": replace(current.enums["Layer"], name="Stage")},
        renames,
    )
    after = plan(current, wanted).after
    dataset = {each.field: each for each in after.entity_types["Dataset"].attributes}
    assert (dataset["lead"].target, dataset["layer"].enum) == ("Group", "Stage")
    assert after.entity_types["Dataset"].relations[0].edge == "KeptBy"
    assert after.entity_types["Dataset"].relations[0].target == "Keeper"
    assert after.entity_types["Group"].interfaces == ("Keeper",)
    assert after.attributes["KeptBy/duty"].id == current.attributes["OwnedBy/duty"].id


@pytest.mark.parametrize(
    ("renames", "problem"),
    [
        ({"Team": "Dataset"}, "Dataset cannot be renamed to Team: there is a Team already"),
        ({"Team": "Owner"}, "Owner cannot be renamed to Team: there is a Team already"),
        ({"Dataset/tags": "Dataset/title"}, "there is a Dataset/tags already"),
        ({"Layer/COOKED": "Layer/RAW"}, "entities hold enum values by name"),
        ({"Crew": "Layer"}, "Crew is an enum and cannot become an entity type"),
    ],
)
def test_a_rename_to_a_taken_name_or_of_another_kind_is_refused(
    renames: dict[str, str], problem: str
) -> None:
    crew = EntityType(AttributeId(0), "Crew", "crews")
    assert problem in wrong(small(), SchemaDeclaration({"Crew": crew}, renames=renames))


def test_what_is_renamed_away_cannot_be_declared_too() -> None:
    wanted = replace(declared(SMALL), renames={"Table": "Dataset"})
    assert "Dataset is declared, and is to be renamed to Table" in wrong(small(), wanted)


def test_a_name_cannot_become_something_else() -> None:
    wanted = """
        type Dataset @entity { lead: [Team!] @rel(edge: "Leads") }
        type Team @entity
        type Leads @edge(from: ["Dataset"], to: ["Team"], upstream: NONE)
    """
    problem = wrong(small(), declared(wanted))
    assert problem == "Dataset/lead is an attribute and cannot become a relation"
    kind = wrong(small(), declared("interface Dataset { title: String }"))
    assert "Dataset is an entity type and cannot become an interface" in kind


def test_everything_that_is_wrong_is_said_at_once() -> None:
    no = AttributeId(0)
    ship = EntityType(
        no, "Ship", "datasets", ("Floating",), (), (Relation(no, "Ship", "crew", "Mans", "Sailor"),)
    )
    unknown = EntityType(no, "Unknown", "unknowns")
    assert wrong(small(), SchemaDeclaration({"Ship": ship, "Unknown": unknown})).splitlines() == [
        "Unknown is built in, and cannot be declared",
        "datasets is the plural of Dataset and Ship: set one with @entity(plural:)",
        "Ship names Floating, and there is no such interface",
        "Ship/crew names Sailor, and there is no such entity type or interface",
        "Ship/crew names Mans, and there is no such edge type",
    ]


def test_an_interface_that_grows_needs_the_field_in_its_types() -> None:
    grown = declared("interface Owner { name: String @index email: String }")
    assert "Team implements Owner and needs its field email" in wrong(small(), grown)
    wanted = """
        interface Owner { name: String @index email: String }
        type Team implements Owner @entity { name: String @index @required email: String }
    """
    assert not plan(small(), declared(wanted)).is_empty


def test_one_name_cannot_be_two_things() -> None:
    owner = Interface(AttributeId(0), "Team", "owners")
    assert "Team" in wrong(small(), SchemaDeclaration(interfaces={"Team": owner}))


def test_a_relation_to_one_makes_its_edge_type_to_one_from_that_end() -> None:
    one = """
        type Dataset @entity { home: Team @rel(edge: "LivesAt") }
        type Team @entity { houses: [Dataset!] @rel(edge: "LivesAt", reverse: true) }
        type LivesAt @edge(from: ["Dataset"], to: ["Team"], upstream: NONE)
    """
    after = applied(Catalogue(), declared(one))
    assert (after.edge_types["LivesAt"].one_from, after.edge_types["LivesAt"].one_to) == (
        True,
        False,
    )
    # The relation alone, without the edge type that it walks.
    [home] = after.entity_types["Dataset"].relations
    dataset = replace(after.entity_types["Dataset"], relations=(replace(home, many=True),))
    after = plan(after, SchemaDeclaration({"Dataset": dataset})).after
    assert not after.edge_types["LivesAt"].one_from


def test_a_cardinality_that_an_edge_type_has_by_itself_stays() -> None:
    edge_type = replace(small().edge_types["OwnedBy"], one_to=True)
    wanted = SchemaDeclaration(edge_types={"OwnedBy": edge_type})
    current = applied(small(), wanted)
    assert current.edge_types["OwnedBy"].one_to
    assert applied(current, declared("type Lake @entity")).edge_types["OwnedBy"].one_to
    assert not applied(current, declared(SMALL)).edge_types["OwnedBy"].one_to


def test_the_difference_is_told_line_by_line() -> None:
    change = plan(
        Catalogue(), declared("enum Layer { RAW }\ntype Lake @entity { layer: Layer @index }")
    )
    assert change.lines == (
        "+ Enum Layer",
        "+ EnumValue Layer/RAW",
        "+ EntityType Lake: plural lakes",
        "+ Attribute Lake/layer: valueType Keyword, cardinality one, indexed, enum Layer",
    )
