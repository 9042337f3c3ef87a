"""A server that is told to stop lets what is under way end, over real sockets."""

import asyncio
import socket

import httpx
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from service.app import create_app
from service.cli.schema import applied_to
from service.settings import Settings
from store.database import Database
from tests.service.world import CATALOG

_WRITES = 20

_WRITE = """mutation ($it: TransactionInput!) {
  transact(transaction: $it) { transaction { t } }
}"""


def _transaction(number: int) -> dict[str, object]:
    upsert = {"type": "Team", "urn": f"hw://team/x/{number}", "name": f"Team {number}"}
    return {"upsert": [upsert]}


class _Arrivals:
    """An application that tells when as many requests as are expected are under way."""

    def __init__(self, application: ASGIApp, expected: int) -> None:
        self._application = application
        self._missing = expected
        self.complete = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._missing -= 1
            if not self._missing:
                self.complete.set()
        await self._application(scope, receive, send)


async def test_requests_in_flight_are_answered_before_the_server_ends(database_url: str) -> None:
    async with Database.open(database_url) as database:
        await applied_to(database, CATALOG)
    app = _Arrivals(create_app(Settings(database_url=database_url)), _WRITES)
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
                for number in range(_WRITES)
            ]
            await app.complete.wait()
            server.should_exit = True
            answers = [each.json() for each in await asyncio.gather(*writes)]
        await serving
    assert all(each["data"]["transact"]["transaction"] for each in answers)
    async with Database.open(database_url) as database:
        clock = await database.clock()
    assert clock.t == 1 + _WRITES
