"""Apollo Client's BatchHttpLink asks several things at once, and each has its own answer."""

from tests.clients.running import Node, Serving

_ANSWERS = [*range(1, 9), 2, ["BAD_USER_INPUT"], ["GRAPHQL_VALIDATION_FAILED"]]


async def test_apollo_asks_several_things_at_once(node: Node, sample: Serving) -> None:
    done = await node.run("batch.mjs", sample.url)
    bounded, unbounded, persisted = done["bounded"], done["unbounded"], done["persisted"]
    assert bounded["answers"] == _ANSWERS
    sent = sorted((each["operations"], each["status"]) for each in bounded["sent"])
    assert sent == [(1, 200), (10, 200)]
    # Eleven are more than the server takes: it answers with one error, and Apollo misses the list.
    assert unbounded["sent"] == [{"operations": 11, "status": 400}]
    [missed] = set(map(str, unbounded["answers"]))
    assert "server returned results with length 1, expected length of 11" in missed
    # Each operation of a list is told by itself that its hash is not known, and sends its text.
    assert persisted["answers"] == _ANSWERS
    assert {each["status"] for each in persisted["sent"]} == {200}
    assert sum(each["operations"] for each in persisted["sent"]) > len(_ANSWERS)
