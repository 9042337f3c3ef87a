"""The served schema in SDL at /schema.graphql, for tools that read files."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from schema.execution.served import LiveSchema

_ANY = "*"
_FORMS = {None: "", "relay": "-relay"}
"""What may be asked for, and the end of its tag."""


def answer(request: Request, live: LiveSchema) -> Response:
    """Return the schema, or 304 where the client has it already; 404 where it is not told.

    `?for=relay` is the part that relay-compiler takes.
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
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    text = served.public.relay if form else served.public.sdl
    return PlainTextResponse(text, headers=headers)


def _has(if_none_match: str, tag: str) -> bool:
    """Tell whether a client names the tag, compared weakly (RFC 9110, section 13.1.2)."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in named or _ANY in named
