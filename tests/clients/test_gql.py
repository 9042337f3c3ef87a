"""PyPI's gql asks, fetches the schema, writes, fails and listens, over HTTP and over sockets."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.async_transport import AsyncTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError, build_schema, lexicographic_sort_schema, print_schema

from tests.clients.running import Serving

_MEMBERS = "hw://dataset/lake/accounts.members"
_EVERYTHING = {
    "specified_by_url": True,
    "directive_is_repeatable": True,
    "schema_description": True,
    "input_value_deprecation": True,
}
_COUNTED = gql("query ($urn: ID!) { dataset(id: $urn) { rowCount } }")
_WRITE = gql(
    """mutation ($urn: ID!, $rows: Long, $reason: String) {
      upsertDatasets(items: [{ urn: $urn, rowCount: $rows }], about: { reason: $reason }) {
        transaction { t }
      }
    }"""
)
_HEARD = gql("subscription ($after: TimePoint) { transactions(after: $after) { t reason } }")


def _over_http(sample: Serving) -> HTTPXAsyncTransport:
    return HTTPXAsyncTransport(url=sample.url)


def _over_sockets(sample: Serving) -> WebsocketsTransport:
    return WebsocketsTransport(url=sample.url.replace("http", "ws"))


async def test_gql_knows_the_very_schema_that_is_served(sample: Serving) -> None:
    client = Client(
        transport=_over_http(sample),
        fetch_schema_from_transport=True,
        introspection_args=_EVERYTHING,
    )
    async with client as session, httpx.AsyncClient() as http:
        served = await http.get(sample.url.replace("/graphql", "/schema.graphql"))
        assert client.schema is not None
        told = print_schema(lexicographic_sort_schema(client.schema))
        # Of @oneOf it does not ask.
        assert told == print_schema(build_schema(served.text.replace(" @oneOf", "")))
        # What does not fit it is refused before it is sent.
        with pytest.raises(GraphQLError, match="Cannot query field 'wheels'"):
            await session.execute(gql("{ datasets { wheels } }"))


@pytest.mark.parametrize("transport", [_over_http, _over_sockets])
async def test_gql_asks_writes_and_is_told_what_is_wrong(
    sample: Serving, transport: Callable[[Serving], AsyncTransport]
) -> None:
    async with Client(transport=transport(sample)) as session:
        asked = GraphQLRequest(_COUNTED, variable_values={"urn": _MEMBERS})
        before = await session.execute(asked)
        assert int(before["dataset"]["rowCount"]) > 9
        rows = {"urn": _MEMBERS, "rows": "9", "reason": None}
        await session.execute(GraphQLRequest(_WRITE, variable_values=rows))
        assert await session.execute(asked) == {"dataset": {"rowCount": "9"}}
        with pytest.raises(TransportQueryError) as failed:
            await session.execute(gql("{ datasets(first: -1) { totalCount } basis { t } }"))
        [error] = failed.value.errors or []
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert failed.value.data is not None
        assert failed.value.data["basis"]["t"]


async def test_gql_hears_what_is_written_and_goes_on(sample: Serving) -> None:
    async with Client(transport=_over_http(sample)) as writing:
        first = await _written(writing, "one")
        heard = asyncio.create_task(_heard(sample, str(first - 1), 2))
        await _written(writing, "two")
        assert await heard == [(first, "one"), (first + 1, "two")]
        await _written(writing, "three")
        assert await _heard(sample, str(first + 1), 1) == [(first + 2, "three")]


async def _written(session: AsyncClientSession, reason: str) -> int:
    """Write another number of rows each time; return the t."""
    rows = {"urn": _MEMBERS, "rows": str(ord(reason[1])), "reason": reason}
    report = await session.execute(GraphQLRequest(_WRITE, variable_values=rows))
    return int(report["upsertDatasets"]["transaction"]["t"])


async def _heard(sample: Serving, after: str, count: int) -> list[tuple[int, str]]:
    asked = GraphQLRequest(_HEARD, variable_values={"after": after})
    heard = []
    async with asyncio.timeout(30), Client(transport=_over_sockets(sample)) as session:
        async for event in session.subscribe(asked):
            told = event["transactions"]
            heard.append((int(told["t"]), told["reason"]))
            if len(heard) == count:
                break
    return heard
