"""ETags, and what caches may do: revalidate, or keep for ever what is as of a t.

An ETag is weak: it stands for the data, not for the bytes, and not for `extensions.basis`, which
goes on with every transaction. So a client that asks again gets 304 until its data have changed.
"""

import hashlib
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NEVER_KEPT = "no-store"
ASKED_AGAIN = "no-cache"
KEPT_FOR_EVER = "public, max-age=31536000, immutable"

_OF_A_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})


def etag(*parts: bytes, data: Iterable[bytes] = ()) -> str:
    """Return the ETag of what these parts decide, and data, in however many pieces they come."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    for piece in data:
        digest.update(piece)
    return f'W/"{digest.hexdigest()}"'


class Conditional:
    """Answers 304 to who has what would be sent: where an answer of 200 has an ETag.

    Each encoding has an ETag of its own, so this has to stand outside of what compresses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; leave the body out of an answer that is known already."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).getlist("if-none-match")
        await self._app(scope, receive, _sparing(known, send))


def _sparing(known: list[str], send: Send) -> Send:
    is_known = False

    async def spared(message: Message) -> None:
        nonlocal is_known
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = MutableHeaders(raw=message["headers"])
            _encoded(headers)
            is_known = _names(known, headers.get("etag"))
            if is_known:
                kept = [pair for pair in headers.raw if pair[0].lower() not in _OF_A_BODY]
                message = {**message, "status": 304, "headers": kept}
        if not (is_known and message["type"] == "http.response.body"):
            await send(message)
        elif not message.get("more_body"):
            await send({"type": "http.response.body"})

    return spared


def _encoded(headers: MutableHeaders) -> None:
    """Let the ETag of an encoded answer name the encoding."""
    tag, encoding = headers.get("etag"), headers.get("content-encoding")
    if tag is not None and encoding is not None:
        headers["etag"] = f'{tag.removesuffix(chr(34))}-{encoding}"'


def _names(known: list[str], tag: str | None) -> bool:
    """Tell whether a tag is among those that a client knows, however weak they are."""
    if tag is None:
        return False
    told = {each.strip().removeprefix("W/") for line in known for each in line.split(",")}
    return "*" in told or tag.removeprefix("W/") in told
