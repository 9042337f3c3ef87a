"""Which names this server answers to, where a setting lists them.

A page may have its own name lead to this machine (DNS rebinding). Then the browser takes the
server for that page's, and lets it read and write; but what it sends still bears the page's name.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from service.logs import PROBES

HOST_NOT_SERVED = "HOST_NOT_SERVED"
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^\s/?#@:\[\]]+)(:\d*)?")


class Hosts:
    """Refuses what is meant for another host, HTTP or WebSocket; probes may come by any name."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app = app
        names = [each.lower() for each in names]
        self._names = frozenset(names)
        self._endings = tuple(each.removeprefix("*") for each in names if each.startswith("*"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, if it is meant for us."""
        if scope["type"] == "lifespan" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        given = ", ".join(Headers(scope=scope).getlist("host"))  # Several are none.
        if self._has(given):
            await self._app(scope, receive, send)
        else:
            await _refusal(given)(scope, receive, send)

    def _has(self, given: str) -> bool:
        """Tell whether a host, with or without a port, is one of ours."""
        found = _HOST.fullmatch(given.lower())
        if found is None:
            return False
        name = found["name"].removesuffix(".")
        return name in self._names or name.endswith(self._endings)


def _refusal(given: str) -> JSONResponse:
    sentence = (
        f"this server does not answer for the host {given!r}:"
        " ask it by a name of its own, or add the name to HEADWATER_HOSTS"
    )
    extensions = {"code": HOST_NOT_SERVED, "category": "forbidden"}
    body = {"errors": [{"message": sentence, "extensions": extensions}]}
    return JSONResponse(body, HTTPStatus.MISDIRECTED_REQUEST)
