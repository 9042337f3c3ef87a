"""What the events of each field say, over both protocols."""

from contextlib import aclosing

from tests.subscriptions.running import events, running, socket_to, writing

RAW, CLEAN = "hw://dataset/x/raw", "hw://dataset/x/clean"


async def test_every_transaction_comes_once_as_of_itself(catalog_url: str) -> None:
    query = """subscription ($after: TimePoint) {
      transactions(after: $after) {
        t actor
        facts { nodes { attribute value op entity { urn ... on Dataset { name rows } } } }
      }
    }"""
    async with running(catalog_url) as server, writing(catalog_url) as writer:
        first = await writer.write(upsert=[{"type": "Dataset", "urn": RAW, "name": "raw"}])
        async with socket_to(server) as socket:
            await socket.begin()
            await socket.subscribe(query, {"after": first - 1})
            old = await socket.next()
            second = await writer.write(
                upsert=[{"type": "Dataset", "urn": RAW, "name": "events", "rows": 3}]
            )
            new = await socket.next()
    assert [int(each["data"]["transactions"]["t"]) for each in (old, new)] == [first, second]
    assert old["extensions"]["basis"]["t"] == str(first)
    for event, name in ((old, "raw"), (new, "events")):
        facts = event["data"]["transactions"]["facts"]["nodes"]
        assert {each["entity"]["name"] for each in facts} == {name}
    said = [(f["attribute"], f["op"]) for f in new["data"]["transactions"]["facts"]["nodes"]]
    assert ("name", "RETRACT") in {(a.rpartition("/")[2], op) for a, op in said}


async def test_an_event_stream_says_the_same_with_the_t_as_id(catalog_url: str) -> None:
    query = """subscription ($after: TimePoint) {
      entityChanged(ids: ["hw://dataset/x/raw"], after: $after) {
        t transaction { t actor }
        entities { entity { urn ... on Dataset { name } } facts { attribute op value } }
      }
    }"""
    async with running(catalog_url) as server, writing(catalog_url) as writer:
        first = await writer.write(upsert=[{"type": "Dataset", "urn": RAW, "name": "raw"}])
        await writer.write(upsert=[{"type": "Dataset", "urn": CLEAN, "name": "clean"}])
        third = await writer.write(link=[{"type": "DerivedFrom", "from": CLEAN, "to": RAW}])
        heard = []
        async with aclosing(events(server, query, {"after": 0})) as stream:
            async for each in stream:
                heard.append(each)
                if len(heard) == 2:
                    break
    assert [(name, kind) for name, kind, _ in heard] == [(str(first), "next"), (str(third), "next")]
    told = [data["data"]["entityChanged"] for *_, data in heard]
    assert [each["transaction"]["t"] for each in told] == [str(first), str(third)]
    [[was], [linked]] = [each["entities"] for each in told]
    assert was["entity"] == linked["entity"] == {"urn": RAW, "name": "raw"}
    assert {fact["value"] for fact in was["facts"]} >= {"raw", RAW}
    assert linked["facts"] == []
