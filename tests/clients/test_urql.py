"""urql asks, writes, fails, asks by hash, and listens over event streams and over sockets."""

from tests.clients.running import Node, Serving

_MEMBERS = "hw://dataset/lake/accounts.members"
_GRAPHQL = "application/graphql-response+json"


async def test_urql_does_what_an_application_does(node: Node, sample: Serving) -> None:
    done = await node.run("urql.mjs", sample.url, _MEMBERS)
    assert int(done["before"]["rowCount"]) > 41
    assert done["after"] == {"id": done["before"]["id"], "rowCount": "41"}
    # It offers event streams too, last, and must not be given one where one answer is all.
    assert all("text/event-stream" in each["accept"] for each in done["sent"])
    assert {(each["status"], each["type"]) for each in done["sent"]} == {(200, _GRAPHQL)}
    field, document = done["errors"]["field"], done["errors"]["document"]
    assert field["codes"] == ["BAD_USER_INPUT"]
    assert field["data"]["datasets"] is None
    assert int(field["data"]["basis"]["t"])
    # A status of 400 with errors in the body is told as these errors, not as a broken network.
    assert document == {"codes": ["GRAPHQL_VALIDATION_FAILED"], "network": None}
    assert done["streamed"] == ["before listening", "while listening"]
    assert done["socketed"] == ["before listening", "while listening"]
    by_post, by_get = done["byPost"], done["byGet"]
    assert [each["hasText"] for each in by_post["sent"]] == [False, True, False]
    assert {each["method"] for each in by_post["sent"]} == {"POST"}
    # The server remembers the text, for whoever asks and however.
    assert [each["hasText"] for each in by_get["sent"]] == [False, False]
    assert {each["method"] for each in by_get["sent"]} == {"GET"}
    for answer in (*by_post["answers"], *by_get["answers"]):
        assert answer["id"] == done["before"]["id"]
