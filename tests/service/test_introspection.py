"""Introspection is what graphql-core says of the schema, and may be switched off."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, execute_sync, get_introspection_query, parse, print_schema

from service.cli.schema import applied_to
from store.database import Database
from tests.service.conftest import Asking, serving

HEADWATER = str(Path(sys.executable).parent / "headwater")
_ALL = get_introspection_query(
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)
_QUERIES = (
    _ALL,
    get_introspection_query(descriptions=False),
    '{ __type(name: "Dataset") { name kind fields { name args { name defaultValue } } } }',
    '{ __type(name: "Nobody") { name } }',
    '{ a: __type(name: "Owner") { possibleTypes { name } b: fields { name } } __typename }',
    """
    { __schema { ...S types { __typename name ... on __Type { k: kind } } } }
    fragment S on __Schema { directives { name isRepeatable locations } __typename }
    """,
    """
    query ($all: Boolean = true) {
      __schema { queryType { fields(includeDeprecated: $all) { name type { kind ...T } } } }
    }
    fragment T on __Type { name ofType { name ofType { name } } }
    """,
    """
    query ($name: String!, $no: Boolean!) {
      __type(name: $name) { enumValues { name } inputFields { name } name @include(if: $no) }
    }
    """,
    "{ ...Q } fragment Q on Query { __schema { mutationType { name } subscriptionType { name } } }",
    "{ __schema { types { fields { type { fields { name } } } } } }",
)
_VARIABLES = {"name": "Kind", "no": False}


@pytest.mark.parametrize("query", _QUERIES, ids=range(len(_QUERIES)))
async def test_it_is_what_graphql_core_says(asking: Asking, query: str) -> None:
    core = asking.executor.live.current.core
    given = {name: value for name, value in _VARIABLES.items() if f"${name}:" in query}
    expected = execute_sync(core, parse(query), variable_values=given)
    assert expected.errors is None
    for _ in range(2):  # The second time, it is kept.
        found = await asking.post(query, variables=given)
        assert json.dumps(found["data"]) == json.dumps(expected.data)
        clock = await asking.executor.reading.database.clock()
        assert found["extensions"]["basis"]["t"] == str(clock.t)


async def test_what_tools_usually_ask_is_told_before_they_ask(asking: Asking) -> None:
    served = asking.executor.live.current
    async with asyncio.timeout(20):
        while len(served.introspected) < 2:  # noqa: ASYNC110  # A thread tells it.
            await asyncio.sleep(0.01)
    laid_out_otherwise = get_introspection_query().replace("\n", "\n ")
    found = await asking.post(laid_out_otherwise, operationName="IntrospectionQuery")
    assert found["data"]["__schema"]["queryType"] == {"name": "Query", "kind": "OBJECT"}
    assert len(served.introspected) == 2


async def test_it_stands_beside_facts_in_the_order_of_the_query(asking: Asking) -> None:
    query = """{
      first: datasets { totalCount }
      ...Meta
      last: basis { t }
      again: __type(name: "Team") { name }
    }
    fragment Meta on Query { __schema { queryType { name } } __typename }"""
    found = await asking.post(query)
    assert list(found["data"]) == ["first", "__schema", "__typename", "last", "again"]
    assert found["data"]["__schema"] == {"queryType": {"name": "Query"}}
    assert found["data"]["first"] == {"totalCount": 2}
    assert found["data"]["again"] == {"name": "Team"}


async def test_circles_through_lists_are_refused(asking: Asking) -> None:
    deep = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    deeper = deep.replace("{ name }", "{ type { fields { type { fields { name } } } } }")
    [error] = (await asking.post(deeper))["errors"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_what_the_catalog_says_reaches_the_schema(asking: Asking) -> None:
    query = "query ($name: String!) { __type(name: $name) { description } }"
    for name, described in (
        ("Dataset", "A table or a view."),
        ("Owner", "Anything that can own something."),
    ):
        found = (await asking.post(query, variables={"name": name}))["data"]
        assert found["__type"]["description"] == described


async def test_every_scalar_of_ours_says_what_specifies_it(asking: Asking) -> None:
    found = (await asking.post("{ __schema { types { kind name specifiedByURL } } }"))["data"]
    scalars = [each for each in found["__schema"]["types"] if each["kind"] == "SCALAR"]
    silent = {each["name"] for each in scalars if each["specifiedByURL"] is None}
    assert silent == {"String", "Int", "Float", "Boolean", "ID", "_Any"}  # Federation names it so.
    assert len(scalars) > len(silent)


async def test_it_can_be_switched_off(database_url: str) -> None:
    async with serving(database_url, introspection=False) as asking:
        for query in (_ALL, '{ x: __type(name: "Query") { name } basis { t } }'):
            refused = await asking.post(query)
            [error] = refused["errors"]
            assert error["extensions"]["code"] == "INTROSPECTION_DISABLED"
            assert "data" not in refused
        assert (await asking.post("{ __typename }"))["data"] == {"__typename": "Query"}
        [error] = (await asking.post("{ basi { t } }"))["errors"]
        assert "Did you mean" not in error["message"]
        assert (await asking.http.get("/schema.graphql")).status_code == 404


async def test_the_schema_is_there_as_sorted_text_with_its_hash(asking: Asking) -> None:
    answer = await asking.http.get("/schema.graphql")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert print_schema(build_schema(answer.text)) == answer.text.strip()
    types = [line.split()[1] for line in answer.text.splitlines() if line.startswith("type ")]
    assert types == sorted(types)
    etag = answer.headers["etag"]
    assert asking.executor.live.current.public.hash in etag
    again = await asking.http.get("/schema.graphql", headers={"If-None-Match": f'"x", W/{etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await asking.http.head("/schema.graphql")).headers["etag"] == etag


async def test_relay_gets_a_node_by_its_id_alone_and_all_else_as_it_is(asking: Asking) -> None:
    whole = (await asking.http.get("/schema.graphql")).text
    answer = await asking.http.get("/schema.graphql?for=relay")
    for_relay, served = build_schema(answer.text), build_schema(whole)
    assert for_relay.query_type is not None
    assert served.query_type is not None
    assert list(for_relay.query_type.fields["node"].args) == ["id"]
    del served.query_type.fields["node"].args["asOf"]
    assert print_schema(for_relay) == print_schema(served)
    assert answer.headers["etag"] != (await asking.http.get("/schema.graphql")).headers["etag"]
    assert (await asking.http.get("/schema.graphql?for=nobody")).status_code == 400


async def test_the_command_line_prints_the_same_text(asking: Asking, world_url: str) -> None:
    served = (await asking.http.get("/schema.graphql")).text
    command = ("schema", "print", "--public", "--database-url", world_url)
    printing = await asyncio.create_subprocess_exec(
        HEADWATER, *command, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await printing.communicate()
    assert (printing.returncode, printed.decode()) == (0, served)


async def test_a_deprecated_attribute_can_still_be_read(empty: Asking, database_url: str) -> None:
    catalog = """type Thing @entity {
      "How it was called." old: String @deprecated(reason: "use name")
      name: String
    }"""
    async with Database.open(database_url) as other:
        await applied_to(other, catalog)
    write = "mutation ($it: JSON!) { transact(transaction: {upsert: [$it]}) { basis { t } } }"
    given = {"it": {"type": "Thing", "urn": "hw://a", "old": "x"}}
    assert "errors" not in await empty.post(write, variables=given)
    query = """{
      thing(id: "hw://a") { old }
      __type(name: "Thing") {
        fields(includeDeprecated: true) { name description deprecationReason }
      }
    }"""
    found: Any = await empty.post(query)
    assert found["data"]["thing"] == {"old": "x"}
    [old] = [each for each in found["data"]["__type"]["fields"] if each["name"] == "old"]
    says = {"description": "How it was called.", "deprecationReason": "use name"}
    assert old == {"name": "old", **says}


_LISTS = " ".join(f"f{n}: fields {{ name }}" for n in range(490))
_SCHEMAS = " ".join(
    f"s{n}: __schema {{ types {{ fields {{ args {{ name }} }} }} }}" for n in range(400)
)


@pytest.mark.parametrize(
    "query",
    [f"{{ __schema {{ types {{ {_LISTS} }} }} }}", f"{{ {_SCHEMAS} }}"],
    ids=["lists", "schemas"],
)
async def test_the_schema_is_not_told_many_times_over(asking: Asking, query: str) -> None:
    answer = await asking.post(query)
    [error] = answer["errors"]
    assert "data" not in answer
    assert (error["extensions"]["code"], error["extensions"]["limit"]) == (
        "LIMIT_EXCEEDED",
        "introspection",
    )
    assert error["extensions"]["given"] > error["extensions"]["most"]
