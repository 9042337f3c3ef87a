"""graphql-sse, in its mode of distinct connections, hears what is written, and goes on."""

from tests.clients.running import Node, Serving

_MEMBERS = "hw://dataset/lake/accounts.members"


async def test_graphql_sse_hears_what_is_written_and_goes_on(node: Node, sample: Serving) -> None:
    done = await node.run("graphql-sse.mjs", sample.url, _MEMBERS)
    # A query is one event, and the end.
    assert done["asked"] == ["next", "complete"]
    first = int(done["basis"]) + 1
    told = [(int(each["t"]), each["reason"]) for each in (*done["heard"], *done["resumed"])]
    assert told == list(enumerate(("one", "two", "three", "four"), first))
    assert done["invalid"] == ["GRAPHQL_VALIDATION_FAILED"]
