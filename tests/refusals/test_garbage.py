"""Whatever is sent to /graphql is answered in JSON, with a code, and never by a fault of ours."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import NewDatabase
from tests.refusals.conftest import filled, verified
from tests.refusals.world import JSON, Door, told
from tests.serving import serving

SETTINGS = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SAMPLES = (
    """{ dataset(id: "hw://d/clean", asOf: "2024-02-01") {
      name tags upstream(first: 1) { nodes { urn } pageInfo { endCursor } totalCount }
    } }""",
    """query ($where: DatasetFilter) {
      datasets(where: $where, orderBy: [{name: ASC}]) {
        totalCount
        edges { cursor node { __typename urn history { nodes { attribute value op } } } }
      }
    }""",
    """query a($of: [ID!]!) {
      lineage(of: $of, maxDepth: 2, direction: BOTH) {
        nodes { urn depth } edges { from to back } frontier { hidden cursor } complete
      }
    }""",
    "{ transactions(last: 2) { nodes { t instant facts { nodes { value } } } } basis { t } }",
    """fragment f on Entity { urn lifecycle }
    { nodes(ids: [1, "T1"]) { id ... on Entity { ...f } } }""",
)
WORDS = (*("hw://d/clean", "hw://nobody", "T2", "E1048576", "2024-01-01", "ASC", "\ud800", "\0"),)
KEYS = (
    *("eq", "in", "name", "and", "or", "not", "upstream", "some", "every", "edge", "type", "urn"),
    *("from", "to", "key", "upsert", "link", "retract", "lifecycle", "tags", "\0"),
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(WORDS),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    ),
    max_leaves=12,
)


class Knocking:
    """A server in a loop of its own, so that tests that are not coroutines can knock."""

    def __init__(self, runner: asyncio.Runner, door: Door) -> None:
        self._runner = runner
        self.door = door

    def send(self, body: bytes, headers: dict[str, str] | None = None) -> Any:
        """Send bytes, and return the answer, which `Door.send` holds to what is promised."""
        status, answer = self._runner.run(self.door.send(body, headers or JSON))
        assert status in {200, 400, 415}
        for each in answer if isinstance(answer, list) else [answer]:
            assert set(each) <= {"data", "errors", "extensions"}
            assert each.get("errors") != []
        if status != 200:
            assert told(status, answer).code
        return answer

    def ask(self, query: str, variables: object = None) -> Any:
        """Send an operation; return the answer."""
        return self.send(json.dumps({"query": query, "variables": variables}).encode())


@pytest.fixture(scope="module")
def knocking(new_database: NewDatabase, template: str) -> Iterator[Knocking]:
    with new_database(template) as url, asyncio.Runner() as runner:
        runner.run(filled(url))
        server = serving(url)
        served = runner.run(server.__aenter__())
        try:
            knocking = Knocking(runner, runner.run(Door.of(served)))
            yield knocking
            assert runner.run(knocking.door.state()) == knocking.door.holds
            assert runner.run(verified(url)).findings == ()
        finally:
            runner.run(server.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def served_schema(knocking: Knocking) -> GraphQLSchema:
    return build_client_schema(knocking.ask(get_introspection_query())["data"])


@SETTINGS
@given(st.binary(max_size=200))
def test_bytes_are_answered(knocking: Knocking, body: bytes) -> None:
    knocking.send(body)


@SETTINGS
@given(st.one_of(values, st.fixed_dictionaries({"query": values}, optional={
    "variables": values, "operationName": values, "extensions": values,
})))  # fmt: skip
def test_json_of_any_shape_is_answered(knocking: Knocking, body: Any) -> None:
    knocking.send(json.dumps(body).encode())


def test_operations_without_a_query_are_answered_one_by_one(knocking: Knocking) -> None:
    answers = knocking.send(b"[{}, {}]")
    assert [list(each) for each in answers] == [["errors"], ["errors"]]


@SETTINGS
@given(st.text(max_size=100))
def test_texts_are_answered(knocking: Knocking, query: str) -> None:
    knocking.ask(query)


@SETTINGS
@given(st.data())
def test_damaged_documents_are_answered(knocking: Knocking, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLES))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(place, min(len(text), place + 8)))
        junk = st.sampled_from(
            [*'{}()[]!$:@"#.', "...", "null", "-1", "@skip(if: true)", "é", "\\u"]
        )
        text = text[:place] + data.draw(st.one_of(st.just(""), junk)) + text[end:]
    knocking.ask(text, {"where": {"name": {"eq": "raw"}}, "of": ["hw://d/clean"]})


@SETTINGS
@given(where=values, of=values)
def test_variables_of_any_shape_are_answered(knocking: Knocking, where: Any, of: Any) -> None:
    knocking.ask(SAMPLES[1], {"where": where})
    knocking.ask(SAMPLES[2], {"of": of})


@SETTINGS
@given(st.data())
def test_arguments_of_any_value_are_answered(
    knocking: Knocking, served_schema: GraphQLSchema, data: st.DataObject
) -> None:
    """Every argument of every root field, given what it is not for."""
    query_type = served_schema.query_type
    assert query_type is not None
    name = data.draw(st.sampled_from(sorted(query_type.fields)))
    field = query_type.fields[name]
    names = data.draw(
        st.lists(st.sampled_from(sorted(field.args) or [""]), unique=True, max_size=4)
    )
    chosen = {argument: field.args[argument].type for argument in names if argument}
    required = {each: one.type for each, one in field.args.items() if str(one.type).endswith("!")}
    declared = {**required, **chosen}
    head = ", ".join(f"${each}: {kind}" for each, kind in declared.items())
    given_ = ", ".join(f"{each}: ${each}" for each in declared)
    text = (
        f"query ({head}) {{ {name}({given_}) {{ __typename }} }}"
        if declared
        else (f"{{ {name} {{ __typename }} }}")
    )
    knocking.ask(text, {each: data.draw(values) for each in declared})


@SETTINGS
@given(values)
def test_transactions_of_any_shape_are_answered(knocking: Knocking, it: Any) -> None:
    """On a dry run: what is fine is not written."""
    text = """mutation ($it: TransactionInput!) {
      transact(transaction: $it, dryRun: true) { redundant }
    }"""
    knocking.ask(text, {"it": it})
    knocking.ask(text, {"it": {"upsert": it}})
    knocking.ask(text, {"it": {"upsert": [{"type": "Dataset", "urn": "hw://d/x", "details": it}]}})
    knocking.ask(text, {"it": {"link": it, "retract": it}})


@SETTINGS
@given(st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]),
                       st.one_of(st.text(max_size=30), st.sampled_from(SAMPLES))))  # fmt: skip
def test_urls_are_answered(knocking: Knocking, parameters: dict[str, str]) -> None:
    encoded = {key: value.encode("utf-8", "replace").decode() for key, value in parameters.items()}

    async def get() -> bytes:
        response = await knocking.door.served.client.get("/graphql", params=encoded)
        assert response.status_code in {200, 400, 405}
        return response.content

    answer = orjson.loads(knocking._runner.run(get()))
    for error in answer.get("errors", ()):
        assert error["extensions"]["category"] != "fault"
