"""A catalog's file is checked beside the schema that is there."""

import pytest

from schema.sdl import catalog as sdl
from store.catalogue import Catalogue
from tests.schema.test_sdl import RIGHT, as_catalogue, problems


def beside(text: str) -> Catalogue:
    return as_catalogue(sdl.parse(text))


def test_a_file_may_refer_to_what_is_there_already() -> None:
    more = "type Team implements Owner @entity { lead: Team layer: Layer }"
    declared = sdl.parse(more, beside(RIGHT))
    assert list(declared.entity_types) == ["Team"]
    assert [each.field for each in declared.entity_types["Team"].attributes] == ["lead", "layer"]
    assert not declared.edge_types


def test_a_relation_to_one_changes_an_edge_type_that_the_file_leaves_out() -> None:
    more = 'type Dataset @entity { owner: Owner @rel(edge: "OwnedBy") }'
    declared = sdl.parse(more, beside(RIGHT))
    assert declared.edge_types["OwnedBy"].one_from


def test_a_relation_to_one_that_the_file_leaves_out_keeps_its_edge_type_as_it_is() -> None:
    there = beside(
        'type A @entity { b: A @rel(edge: "E") } type E @edge(from: "A", to: "A", upstream: TO)'
    )
    declared = sdl.parse('type E @edge(from: "A", to: "A", upstream: FROM)', there)
    assert declared.edge_types["E"].one_from


def test_a_field_that_an_interface_gains_is_missed_in_the_types_that_are_there() -> None:
    found = problems("interface Owner { mail: String }", beside(RIGHT))
    assert found == ["line 1, column 19: Team.mail is missing, as Team implements Owner"]


def test_ends_that_a_file_narrows_are_checked_against_the_relations_that_are_there() -> None:
    found = problems(
        'type OwnedBy @edge(from: ["Team"], to: ["Owner"], upstream: NONE)', beside(RIGHT)
    )
    assert found == [
        (
            "line 1, column 6: Dataset.owners walks OwnedBy from its end 'from',"
            " which is to be Team and never Dataset"
        )
    ]


def test_a_rename_is_followed_wherever_the_old_name_stands() -> None:
    declared = sdl.parse('type Table @entity @was(name: "Dataset")', beside(RIGHT))
    assert declared.renames == {"Table": "Dataset"}
    found = problems('type Table @entity @was(name: "Dataset") { a: Dataset }', beside(RIGHT))
    assert found == ["line 1, column 47: Table.a: there is no type Dataset"]


def test_a_rename_that_was_done_stays_in_the_file_without_harm() -> None:
    declared = sdl.parse('type Team @entity @was(name: "Crew")', beside(RIGHT))
    assert declared.renames == {"Team": "Crew"}


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            'type Team @entity @was(name: "Dataset")',
            (
                "line 1, column 19: Team cannot have been Dataset:"
                " Dataset and Team are both there already"
            ),
        ),
        (
            'type Table @entity @was(name: "Owner")',
            "line 1, column 6: Table stands for an interface that is there",
        ),
        (
            'type Dataset @entity { layer: Layer @was(name: "owners") }',
            (
                "line 1, column 37: Dataset.layer cannot have been Dataset.owners:"
                " Dataset.owners and Dataset.layer are both there already"
            ),
        ),
        ("type OwnedBy @entity", "line 1, column 6: OwnedBy stands for an edge type that is there"),
        ('type Fleet @entity(plural: "teams")', "is made for Team already"),
    ],
)
def test_what_is_there_already_is_in_the_way(more: str, problem: str) -> None:
    assert any(problem in each for each in problems(more, beside(RIGHT)))
