"""The served schema in SDL at /schema.graphql, for tools that read files."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from schema.execution.served import LiveSchema
from service.http_cache import ASKED_AGAIN

_FORMS = {None: "", "relay": "-relay"}
"""What may be asked for, and the end of its tag."""


def answer(request: Request, live: LiveSchema) -> Response:
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
    headers = {"ETag": tag, "Cache-Control": ASKED_AGAIN}
    text = served.public.relay if form else served.public.sdl
    return PlainTextResponse(text, headers=headers)
