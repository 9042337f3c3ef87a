"""GraphiQL without the internet: the page, all that it asks for, and what is said without it."""

import os
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest

import service.graphiql
from service.graphiql.page import GraphiQL
from service.http_cache import ASKED_AGAIN, KEPT_FOR_EVER
from tests.service.conftest import Asking

_FOLDER = Path(service.graphiql.__file__).parent
_NPM = _FOLDER.parent.parent / ".ci" / "npm.py"
_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}

needs_graphiql = pytest.mark.skipif(
    not (_FOLDER / "installed").exists(), reason="GraphiQL is not installed: make install says why"
)


class _Page(HTMLParser):
    """All addresses of a page, and whatever of it no strict policy would let run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has."""
        given = dict(attrs)
        self.addresses += [str(given[name]) for name in ("src", "href") if name in given]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


async def _page(asking: Asking) -> _Page:
    response = await asking.http.get("/graphql", headers=_BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return _Page(response.text)


@needs_graphiql
async def test_all_that_the_page_asks_for_is_here_with_its_type_and_kept_for_ever(
    empty: Asking,
) -> None:
    page = await _page(empty)
    assert len(page.addresses) == 8
    assert page.inline == []
    for address in page.addresses:
        assert not address.startswith(("/", "http:", "https:", "data:")), (
            "it works below any prefix"
        )
        response = await empty.http.get(urljoin("http://headwater/graphql", address))
        assert response.status_code == 200, address
        assert response.headers["content-type"].startswith(_TYPES[address.rpartition(".")[2]])
        assert response.headers["cache-control"] == KEPT_FOR_EVER
        assert response.headers["x-content-type-options"] == "nosniff"
        assert len(response.content) > 50
        known = {"If-None-Match": response.headers["etag"]}
        again = await empty.http.get(urljoin("http://headwater/graphql", address), headers=known)
        assert again.status_code == 304


@needs_graphiql
async def test_the_page_may_load_nothing_from_elsewhere(empty: Asking) -> None:
    response = await empty.http.get("/graphql", headers=_BROWSER)
    assert response.headers["cache-control"] == ASKED_AGAIN
    policy = dict(
        each.strip().split(" ", 1)
        for each in response.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "connect")} == {"'self'"}
    assert {word for words in policy.values() for word in words.split()} == {
        "'none'", "'self'", "data:",
    }  # fmt: skip
    for address in (await _page(empty)).addresses:
        if address.endswith(".css"):
            style = (await empty.http.get(f"/{address}")).text
            starts = [each.lstrip("\"' ")[:5] for each in style.split("url(")[1:]]
            assert set(starts) <= {"data:"}
            assert "@import" not in style


@needs_graphiql
async def test_no_other_file_is_served(empty: Asking) -> None:
    base = (await _page(empty)).addresses[0].rpartition("/")[0]
    for name in (
        "page.py",
        "package.json",
        "..%2fpage.py",
        "%2fetc/passwd",
        "installed/.installed",
    ):
        assert (await empty.http.get(f"/{base}/{name}")).status_code == 404
    assert (await empty.http.get("/graphiql/0000/page.js")).status_code == 404


async def test_without_graphiql_the_page_says_what_to_do(tmp_path: Path) -> None:
    for name in ("missing.html", "page.html", "page.js"):
        shutil.copy(_FOLDER / name, tmp_path)
    page = GraphiQL.opened(tmp_path)
    assert "make install" in page.page.decode()
    assert (b"content-type", b"text/html; charset=utf-8") in page.answer().headers
    assert _Page(page.page.decode()).addresses == []


def test_where_npm_fails_it_is_said_soon_and_nothing_half_done_stays(tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_FOLDER / name, tmp_path)
    nowhere = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_cache": str(tmp_path / "c")}
    done = subprocess.run(
        [sys.executable, _NPM, tmp_path],
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "npm broke off" in done.stderr
    assert not (tmp_path / "installed").exists()


@needs_graphiql
def test_what_is_installed_already_takes_no_npm() -> None:
    done = subprocess.run(
        [sys.executable, _NPM, _FOLDER],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
