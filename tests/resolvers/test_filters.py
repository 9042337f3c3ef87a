"""`where` becomes the clauses that hold where it does."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from datalog.syntax.clauses import Clause, Compare, Not, Operator, Or, Pattern
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable
from resolvers.clauses import NEVER
from resolvers.conditions import Filtered
from resolvers.draft import Draft, Place, Request
from resolvers.entities import any_entity
from resolvers.errors import BadUserInput
from resolvers.filters import clauses, names_lifecycle
from resolvers.limits import Limits
from resolvers.selection import Given
from store.values import WrongValue
from tests.resolvers.library import CATALOGUE

E = Variable("e")


def _draft() -> Draft:
    return Draft(CATALOGUE, Limits(), any_entity)


def _clauses(where: object, type_name: str = "Dataset") -> tuple[Clause, ...]:
    return clauses(Filtered(_draft(), Place((), "datasets"), E, type_name), where)


def _type(variable: str, name: str) -> Pattern:
    return Pattern(Variable(variable), "entity/type", Constant(Keyword(name)))


NAME, NAME2 = Variable("name"), Variable("name-2")
IS_DATASET = _type("upstream", "Dataset")
WALK = (Pattern(E, "DerivedFrom", Variable("upstream")), IS_DATASET)
AN_OWNER = Or(tuple((_type("owners", name),) for name in ("Team", "Person", "Unknown")))

CASES: Mapping[str, tuple[object, tuple[Clause, ...]]] = {
    "nothing": ({}, ()),
    "equal": ({"name": {"eq": "a"}}, (Pattern(E, "Dataset/name", NAME),)),
    "not equal": (
        {"name": {"ne": "a"}},
        (Not((Pattern(E, "Dataset/name", NAME),), join=(E, NAME)),),
    ),
    "equal to null": (
        {"name": {"eq": None}},
        (Not((Pattern(E, "Dataset/name", BLANK),), join=(E,)),),
    ),
    "is not null": (
        {"name": {"isNull": False}},
        (Or(((Pattern(E, "Dataset/name", BLANK),),), join=(E,)),),
    ),
    "a range shares one pattern": (
        {"rows": {"gte": 1, "lt": 9}},
        (
            Pattern(E, "Dataset/rows", Variable("rows")),
            Compare(Operator.GE, Variable("rows"), Variable("rows-2")),
            Compare(Operator.LT, Variable("rows"), Variable("rows-3")),
        ),
    ),
    "one of": (
        {"name": {"in": ["a", "b"]}},
        (Pattern(E, "Dataset/name", NAME), Compare(Operator.MEMBER, NAME, NAME2)),
    ),
    "has": ({"tags": {"has": "a"}}, (Pattern(E, "Dataset/tags", Variable("tags")),)),
    "has any": (
        {"tags": {"hasAny": ["a"]}},
        (
            Or(
                (
                    (
                        Pattern(E, "Dataset/tags", Variable("tags")),
                        Compare(Operator.MEMBER, Variable("tags"), Variable("tags-2")),
                    ),
                ),
                join=(E, Variable("tags-2")),
            ),
        ),
    ),
    "has all": (
        {"tags": {"hasAll": ["a", "b"]}},
        (
            Pattern(E, "Dataset/tags", Variable("tags")),
            Pattern(E, "Dataset/tags", Variable("tags-2")),
        ),
    ),
    "has all of a list that comes later": (
        {"tags": {"hasAll": Given(("tags",))}},
        (
            Not(
                (
                    Compare(Operator.MEMBER, Variable("tags"), Variable("tags-2")),
                    Not(
                        (Pattern(E, "Dataset/tags", Variable("tags")),),
                        join=(E, Variable("tags")),
                    ),
                ),
                join=(E, Variable("tags-2")),
            ),
        ),
    ),
    "has all of nothing": ({"tags": {"hasAll": []}}, ()),
    "lifecycle": (
        {"lifecycle": {"in": ["DELETED"]}},
        (Pattern(E, "entity/lifecycle", Constant(Keyword("DELETED"))),),
    ),
    "whatever lifecycle": ({"lifecycle": {}, "type": {}, "name": {}, "tags": {}}, ()),
    "no lifecycle at all": ({"lifecycle": {"in": []}}, (NEVER,)),
    "some": ({"upstream": {"some": {}}}, (Or((WALK,), join=(E,)),)),
    "some such": (
        {"upstream": {"some": {"name": {"eq": "a"}}}},
        (
            Or(
                ((*WALK, Pattern(Variable("upstream"), "Dataset/name", NAME)),),
                join=(E, NAME),
            ),
        ),
    ),
    "none": ({"upstream": {"none": {}}}, (Not(WALK, join=(E,)),)),
    "null for ends": ({"upstream": None}, (Not(WALK, join=(E,)),)),
    "every": (
        {"upstream": {"every": {"name": {"eq": "a"}}}},
        (
            Not(
                (
                    *WALK,
                    Not(
                        (Pattern(Variable("upstream"), "Dataset/name", NAME),),
                        join=(Variable("upstream"), NAME),
                    ),
                ),
                join=(E, NAME),
            ),
        ),
    ),
    "every of nothing": ({"upstream": {"every": {}}}, ()),
    "an edge's property": (
        {"owners": {"edge": {"duty": {"eq": "USER"}}}},
        (
            Or(
                (
                    (
                        Pattern(Variable("OwnedBy"), "edge/type", Constant(Keyword("OwnedBy"))),
                        Pattern(Variable("OwnedBy"), "edge/from", E),
                        Pattern(Variable("OwnedBy"), "edge/to", Variable("owners")),
                        AN_OWNER,
                        Pattern(Variable("OwnedBy"), "OwnedBy/duty", Variable("duty")),
                    ),
                ),
                join=(E, Variable("duty")),
            ),
        ),
    ),
    "to one": (
        {"steward": {"age": {"eq": 1}}},
        (
            Or(
                (
                    (
                        Pattern(E, "StewardedBy", Variable("steward")),
                        _type("steward", "Person"),
                        Pattern(Variable("steward"), "Person/age", Variable("age")),
                    ),
                ),
                join=(E, Variable("age")),
            ),
        ),
    ),
    "a reference": (
        {"replacement": {}},
        (
            Or(
                (
                    (
                        Pattern(E, "Dataset/replacement", Variable("replacement")),
                        _type("replacement", "Dataset"),
                    ),
                ),
                join=(E,),
            ),
        ),
    ),
    "and": (
        {"and": [{"name": {"eq": "a"}}, {"rows": {"eq": 1}}]},
        (Pattern(E, "Dataset/name", NAME), Pattern(E, "Dataset/rows", Variable("rows"))),
    ),
    "or": (
        {"or": [{"name": {"eq": "a"}}, {"name": {"eq": "b"}}]},
        (
            Or(
                ((Pattern(E, "Dataset/name", NAME),), (Pattern(E, "Dataset/name", NAME2),)),
                join=(E, NAME, NAME2),
            ),
        ),
    ),
    "or nothing": ({"or": []}, (NEVER,)),
    "or anything": ({"or": [{}, {"name": {"eq": "a"}}]}, ()),
    "not": (
        {"not": {"name": {"eq": "a"}}},
        (Not((Pattern(E, "Dataset/name", NAME),), join=(E, NAME)),),
    ),
    "not anything": ({"not": {}}, (NEVER,)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_filter_becomes_its_clauses(case: str) -> None:
    where, expected = CASES[case]
    assert _clauses(where) == expected


def test_an_interface_is_filtered_by_its_own_attributes_and_by_type() -> None:
    assert _clauses({"name": {"eq": "a"}, "type": {"in": ["Team"]}}, "Owner") == (
        Pattern(E, "Owner/name", NAME),
        _type("e", "Team"),
    )


@pytest.mark.parametrize(
    "where",
    [
        {"nothing": {"eq": 1}},
        {"name": {"like": "a"}},
        {"name": "a"},
        {"name": {"gt": None}},
        {"tags": {"eq": "a"}},
        {"upstream": {"any": {}}},
        {"and": [3]},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(where: object) -> None:
    with pytest.raises(BadUserInput):
        _clauses(where)


def _bound(where: object, variables: Mapping[str, object]) -> tuple[object, ...]:
    draft = _draft()
    clauses(Filtered(draft, Place((), "datasets"), E, "Dataset"), where)
    request = Request(variables, datetime(2024, 1, 1, tzinfo=UTC), b"")
    [site] = draft.sites()
    return tuple(value for each in site.bindings for value in each.values(request))


def test_values_are_read_by_the_attribute_when_the_request_comes() -> None:
    assert _bound({"rows": {"gt": Given(("n",)), "lt": "9"}}, {"n": 3}) == (3, 9)
    assert _bound({"name": {"in": Given(("n",))}}, {"n": ["a", "b"]}) == (["a", "b"],)
    seen = _bound({"seenAt": {"gte": "2024-01-01T00:00:00Z"}}, {})
    assert seen == (datetime(2024, 1, 1, tzinfo=UTC),)


@pytest.mark.parametrize("value", ["x", True, 2**63, 1.5])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(WrongValue, match=r"where\.rows\.eq"):
        _bound({"rows": {"eq": Given(("n",))}}, {"n": value})


def test_a_filter_says_lifecycles_at_any_depth_but_not_of_others() -> None:
    assert names_lifecycle({"or": [{"name": {}}, {"not": {"lifecycle": {"in": []}}}]})
    assert not names_lifecycle({"upstream": {"some": {"lifecycle": {"in": []}}}})
