"""Apollo Client asks by hash, is told that nobody knows it, sends the text once, and no more."""

from tests.clients.running import Node, Serving


async def test_apollo_sends_a_text_once(node: Node, sample: Serving) -> None:
    by_get, by_post = await node.run("persisted.mjs", sample.url)
    for told in (by_get, by_post):
        assert told["first"] == told["again"]
        assert told["first"]["transactions"]["nodes"]
    assert [each["hasText"] for each in by_get["sent"]] == [False, True, False]
    # The server remembers it for every client, and however they ask.
    assert [each["hasText"] for each in by_post["sent"]] == [False, False]
    assert [each["method"] for each in by_get["sent"]] == ["GET", "POST", "GET"]
