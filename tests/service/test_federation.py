"""The server as a subgraph of Federation 2: its SDL, and the entities that others refer to."""

from typing import Any

import pytest
from graphql import DirectiveNode, ObjectTypeDefinitionNode, parse

from tests.service.conftest import Asking, serving

RAW, TEAM, MODEL = "hw://dataset/x/raw", "hw://team/x/core", "hw://model/x/ranker"

_ENTITIES = """query ($of: [_Any!]!) {
  _entities(representations: $of) {
    __typename
    ... on Dataset { urn name upstream { totalCount } }
    ... on Team { urn title: name }
    ... on Model { team { name } }
    ... on Unknown { urn }
  }
}"""


def _of(kind: str, **key: object) -> dict[str, object]:
    return {"__typename": kind, **key}


async def _found(asking: Asking, *of: object) -> list[Any]:
    found: list[Any] = (await asking.data(_ENTITIES, {"of": of}))["_entities"]
    return found


async def test_entities_of_all_types_come_in_order_by_one_statement(asking: Asking) -> None:
    raw = (await asking.data(f'{{ dataset(id: "{RAW}") {{ id }} }}'))["dataset"]["id"]
    found = await _found(
        asking,
        _of("Model", urn=MODEL),
        _of("Dataset", urn="hw://dataset/x/nobody"),
        _of("Team", urn=TEAM),
        _of("Dataset", id=raw),
        _of("Dataset", id=raw, urn=RAW),
    )
    dataset = {"__typename": "Dataset", "urn": RAW, "name": "raw events"}
    dataset["upstream"] = {"totalCount": 0}  # type: ignore[assignment]  # JSON.
    assert found == [
        {"__typename": "Model", "team": {"name": "Core"}},
        None,
        {"__typename": "Team", "urn": TEAM, "title": "Core"},
        dataset,
        dataset,
    ]


async def test_an_interface_stands_for_whoever_implements_it(asking: Asking) -> None:
    team = {"__typename": "Team", "urn": TEAM, "title": "Core"}
    found = await _found(
        asking, _of("Owner", urn=TEAM), _of("Entity", urn=TEAM), _of("Owner", urn=RAW)
    )
    assert found == [team, team, None]


async def test_what_is_of_another_type_is_null(asking: Asking) -> None:
    edge = await asking.data(
        f'{{ dataset(id: "{RAW}") {{ downstream {{ edges {{ edge {{ id }} }} }} }} }}'
    )
    [row] = edge["dataset"]["downstream"]["edges"]
    found = await _found(
        asking, _of("Team", urn=RAW), _of("Dataset", id=row["edge"]["id"]), _of("Dataset", id="T1")
    )
    assert found == [None, None, None]


async def test_nobody_asked_for_is_nobody_found(asking: Asking) -> None:
    assert await _found(asking) == []


async def test_it_may_be_asked_with_literals_beside_other_fields(asking: Asking) -> None:
    data = await asking.data(
        """query ($urn: String) {
          a: _entities(representations: [{__typename: "Dataset", urn: $urn}]) {
            ... on Entity { urn lifecycle }
          }
          b: _entities(representations: {__typename: "Team", urn: "hw://team/x/core"}) {
            ... on Owner { name }
          }
          basis { t }
        }""",
        {"urn": RAW},
    )
    assert data == {
        "a": [{"urn": RAW, "lifecycle": "ENRICHED"}],
        "b": [{"name": "Core"}],
        "basis": {"t": "4"},
    }


@pytest.mark.parametrize(
    "malformed",
    [
        5,
        "hw://dataset/x/raw",
        [],
        {},
        {"urn": RAW},
        {"__typename": "Dataset"},
        {"__typename": "Dataset", "urn": None},
        {"__typename": "Dataset", "urn": 5},
        {"__typename": "Dataset", "name": "raw"},
        {"__typename": "Nothing", "urn": RAW},
        {"__typename": "Query", "urn": RAW},
        {"__typename": "DerivedFrom", "id": "E1048576"},
        {"__typename": ["Dataset"], "urn": RAW},
        {"__typename": None, "urn": RAW},
    ],
    ids=str,
)
async def test_what_is_malformed_is_the_error_of_its_place(asking: Asking, malformed: Any) -> None:
    of = [_of("Team", urn=TEAM), malformed, _of("Team", urn=TEAM)]
    response = await asking.ask(_ENTITIES, {"of": of})
    team = {"__typename": "Team", "urn": TEAM, "title": "Core"}
    assert response.data == {"_entities": [team, None, team]}
    [error] = response.errors
    assert error["path"] == ["_entities", 1]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("representations[1]: ")


async def test_what_no_urn_can_be_is_null(asking: Asking) -> None:
    found = await _found(asking, *(_of("Dataset", urn=urn) for urn in ("", "raw", "x" * 10_000)))
    assert found == [None, None, None]


async def test_how_many_is_bounded(asking: Asking) -> None:
    response = await asking.ask(_ENTITIES, {"of": [_of("Team", urn=TEAM)] * 10_001})
    assert response.data is None
    [error] = response.errors
    assert (error["path"], error["extensions"]["code"]) == (["_entities"], "LIMIT_EXCEEDED")


async def test_they_are_as_they_are_now(asking: Asking) -> None:
    response = await asking.ask("{ _entities(representations: [], asOf: 1) { __typename } }")
    assert response.errors[0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def _directives(nodes: tuple[DirectiveNode, ...] | None) -> set[str]:
    return {node.name.value for node in nodes or ()}


async def test_the_sdl_tells_keys_and_what_may_be_shared(asking: Asking) -> None:
    told = await asking.data("{ _service { __typename sdl } }")
    assert told["_service"]["__typename"] == "_Service"
    definitions = parse(told["_service"]["sdl"]).definitions
    by_name: dict[str, Any] = {
        each.name.value: each for each in definitions if hasattr(each, "name")
    }
    for name in ("Dataset", "Team", "Model", "Unknown", "Owner", "Entity"):
        assert _directives(by_name[name].directives) == {"key"}, name
    for name in ("PageInfo", "Basis", "DatasetConnection", "DerivedFrom", "Transaction"):
        assert _directives(by_name[name].directives) == {"shareable"}, name
    for name in ("Query", "Mutation", "Node", "Edge"):
        assert not _directives(by_name[name].directives), name
    assert not {"_Any", "_Entity", "_Service"} & by_name.keys()
    query = by_name["Query"]
    assert isinstance(query, ObjectTypeDefinitionNode)
    fields = {each.name.value for each in query.fields or ()}
    assert "datasets" in fields
    assert not {"_entities", "_service"} & fields


async def test_no_schema_is_told_where_introspection_is_off(database_url: str) -> None:
    async with serving(database_url, introspection=False) as asking:
        response = await asking.ask("{ _service { sdl } basis { t } }")
    [error] = response.errors
    assert error["extensions"]["code"] == "INTROSPECTION_DISABLED"
