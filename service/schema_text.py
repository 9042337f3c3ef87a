"""The served schema in SDL at /schema.graphql, for tools that read files."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from schema.execution.served import LiveSchema
from service.http_body import reply
from service.http_cache import ASKED_AGAIN

_TYPE = "text/plain; charset=utf-8"
_FORMS = {None: "", "relay": "-relay"}
"""What may be asked for, and the end of its tag."""


def answer(request: Request, live: LiveSchema) -> ASGIApp:
    """Return the schema with its hash as the ETag; 404 where it is not told.

    `?for=relay` is the part that relay-compiler takes. `http_cache.Conditional` answers with 304.
    """
    served = live.current
    if not served.limits.introspection:
        sentence = "this server does not tell its schema: ask whoever runs it for the SDL\n"
        return PlainTextResponse(sentence, HTTPStatus.NOT_FOUND)
    form = request.query_params.get("for")
    if form not in _FORMS:
        known = " and ".join(f"for={each}" for each in _FORMS if each)
        return PlainTextResponse(f"there is {known}, and the whole\n", HTTPStatus.BAD_REQUEST)
    tag = f'"{served.public.hash}{_FORMS[form]}"'
    headers = {"ETag": tag, "Cache-Control": ASKED_AGAIN, "Content-Type": _TYPE}
    text = served.public.relay if form else served.public.sdl
    return reply(text.encode(), HTTPStatus.OK, headers)
