"""Server-Sent Events: one stream an operation, resumed by the id of the last event."""

from contextlib import aclosing

import httpx

from tests.subscriptions.running import PATIENCE, events, running, writing

ALL = "subscription ($after: TimePoint) { transactions(after: $after) { t } }"
STREAM = {"Accept": "text/event-stream"}
NAMED = {"type": "Team", "urn": "hw://team/x/a", "name": "A"}


async def test_a_query_is_one_event_and_complete(catalog_url: str) -> None:
    async with running(catalog_url) as server:
        heard = [each async for each in events(server.at, "{ basis { t } }")]
        refused = [each async for each in events(server.at, "{ nothing }")]
    assert [kind for _, kind, _ in heard] == ["next", "complete"]
    assert heard[0][2]["data"] == {"basis": {"t": "1"}}
    assert [kind for _, kind, _ in refused] == ["next", "complete"]
    assert refused[0][2]["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in refused[0][2]


async def test_the_last_event_id_goes_on_right_after_that_event(catalog_url: str) -> None:
    async with running(catalog_url) as server, writing(catalog_url) as writer:
        for number in range(5):
            await writer.write(upsert=[{**NAMED, "name": f"A{number}"}])
        stream = events(server.at, ALL, {"after": 0}, **{"Last-Event-ID": "4"})
        heard = []
        async with aclosing(stream):
            async for name, _, data in stream:
                heard.append((name, data["data"]["transactions"]["t"]))
                if len(heard) == 2:
                    break
    assert heard == [("5", "5"), ("6", "6")]


async def test_a_get_streams_too_and_never_writes(catalog_url: str) -> None:
    async with running(catalog_url) as server, httpx.AsyncClient(timeout=PATIENCE) as http:
        got = await http.get(server.at.http, params={"query": "{ basis { t } }"}, headers=STREAM)
        assert got.text.startswith(":\n\nevent: next\ndata: {")
        assert got.text.endswith("\n\nevent: complete\ndata:\n\n")
        mutation = 'mutation { transact(transaction: {retract: ["hw://x/y/z"]}) { redundant } }'
        got = await http.get(server.at.http, params={"query": mutation}, headers=STREAM)
        assert (got.status_code, got.headers["allow"]) == (405, "POST")


async def test_an_id_that_is_not_ours_is_refused(catalog_url: str) -> None:
    async with running(catalog_url) as server, httpx.AsyncClient(timeout=PATIENCE) as http:
        for last in ("x", "-1", "1" * 16, "٣"):
            headers = {b"Accept": b"text/event-stream", b"Last-Event-ID": last.encode()}
            got = await http.post(server.at.http, json={"query": ALL}, headers=headers)
            assert got.status_code == 400
            assert "Last-Event-ID" in got.json()["errors"][0]["message"]


async def test_without_a_stream_a_subscription_is_refused(catalog_url: str) -> None:
    async with running(catalog_url) as server, httpx.AsyncClient(timeout=PATIENCE) as http:
        for got in (
            await http.post(server.at.http, json={"query": ALL}),
            await http.get(server.at.http, params={"query": ALL}, headers={"Accept": "*/*"}),
        ):
            assert "text/event-stream" in got.json()["errors"][0]["message"]


async def test_silence_is_filled_and_the_end_of_the_server_ends_it(catalog_url: str) -> None:
    async with (
        running(catalog_url, stream_silence=0.05) as server,
        httpx.AsyncClient(timeout=PATIENCE) as http,
        http.stream("POST", server.at.http, json={"query": ALL}, headers=STREAM) as response,
    ):
        text = ""
        async for chunk in response.aiter_text():
            text += chunk
            if len(text) > 30:
                server.server.should_exit = True
        assert set(text) == {":", "\n"}


async def test_too_many_streams_are_told_to_come_later(catalog_url: str) -> None:
    async with (
        running(catalog_url, stream_limit=0) as server,
        httpx.AsyncClient(timeout=PATIENCE) as http,
    ):
        got = await http.post(server.at.http, json={"query": ALL}, headers=STREAM)
    assert (got.status_code, got.headers["retry-after"]) == (503, "5")
