"""What a client wants to have, and what it gets."""

import pytest

from service.http_accept import GRAPHQL, HTML, JSON, chosen, is_json

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json;q=0.9", JSON),
        ("application/json, */*", JSON),
        ("text/csv", None),
        ("application/json;q=0", None),
        ("application/json; charset=latin-1", None),
        (_BROWSER, HTML),
        ("text/html", HTML),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str | None, media_type: str | None) -> None:
    assert chosen(accept, (JSON, GRAPHQL, HTML)) == media_type


def test_what_is_not_offered_is_not_given() -> None:
    assert chosen("text/html", (JSON, GRAPHQL)) is None


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('Application/JSON;charset="UTF-8"', True),
        ("application/json; charset=latin-1", False),
        ("text/plain", False),
        (None, False),
    ],
)
def test_a_body_has_to_say_that_it_is_json(content_type: str | None, *, expected: bool) -> None:
    assert is_json(content_type) is expected
