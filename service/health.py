"""Whether the process lives, and whether it can answer."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from schema.execution.served import LiveSchema
from store.database import Database
from store.errors import OurFault

_PATIENCE = 2.0


@dataclass(slots=True)
class Health:
    """Answers probes; a server that is `leaving` is not ready, while it still answers requests."""

    database: Database
    live: LiveSchema
    leaving: bool = False

    async def live_probe(self, _: Request) -> Response:
        """Say that the process lives."""
        return JSONResponse({"live": True})

    async def ready_probe(self, _: Request) -> Response:
        """Say whether the database answers and a schema is served."""
        if self.leaving:
            return _not_ready("the server is shutting down")
        try:
            async with asyncio.timeout(_PATIENCE):
                clock = await self.database.clock()
        except (OurFault, TimeoutError):
            return _not_ready("the database does not answer")
        served = self.live.current.catalogue.t
        return JSONResponse({"ready": True, "t": str(clock.t), "schemaT": str(served)})


def _not_ready(because: str) -> Response:
    body = {"ready": False, "because": because}
    return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"})
