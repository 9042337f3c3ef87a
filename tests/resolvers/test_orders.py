"""`orderBy` becomes keys: paths from the entity to values."""

import pytest

from datalog.syntax.clauses import GetElse, Step
from datalog.syntax.terms import Variable
from resolvers.draft import Draft
from resolvers.entities import any_entity
from resolvers.errors import BadUserInput
from resolvers.limits import Limits
from resolvers.orders import Key, keys
from store.catalogue import ValueType
from tests.resolvers.library import CATALOGUE

E, NAME = Variable("e"), Variable("name")


def _keys(order_by: object, type_name: str = "Dataset") -> tuple[Key, ...]:
    return keys(Draft(CATALOGUE, Limits(), any_entity), E, type_name, order_by)


@pytest.mark.parametrize(
    ("order_by", "path", "value_type"),
    [
        ({"name": "ASC"}, (Step("Dataset/name"),), ValueType.STRING),
        (
            {"steward": {"name": "ASC"}},
            (Step("StewardedBy"), Step("Person/name")),
            ValueType.STRING,
        ),
        (
            {"replacement": {"name": "ASC"}},
            (Step("Dataset/replacement"), Step("Dataset/name")),
            ValueType.STRING,
        ),
        ({"urn": "ASC"}, (Step("entity/urn"),), ValueType.STRING),
    ],
)
def test_a_key_is_a_path_to_a_value(
    order_by: object, path: tuple[Step, ...], value_type: ValueType
) -> None:
    [key] = _keys([order_by])
    assert key == Key(key.variable, value_type, found=GetElse(E, path, key.variable))


def test_keys_stand_in_the_order_asked_with_their_directions() -> None:
    first, second = _keys([{"rows": "DESC"}, {"name": "ASC"}])
    assert (first.type, first.descending) == (ValueType.LONG, True)
    assert (second.type, second.descending) == (ValueType.STRING, False)


def test_an_interface_is_ordered_by_its_own_attributes() -> None:
    assert _keys({"name": "ASC"}, "Owner")[0].found == GetElse(E, (Step("Owner/name"),), NAME)


@pytest.mark.parametrize(
    "order_by",
    [
        [{}],
        [{"name": "ASC", "rows": "ASC"}],
        [{"nothing": "ASC"}],
        [{"tags": "ASC"}],
        [{"upstream": {"name": "ASC"}}],
        [{"name": {"name": "ASC"}}],
        [{"steward": "ASC"}],
        ["name"],
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order_by: object) -> None:
    with pytest.raises(BadUserInput):
        _keys(order_by)
