"""npm's graphql-http audits the server: GraphQL over HTTP, each of its checks."""

from tests.clients.running import Node, Serving

_AUDITS = 61


async def test_every_audit_of_graphql_over_http_is_passed(node: Node, empty: Serving) -> None:
    audits = await node.run("audit.mjs", empty.url)
    assert [each for each in audits if each["status"] != "ok"] == []
    assert len(audits) == _AUDITS
