"""Which media type an answer has: the Accept header against what we can give."""

from collections.abc import Iterator
from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HTML = "text/html"
_MOST_KEPT = 1_000
"""Headers whose meaning is kept: clients send the same ones over and over."""

_UTF_8 = frozenset({"utf-8", "utf8"})


@lru_cache(_MOST_KEPT)
def chosen(accept: str | None, offered: tuple[str, ...]) -> str | None:
    """Return the type that a client likes best among those offered, or None where it likes none.

    Between equals, the one that the header names first, and then the one offered first. Without a
    header it is JSON, as clients expect that are older than the GraphQL media type.
    """
    if accept is None or not accept.strip():
        return JSON if JSON in offered else None
    best: str | None = None
    liked = (0.0, -1, 0)
    ranges = tuple(_ranges(accept))
    for media_type in offered:
        how = _liking(media_type, ranges)
        if how[0] > 0 and how > liked:
            best, liked = media_type, how
    return best


def _liking(media_type: str, ranges: tuple[tuple[str, float], ...]) -> tuple[float, int, int]:
    """Return the quality, how exactly the header names the type, and how early."""
    found = (0.0, -1, 0)
    family = media_type.partition("/")[0]
    exactness = {media_type: 2, f"{family}/*": 1, "*/*": 0}
    for place, (wanted, quality) in enumerate(ranges):
        exact = exactness.get(wanted, -1)
        if exact > found[1]:
            found = (quality, exact, -place)
    return found


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        media_type, *parameters = (each.strip().lower() for each in part.split(";"))
        if _charset(parameters) in _UTF_8:
            yield media_type, _quality(parameters)


def _charset(parameters: list[str]) -> str:
    named = (each.removeprefix("charset=").strip('"') for each in parameters if "charset=" in each)
    return next(named, "utf-8")


def _quality(parameters: list[str]) -> float:
    for each in parameters:
        if each.startswith("q="):
            try:
                return min(max(float(each.removeprefix("q=")), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


@lru_cache(_MOST_KEPT)
def is_json(content_type: str | None) -> bool:
    """Tell whether a body says that it is JSON in UTF-8."""
    media_type, *parameters = (each.strip().lower() for each in (content_type or "").split(";"))
    return media_type == JSON and _charset(parameters) in _UTF_8
