"""Which pages may open a socket: browsers let any page try, and tell only where it comes from."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_welcome(headers: Headers, allowed: Iterable[str]) -> bool:
    """Tell whether a socket may be opened: by no page, by one of ours, or by one of the allowed."""
    origin = headers.get("origin")
    if origin is None:
        return True
    same = _host(origin) == headers.get("host", "").lower()
    return same or origin in allowed or "*" in allowed


def _host(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:  # It is not even a URL: of an address in brackets, one is missing.
        return None
