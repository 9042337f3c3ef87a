"""What the events of each field say, over both protocols."""

from contextlib import aclosing

from service.cli.schema import applied_to
from store.database import Database
from tests.service.world import CATALOG
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
        async with socket_to(server.at) as socket:
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
        async with aclosing(events(server.at, query, {"after": 0})) as stream:
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


async def test_a_subscription_outlives_a_new_schema_or_says_why_not(catalog_url: str) -> None:
    query = """subscription { transactions(after: 1) {
      t facts { nodes { entity { ... on Model { name } } } }
    } }"""
    renamed = CATALOG.replace(
        "type Model @entity {\n  name: String",
        'type Model @entity {\n  title: String @was(name: "name")',
    )
    async with (
        running(catalog_url) as server,
        writing(catalog_url) as writer,
        Database.open(catalog_url, pool_size=1) as database,
        socket_to(server.at) as socket,
    ):
        await socket.begin()
        await socket.subscribe(query)
        await applied_to(database, f"{CATALOG}\ntype Extra @entity {{ name: String }}")
        await writer.write(upsert=[{"type": "Extra", "urn": "hw://extra/x/1", "name": "more"}])
        heard = [(await socket.next())["data"]["transactions"]["t"] for _ in range(2)]
        assert heard == ["2", "3"]
        assert renamed != CATALOG
        await applied_to(database, renamed)
        refused = await socket.hear()
    assert (refused["type"], refused["id"]) == ("error", "1")
    [error] = refused["payload"]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "'name' on type 'Model'" in error["message"]


async def test_only_transactions_that_pass_come(catalog_url: str) -> None:
    query = """subscription ($where: TransactionFilter, $after: TimePoint) {
      transactions(where: $where, after: $after) { t }
    }"""
    filters: list[tuple[dict[str, object], list[int]]] = [
        ({"actor": {"eq": "ann"}}, [3, 6]),
        ({"source": {"in": ["git", "ui"]}, "actor": {"isNull": True}}, [4]),
        ({"facts": {"type": ["Team"]}}, [3, 4, 5]),
        ({"not": {"facts": {"entity": RAW}}}, [3, 4, 5]),
        ({"facts": {"edgeType": ["DerivedFrom"], "op": "ASSERT"}}, [6]),
        ({"since": 4}, [5, 6]),
    ]
    async with running(catalog_url) as server, writing(catalog_url) as writer:
        await writer.write(upsert=[{"type": "Dataset", "urn": RAW, "name": "raw"}])
        for number, about in enumerate(({"actor": "ann"}, {"source": "git"}, {})):
            team = {"type": "Team", "urn": f"hw://team/x/{number}", "name": "A"}
            await writer.write(tx=about, upsert=[team])
        link = {"type": "DerivedFrom", "from": CLEAN, "to": RAW}
        await writer.write(
            tx={"actor": "ann"}, link=[link], upsert=[{"type": "Dataset", "urn": RAW, "name": "r"}]
        )
        async with socket_to(server.at) as socket:
            await socket.begin()
            for where, ts in filters:
                await socket.subscribe(query, {"where": where, "after": 1}, str(where))
                heard = [
                    int((await socket.next(str(where)))["data"]["transactions"]["t"]) for _ in ts
                ]
                assert heard == ts, where
                await socket.say(type="complete", id=str(where))
            await socket.subscribe(query, {"where": {"facts": {"attributes": ["nothing"]}}})
            refused = await socket.hear()
    assert refused["payload"][0]["extensions"]["code"] == "UNKNOWN_ATTRIBUTE"
