"""GraphiQL's page and the files that it asks for, read once; every address in it is one of ours."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.exceptions import HTTPException
from starlette.requests import Request

from service.http_body import Reply, reply
from service.http_cache import ASKED_AGAIN, KEPT_FOR_EVER, etag

_HERE = Path(__file__).parent
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_OURS = ("page.css", "page.js", "page.svg")
_MARK = ".installed"
# Fonts and pictures are part of GraphiQL's style sheet, as data: addresses.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data:; font-src 'self' data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


@dataclass(frozen=True, slots=True)
class GraphiQL:
    """The page, and its files by path; `digest` is of them all, and part of their addresses."""

    page: bytes
    files: Mapping[str, bytes]
    digest: str

    @classmethod
    def opened(cls, folder: Path = _HERE) -> Self:
        """Read the page and its files; without those of npm, it is one that says what to do."""
        installed = folder / "installed"
        if not (installed / _MARK).exists():
            return cls((folder / "missing.html").read_bytes(), {}, "")
        files = {name: (folder / name).read_bytes() for name in _OURS} | dict(_fetched(installed))
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(f"{name} {len(files[name])} ".encode() + files[name])
        short = digest.hexdigest()[:16]
        # Addresses are relative: the page works behind whatever prefix a proxy has.
        page = (folder / "page.html").read_text().replace("{files}", f"graphiql/{short}")
        return cls(page.encode(), files, short)

    def answer(self) -> Reply:
        """Return the page."""
        return _response(self.page, ".html", ASKED_AGAIN, _PAGE_HEADERS)

    def file(self, request: Request) -> Reply:
        """Return one of the files. Raises HTTPException."""
        name, digest = request.path_params["name"], request.path_params["digest"]
        content = self.files.get(name)
        if content is None or digest != self.digest:
            raise HTTPException(404)
        return _response(content, Path(name).suffix, KEPT_FOR_EVER, {})


def _fetched(installed: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(installed.rglob("*")):
        if file.suffix in _TYPES:
            yield file.relative_to(installed).as_posix(), file.read_bytes()


def _response(content: bytes, suffix: str, kept: str, headers: Mapping[str, str]) -> Reply:
    told = {
        "Content-Type": _TYPES[suffix],
        "Cache-Control": kept,
        "ETag": etag(content),
        "X-Content-Type-Options": "nosniff",
        **headers,
    }
    return reply(content, 200, told)
