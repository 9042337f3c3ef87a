"""graphql-js builds the schema of what introspection tells, as GraphiQL does, and it is the SDL."""

import httpx

from tests.clients.running import Node, Serving


async def test_graphql_js_reads_the_very_schema_that_is_served(node: Node, sample: Serving) -> None:
    told = await node.run("introspection.mjs", sample.url)
    assert told["invalid"] == []
    # Who asks for less is told of no other types.
    assert len(set(told["types"])) == 1
    async with httpx.AsyncClient() as client:
        served = await client.get(sample.url.replace("/graphql", "/schema.graphql"))
    assert told["sdl"].strip() == served.text.strip()
