"""GraphQL over HTTP at /graphql, and GraphiQL for browsers."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
import structlog
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse

from schema.execution.documents import RequestErrors
from schema.execution.executor import Executor
from schema.execution.failures import INTERNAL, broken
from schema.execution.requests import Request, Response, refusal
from service.documents.persisted import BAD_REQUEST, PersistedDocuments, is_by_content
from service.graphiql.page import GraphiQL
from service.graphql_request import Refused, from_get, posted, read_batch, read_request
from service.http_accept import GRAPHQL, HTML, JSON, chosen
from service.http_body import http_response, length_of, response_of
from service.http_cache import ASKED_AGAIN, KEPT_FOR_EVER, NEVER_KEPT, etag
from service.room import holding

SCHEMA, BASIS = "Headwater-Schema", "Headwater-Basis"
TOLD_HEADERS = ("ETag", SCHEMA, BASIS)
"""The headers of an answer that scripts of pages elsewhere may read too."""

_ANSWERS = (JSON, GRAPHQL)
_OFFERED = (*_ANSWERS, HTML)
_CONTENT_TYPES = {each: f"{each}; charset=utf-8" for each in _ANSWERS}
# What is sent as JSON is never taken for a script, whatever page names it.
_OF_ALL = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
_log = structlog.get_logger("headwater.http")


@dataclass(frozen=True, slots=True)
class GraphQLView:
    """Answers HTTP requests to /graphql with an executor."""

    executor: Executor
    body_limit: int
    batch_limit: int
    documents: PersistedDocuments
    graphiql: GraphiQL

    async def answer(self, http: HttpRequest) -> HttpResponse:
        """Answer the request in a URL or a body; give a browser GraphiQL."""
        response = await self._answer(http)
        holding(http.scope).keep(length_of(response))
        return response

    async def _answer(self, http: HttpRequest) -> HttpResponse:
        accept, is_get = http.headers.get("accept"), http.method != "POST"
        if is_get and chosen(accept, _OFFERED) == HTML:
            return self.graphiql.answer()
        media_type = chosen(accept, _ANSWERS)
        if media_type is None:
            sentence = f"what can be had is {GRAPHQL} and {JSON}"
            return _refused(Refused(HTTPStatus.NOT_ACCEPTABLE, sentence), JSON)
        try:
            return await self._answered(http, media_type, is_get=is_get)
        except Refused as refused:
            return _refused(refused, media_type)
        except ClientDisconnect:
            return HttpResponse(status_code=HTTPStatus.BAD_REQUEST, headers=_OF_ALL)
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            return _broken(error, media_type)

    async def _answered(self, http: HttpRequest, media_type: str, *, is_get: bool) -> HttpResponse:
        """Answer the request in a URL or a body. Raises Refused."""
        try:
            if is_get:
                request = from_get(http.query_params, http.headers, self.documents)
            else:
                body = await posted(http, self.body_limit)
                if isinstance(body, list):
                    return await self._batch(http, body, media_type)
                request = read_request(body, http.headers, self.documents)
            response = await self._execute(http, request, is_get=is_get)
        except RequestErrors as errors:
            response = refusal(errors)
        return _told(http, response, media_type, is_get=is_get)

    async def _batch(
        self, http: HttpRequest, given: Sequence[object], media_type: str
    ) -> HttpResponse:
        """Answer a list of operations by a list. Raises Refused.

        They are done one after the other: a query sees what a mutation before it has written, and
        nobody has more of the server at once because of a list.
        """
        try:
            requests = read_batch(given, http.headers, self.documents, self.batch_limit)
        except RequestErrors as errors:
            return _told(http, refusal(errors), media_type, is_get=False)
        answers = [(await self._one_of_several(http, each)).body() for each in requests]
        return _json(answers, HTTPStatus.OK, media_type, {})

    async def _one_of_several(
        self, http: HttpRequest, request: Request | RequestErrors
    ) -> Response:
        """Answer one operation of a list: whatever is wrong with it is not the others' fault."""
        if isinstance(request, RequestErrors):
            return refusal(request)
        try:
            return await self._execute(http, request, is_get=False)
        except RequestErrors as errors:
            return refusal(errors)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            return Response(executed=False, errors=[broken(error)])

    async def _execute(self, http: HttpRequest, request: Request, *, is_get: bool) -> Response:
        known = self.executor.known(request)
        if known is not None:
            expect = holding(http.scope).expect
            response = await _while_connected(http, known.answer(expect))
            if response is not None:
                return response
        prepared = await self.executor.prepare_aside(request)
        if is_get and prepared.is_mutation:
            sentence = "send a mutation by POST"
            allow = {"Allow": "POST"}
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, sentence, headers=allow)
        if prepared.is_query:
            answering = self.executor.run(prepared, holding(http.scope).expect)
            return await _while_connected(http, answering)
        return await self.executor.run(prepared)  # What was sent to be written is written.


