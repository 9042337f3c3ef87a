"""What is asked alike of several types is shaped once."""

from dataclasses import fields, is_dataclass

from datalog.tree import Shape, Variant
from resolvers.draft import Draft
from resolvers.entities import any_entity
from resolvers.limits import Limits
from resolvers.roots import root
from tests.resolvers.asking import only
from tests.resolvers.library import CATALOGUE


def _shape(text: str) -> Shape:
    return root(Draft(CATALOGUE, Limits(), any_entity), only(text))


def _variants(shape: object) -> list[list[tuple[str, ...]]]:
    """Return the cases of every variant in a shape, outermost first."""
    found = [[types for types, _ in shape.cases]] if isinstance(shape, Variant) else []
    inner = shape if isinstance(shape, tuple) else ()
    if is_dataclass(shape):
        inner = tuple(getattr(shape, each.name) for each in fields(shape))
    return found + [each for member in inner for each in _variants(member)]


def test_fields_that_every_entity_has_need_no_variants() -> None:
    built_in = "id type createdAt { t facts { nodes { entity { id } } } } history { totalCount }"
    assert _variants(_shape(f"{{ entity(id: $u) {{ {built_in} }} }}")) == []


def test_types_that_are_asked_for_more_stand_alone() -> None:
    text = "{ entity(id: $u) { createdAt { t } ... on Team { budget } } }"
    [[others, team]] = sorted(map(sorted, _variants(_shape(text))), key=len)
    assert team == ("Team",)
    assert set(others) == {"Dataset", "Feature", "Pipeline", "Person", "Unknown"}


def test_a_relation_of_an_interface_is_walked_once_for_all_its_types() -> None:
    text = "{ owner(id: $u) { ... on Owner { owns { totalCount } } } }"
    assert _variants(_shape(text)) == []


def test_the_same_key_with_other_arguments_is_another_field() -> None:
    text = """{ owner(id: $u) {
      ... on Team { owns(first: 1) { totalCount } }
      ... on Person { owns(first: 2) { totalCount } }
    } }"""
    assert _variants(_shape(text)) == [[("Team",), ("Person",)]]


def test_the_ends_of_edges_of_all_types_are_shaped_once() -> None:
    text = "{ lineage(of: $of) { edges { edge { from { urn } since { t } } } } }"
    assert _variants(_shape(text)) == []
