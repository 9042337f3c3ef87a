"""GraphQL over HTTP at /graphql, and GraphiQL for browsers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus

import orjson
import structlog
from starlette.requests import ClientDisconnect

from schema.execution.documents import RequestErrors
from schema.execution.executor import Executor
from schema.execution.failures import INTERNAL, broken
from schema.execution.requests import Request, Response, refusal
from service.documents.persisted import BAD_REQUEST, PersistedDocuments, is_by_content
from service.exchange import Exchange
from service.graphiql.page import GraphiQL
from service.graphql_request import MIN_T, Refused, from_get, posted, read_batch, read_request
from service.http_accept import GRAPHQL, HTML, JSON, chosen
from service.http_body import Headers, Reply, raw, reply
from service.http_cache import ASKED_AGAIN, KEPT_FOR_EVER, NEVER_KEPT, etag

SCHEMA, BASIS = "Headwater-Schema", "Headwater-Basis"
_BASIS = BASIS.lower().encode()
TOLD_HEADERS = ("ETag", SCHEMA, BASIS)
"""The headers of an answer that scripts of pages elsewhere may read too."""

_ANSWERS = (JSON, GRAPHQL)
_OFFERED = (*_ANSWERS, HTML)
_CONTENT_TYPES = {each: f"{each}; charset=utf-8" for each in _ANSWERS}
# What is sent as JSON is never taken for a script, whatever page names it.
_OF_ALL = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
_MOST_KEPT = 64
_log = structlog.get_logger("headwater.http")


@dataclass(frozen=True, slots=True)
class GraphQLView:
    """Answers HTTP requests to /graphql with an executor."""

    executor: Executor
    body_limit: int
    batch_limit: int
    documents: PersistedDocuments
    graphiql: GraphiQL

    async def answer(self, http: Exchange) -> Reply:
        """Answer the request in a URL or a body; give a browser GraphiQL."""
        media_type = chosen(http.header(b"accept"), _ANSWERS)
        try:
            answer = await self._answered(http, media_type)
        except Refused as refused:
            answer = _refused(refused, media_type or JSON)
        except ClientDisconnect:
            answer = reply(b"", HTTPStatus.BAD_REQUEST, _OF_ALL)
        except Exception as error:  # noqa: BLE001  # The edge: the unforeseen is logged and masked.
            answer = _broken(error, media_type or JSON)
        http.holding.keep(answer.length)
        return answer

    async def _answered(self, http: Exchange, media_type: str | None) -> Reply:
        """Answer by a media type, or for a browser by GraphiQL. Raises Refused."""
        is_get = not http.is_post
        if is_get and chosen(http.header(b"accept"), _OFFERED) == HTML:
            return self.graphiql.answer()
        if media_type is None:
            raise Refused(HTTPStatus.NOT_ACCEPTABLE, f"what can be had is {GRAPHQL} and {JSON}")
        try:
            if is_get:
                request = from_get(http.query_params, http.header(MIN_T), self.documents)
            else:
                body = await posted(http, self.body_limit)
                if isinstance(body, list):
                    return await self._batch(http, body, media_type)
                request = read_request(body, http.header(MIN_T), self.documents)
            response = await self._execute(http, request, is_get=is_get)
        except RequestErrors as errors:
            response = refusal(errors)
        return _told(http, response, media_type, is_get=is_get)

    async def _batch(self, http: Exchange, given: Sequence[object], media_type: str) -> Reply:
        """Answer a list of operations by a list. Raises Refused.

        They are done one after the other: a query sees what a mutation before it has written, and
        nobody has more of the server at once because of a list.
        """
        try:
            min_t = http.header(MIN_T)
            requests = read_batch(given, min_t, self.documents, self.batch_limit)
        except RequestErrors as errors:
            return _told(http, refusal(errors), media_type, is_get=False)
        answers = [(await self._one_of_several(http, each)).body() for each in requests]
        return _json(answers, HTTPStatus.OK, media_type, {})

    async def _one_of_several(self, http: Exchange, request: Request | RequestErrors) -> Response:
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

    async def _execute(self, http: Exchange, request: Request, *, is_get: bool) -> Response:
        known = self.executor.known(request)
        if known is not None:
            response = await http.while_connected(known.answer(http.holding.expect))
            if response is not None:
                return response
        prepared = await self.executor.prepare_aside(request)
        if is_get and prepared.is_mutation:
            sentence = "send a mutation by POST"
            allow = {"Allow": "POST"}
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, sentence, headers=allow)
        if prepared.is_query:
            answering = self.executor.run(prepared, http.holding.expect)
            return await http.while_connected(answering)
        return await self.executor.run(prepared)  # What was sent to be written is written.


def _told(http: Exchange, response: Response, media_type: str, *, is_get: bool) -> Reply:
    """Return a response as HTTP has it, with what caches may do to the answer of a GET."""
    if not response.executed:
        headers = {"Cache-Control": NEVER_KEPT}
        return _json(response.body(), _status(response, media_type), media_type, headers)
    told = [*_heads(media_type, response.schema_hash)]
    if response.basis is not None:
        told.append((_BASIS, b"%d" % response.basis.t))
    if is_get:
        errors = orjson.dumps(response.errors, default=str)
        parts = (response.schema_hash.encode(), media_type.encode(), errors)
        asked_for = http.query_params.get("schema")
        is_told = is_by_content(http.query_params.get("documentId"))
        is_fixed = response.is_pinned and is_told and asked_for == response.schema_hash
        told += raw({"ETag": etag(*parts, data=response.written)})
        told += raw({"Cache-Control": KEPT_FOR_EVER if is_fixed else ASKED_AGAIN})
    pieces = response.pieces()
    return Reply(HTTPStatus.OK, told, pieces, sum(map(len, pieces)))


@lru_cache(_MOST_KEPT)
def _heads(media_type: str, schema_hash: str) -> Headers:
    """Return the headers of all answers that have a type, made with a schema where that is told."""
    told = {"Content-Type": _CONTENT_TYPES[media_type], **_OF_ALL}
    return raw(told | {SCHEMA: schema_hash} if schema_hash else told)


def _refused(refused: Refused, media_type: str) -> Reply:
    extensions = {"code": refused.code, "category": "incorrect"}
    errors = [{"message": refused.sentence, "extensions": extensions}]
    headers = {"Cache-Control": NEVER_KEPT, **refused.headers}
    return _json({"errors": errors}, refused.status, media_type, headers)


def _broken(error: Exception, media_type: str) -> Reply:
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
) -> Reply:
    told = {"Content-Type": _CONTENT_TYPES[media_type], **headers, **_OF_ALL}
    return reply(orjson.dumps(body, default=str), status, told)
