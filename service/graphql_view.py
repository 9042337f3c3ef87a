"""GraphQL over HTTP at /graphql, and GraphiQL for browsers."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import orjson
import structlog
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse
from starlette.responses import Response as HttpResponse
from strawberry.http.ides import get_graphql_ide_html

from schema.execution.documents import RequestErrors
from schema.execution.executor import Executor
from schema.execution.failures import INTERNAL
from schema.execution.requests import Request, Response, refusal
from service.graphql_request import Refused, from_get, from_post
from service.http_accept import GRAPHQL, HTML, JSON, chosen

_ANSWERS = (JSON, GRAPHQL)
_VARY = {"Vary": "Accept"}
_log = structlog.get_logger("headwater.http")


@dataclass(frozen=True, slots=True)
class GraphQLView:
    """Answers HTTP requests to /graphql with an executor."""

    executor: Executor
    body_limit: int

    async def answer(self, http: HttpRequest) -> HttpResponse:
        """Answer the request in a URL or a body; give a browser GraphiQL."""
        accept, is_get = http.headers.get("accept"), http.method != "POST"
        if is_get and chosen(accept, (*_ANSWERS, HTML)) == HTML:
            return HTMLResponse(_page(), headers=_VARY)
        media_type = chosen(accept, _ANSWERS)
        if media_type is None:
            sentence = f"what can be had is {GRAPHQL} and {JSON}"
            return _refused(Refused(HTTPStatus.NOT_ACCEPTABLE, sentence), JSON)
        try:
            return await self._answer(http, media_type, is_get=is_get)
        except Refused as refused:
            return _refused(refused, media_type)
        except ClientDisconnect:
            return HttpResponse(status_code=HTTPStatus.BAD_REQUEST)
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            return _broken(error, media_type)

    async def _answer(self, http: HttpRequest, media_type: str, *, is_get: bool) -> HttpResponse:
        request = (
            from_get(http.query_params, http.headers)
            if is_get
            else await from_post(http, self.body_limit)
        )
        response = await self._execute(http, request, is_get=is_get)
        status = HTTPStatus.OK
        if media_type == GRAPHQL and not response.executed:
            status = _status(response)
        return _json(response.body(), status, media_type)

    async def _execute(self, http: HttpRequest, request: Request, *, is_get: bool) -> Response:
        try:
            prepared = await self.executor.prepare_aside(request)
            if is_get and not prepared.is_query:
                sentence = "send a mutation by POST"
                allow = {"Allow": "POST"}
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, sentence, headers=allow)
            if prepared.is_query:
                return await _while_connected(http, self.executor.run(prepared))
            return await self.executor.run(prepared)  # What was sent to be written is written.
        except RequestErrors as errors:
            return refusal(errors)


async def _while_connected(
    http: HttpRequest, answering: Coroutine[object, object, Response]
) -> Response:
    """Return the response; where whoever asked is gone, cancel it. Raises ClientDisconnect."""
    answer = asyncio.create_task(answering)
    gone = asyncio.create_task(_disconnected(http))
    try:
        await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        raise ClientDisconnect
    finally:
        gone.cancel()
        answer.cancel()
        await asyncio.wait((answer, gone))


async def _disconnected(http: HttpRequest) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass


def _refused(refused: Refused, media_type: str) -> HttpResponse:
    extensions = {"code": refused.code, "category": "incorrect"}
    errors = [{"message": refused.sentence, "extensions": extensions}]
    return _json({"errors": errors}, refused.status, media_type, refused.headers)


def _broken(error: Exception, media_type: str) -> HttpResponse:
    identity = uuid.uuid4().hex
    _log.error("fault", id=identity, exc_info=error)
    message = f"something went wrong here (logged as {identity})"
    extensions = {"code": INTERNAL, "category": "fault", "id": identity}
    errors = [{"message": message, "extensions": extensions}]
    return _json({"errors": errors}, HTTPStatus.INTERNAL_SERVER_ERROR, media_type)


def _status(response: Response) -> HTTPStatus:
    for error in response.errors:
        extensions = error.get("extensions")
        if isinstance(extensions, Mapping) and extensions.get("category") == "unavailable":
            return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.BAD_REQUEST


def _json(
    body: Mapping[str, object],
    status: HTTPStatus,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    content = orjson.dumps(body, default=str)
    return HttpResponse(
        content,
        status,
        {"Content-Type": f"{media_type}; charset=utf-8", **_VARY, **(headers or {})},
    )


def _page() -> str:
    return get_graphql_ide_html("graphiql").replace("Strawberry GraphiQL", "Headwater")
