"""The served schema in SDL at /schema.graphql, for tools that read files."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from schema.execution.served import LiveSchema

_ANY = "*"


def answer(request: Request, live: LiveSchema) -> Response:
    """Return the schema, or 304 where the client has it already; 404 where it is not told."""
    served = live.current
    if not served.limits.introspection:
        sentence = "this server does not tell its schema: ask whoever runs it for the SDL\n"
        return PlainTextResponse(sentence, HTTPStatus.NOT_FOUND)
    tag = f'"{served.public.hash}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return PlainTextResponse(served.public.sdl, headers=headers)


def _has(if_none_match: str, tag: str) -> bool:
    """Tell whether a client names the tag, compared weakly (RFC 9110, section 13.1.2)."""
    named = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in named or _ANY in named
