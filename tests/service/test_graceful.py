"""A server that is told to stop lets what is under way end, over real sockets."""

import asyncio
import socket

import httpx
import uvicorn

from service.app import create_app
from service.cli.schema import applied_to
from service.settings import Settings
from store.database import Database
from tests.service.world import CATALOG

_WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it) { transaction { t } }
}"""


def _transaction(number: int) -> dict[str, object]:
    upsert = {"type": "Team", "urn": f"hw://team/x/{number}", "name": f"Team {number}"}
    return {"upsert": [upsert]}


async def test_requests_in_flight_are_answered_before_the_server_ends(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await applied_to(database, CATALOG)
    app = create_app(Settings(database_url=database_url))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()[:2]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it.
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}", timeout=30) as http:
            writes = [
                asyncio.create_task(
                    http.post(
                        "/graphql",
                        json={"query": _WRITE, "variables": {"it": _transaction(number)}},
                    )
                )
                for number in range(20)
            ]
            await asyncio.sleep(0.05)
            server.should_exit = True
            answers = await asyncio.gather(*writes, return_exceptions=True)
        await serving
    acknowledged = [each.json() for each in answers if isinstance(each, httpx.Response)]
    assert all(each["data"]["transact"]["transaction"] for each in acknowledged)
    async with Database.open(database_url) as database:
        clock = await database.clock()
    assert clock.t == 1 + len(acknowledged)
    assert acknowledged
