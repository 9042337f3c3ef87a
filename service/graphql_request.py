"""From HTTP to a GraphQL request, as GraphQL over HTTP has it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect

from schema.execution.documents import RequestErrors, exceeded
from schema.execution.requests import Request
from service.documents.persisted import PersistedDocuments
from service.exchange import Exchange
from service.http_accept import is_json
from store.ids import FIRST_TRANSACTION, T

MIN_T = b"headwater-min-t"
_NO_MIN_TS = (None, None)


@dataclass(eq=False)
class Refused(Exception):
    """An HTTP request is no GraphQL request."""

    status: HTTPStatus
    sentence: str
    code: str = "BAD_REQUEST"
    headers: Mapping[str, str] = field(default_factory=dict)


async def from_post(http: Exchange, most: int, documents: PersistedDocuments) -> Request:
    """Return the request in a POST body of at most `most` bytes. Raises Refused, RequestErrors."""
    given = await posted(http, most)
    if isinstance(given, list):
        raise _bad("the body has to be one JSON object with a query, not a list of them")
    return read_request(given, http.header(MIN_T), documents)


async def posted(http: Exchange, most: int) -> Mapping[str, object] | list[object]:
    """Return the object, or list, in a POST body of at most `most` bytes. Raises Refused."""
    if not is_json(http.header(b"content-type")):
        sentence = "send the request as application/json in UTF-8"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, sentence)
    try:
        given = orjson.loads(await _body(http, most))
    except orjson.JSONDecodeError as error:
        raise _bad(f"the body is not JSON: {error}") from None
    if not isinstance(given, dict | list):
        raise _bad("the body has to be a JSON object with a query")
    return given


def read_batch(
    given: Sequence[object], min_t: str | None, documents: PersistedDocuments, most: int
) -> tuple[Request | RequestErrors, ...]:
    """Return the requests of a list, in order, or what is wrong with one that names its document.

    Raises Refused, RequestErrors where none of them is to be executed.
    """
    if not given:
        raise _bad("the list is empty: it has to hold operations")
    if len(given) > most:
        sentence = f"{len(given)} operations come in one request"
        raise exceeded("batch", len(given), most, sentence)
    return tuple(_item(each, place, min_t, documents) for place, each in enumerate(given, 1))


def _item(
    given: object, place: int, min_t: str | None, documents: PersistedDocuments
) -> Request | RequestErrors:
    if not isinstance(given, dict):
        raise _bad(f"operation {place} has to be a JSON object with a query")
    try:
        return read_request(given, min_t, documents)
    except Refused as refused:
        raise _bad(f"operation {place}: {refused.sentence}") from None
    except RequestErrors as errors:
        return errors


def from_get(parameters: QueryParams, min_t: str | None, documents: PersistedDocuments) -> Request:
    """Return the request in the parameters of a GET. Raises Refused, RequestErrors."""
    given: dict[str, object] = dict(parameters)
    for name in ("variables", "extensions"):
        text = given.pop(name, None)
        if isinstance(text, str) and text:
            try:
                given[name] = orjson.loads(text)
            except orjson.JSONDecodeError as error:
                raise _bad(f"{name} is not JSON: {error}") from None
    return read_request(given, min_t, documents)


async def _body(http: Exchange, most: int) -> bytes:
    told = http.header(b"content-length")
    if told is not None and told.isdecimal() and int(told) > most:
        raise _too_large(most)
    pieces: list[bytes] = []
    left = most
    is_more = True
    while is_more:
        message = await http.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        left -= len(pieces[-1])
        if left < 0:
            raise _too_large(most)
        is_more = message.get("more_body", False)
    return b"".join(pieces)


def _too_large(most: int) -> Refused:
    sentence = f"a request has at most {most} bytes"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return Refused(status, sentence, "LIMIT_EXCEEDED", {"Connection": "close"})


def read_request(
    given: Mapping[str, object], min_t: str | None, documents: PersistedDocuments
) -> Request:
    """Return the request that a JSON object and a header are. Raises Refused, RequestErrors."""
    name = given.get("operationName")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName has to be a string")
    variables = _object(given, "variables")
    min_ts = (min_t or None, _object(given, "extensions").get("minT"))
    query = documents.text(given)
    least = None if min_ts == _NO_MIN_TS else _least(min_ts)
    return Request(query, variables, name or None, least)


def _least(min_ts: Iterable[object]) -> T:
    """Return the t that is asked for; whoever asks for two wants both. Raises Refused."""
    return max(_t(each) for each in min_ts if each is not None)


def _object(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _bad(f"{name} has to be a JSON object")
    return value


def _t(given: object) -> T:
    digits = str(given)
    if not isinstance(given, int | str) or not (digits.isascii() and digits.isdigit()):
        raise _bad("minT has to be the t of a transaction, such as 42")
    if len(digits) > 18 or int(digits) >= FIRST_TRANSACTION:
        raise _bad("minT is larger than any t can be")
    return T(int(digits))


def _bad(sentence: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, sentence)
