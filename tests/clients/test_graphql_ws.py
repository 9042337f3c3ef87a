"""graphql-ws hears what is written meanwhile, goes on where it was, and is closed for nonsense."""

from tests.clients.running import Node, Serving

_MEMBERS = "hw://dataset/lake/accounts.members"


async def test_graphql_ws_hears_what_is_written_and_goes_on(node: Node, sample: Serving) -> None:
    done = await node.run("graphql-ws.mjs", sample.url, _MEMBERS)
    first = int(done["basis"]) + 1
    told = [(int(each["t"]), each["reason"]) for each in (*done["heard"], *done["resumed"])]
    # The two that were written while nobody listened come first when it is back.
    assert told == list(enumerate(("one", "two", "three", "four"), first))
    assert done["invalid"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert int(done["after"]) == first + 3
    assert done["connections"] == 1
    assert done["codes"] == {"early": 4401, "twice": 4429, "sameId": 4409, "unknown": 4400}