Answered = TypeVar("Answered", Response, Response | None)

_SOON = 0.05
"""Seconds that an answer may take before it is looked at whether anybody still waits for it."""


async def _while_connected(
    http: HttpRequest, answering: Coroutine[object, object, Answered]
) -> Answered:
    """Return the response; where whoever asked is gone, cancel it. Raises ClientDisconnect."""
    watch = _Watch(http, asyncio.current_task())
    # Most answers are there sooner than a task could be made to wait for the client's end.
    timer = asyncio.get_running_loop().call_later(_SOON, watch.begin)
    try:
        try:
            return await answering
        finally:
            timer.cancel()
            await watch.end()
    except asyncio.CancelledError:
        if watch.is_over():
            raise ClientDisconnect from None
        raise


@dataclass(eq=False, slots=True)
class _Watch:
    """Cancels a task once the client that it answers is gone."""

    http: HttpRequest
    answering: "asyncio.Task[Any] | None"
    _watching: "asyncio.Task[None] | None" = None
    _is_gone: bool = False

    def begin(self) -> None:
        self._watching = asyncio.create_task(self._watch())

    async def end(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait((self._watching,))

    def is_over(self) -> bool:
        """Tell whether it was this, and nobody else, that cancelled."""
        return self._is_gone and self.answering is not None and not self.answering.uncancel()

    async def _watch(self) -> None:
        while (await self.http.receive())["type"] != "http.disconnect":
            pass
        if self.answering is not None:
            self._is_gone = True
            self.answering.cancel()


def _told(http: HttpRequest, response: Response, media_type: str, *, is_get: bool) -> HttpResponse:
    """Return a response as HTTP has it, with what caches may do to the answer of a GET."""
    headers = _told_headers(response)
    if not response.executed:
        return _json(response.body(), _status(response, media_type), media_type, headers)
    if is_get:
        errors = orjson.dumps(response.errors, default=str)
        parts = (response.schema_hash.encode(), media_type.encode(), errors)
        asked_for = http.query_params.get("schema")
        is_told = is_by_content(http.query_params.get("documentId"))
        is_fixed = response.is_pinned and is_told and asked_for == response.schema_hash
        headers |= {"ETag": etag(*parts, data=response.written)}
        headers |= {"Cache-Control": KEPT_FOR_EVER if is_fixed else ASKED_AGAIN}
    told = {"Content-Type": _CONTENT_TYPES[media_type], **headers, **_OF_ALL}
    return response_of(response.pieces(), HTTPStatus.OK, told)


def _told_headers(response: Response) -> dict[str, str]:
    headers = {SCHEMA: response.schema_hash} if response.schema_hash else {}
    if response.basis is not None:
        headers[BASIS] = str(response.basis.t)
    if not response.executed:
        headers["Cache-Control"] = NEVER_KEPT
    return headers


def _refused(refused: Refused, media_type: str) -> HttpResponse:
    extensions = {"code": refused.code, "category": "incorrect"}
    errors = [{"message": refused.sentence, "extensions": extensions}]
    headers = {"Cache-Control": NEVER_KEPT, **refused.headers}
    return _json({"errors": errors}, refused.status, media_type, headers)


def _broken(error: Exception, media_type: str) -> HttpResponse:
    identity = uuid.uuid4().hex
    _log.error("fault", id=identity, exc_info=error)
    message = f"something went wrong here (logged as {identity})"
    extensions = {"code": INTERNAL, "category": "fault", "id": identity}
    errors = [{"message": message, "extensions": extensions}]
    headers = {"Cache-Control": NEVER_KEPT}
    return _json({"errors": errors}, HTTPStatus.INTERNAL_SERVER_ERROR, media_type, headers)


def _status(response: Response, media_type: str) -> HTTPStatus:
    """Return the status of a request that was not executed.

    Clients that are older than the GraphQL media type take it from the body alone, and would not
    read that where the status is not 200; but a request that is none was none to them either.
    """
    told = [each["extensions"] for each in response.errors]
    if any(each.get("code") == BAD_REQUEST for each in told):
        return HTTPStatus.BAD_REQUEST
    if media_type == JSON:
        return HTTPStatus.OK
    if any(each.get("category") == "unavailable" for each in told):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.BAD_REQUEST


def _json(
    body: Mapping[str, object] | Sequence[object],
    status: HTTPStatus,
    media_type: str,
    headers: Mapping[str, str],
) -> HttpResponse:
    told = {"Content-Type": _CONTENT_TYPES[media_type], **headers, **_OF_ALL}
    return http_response(orjson.dumps(body, default=str), status, told)
