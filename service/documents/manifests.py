"""Trusted documents out of files, in the formats that the tools of clients write.

A file is one of these; a folder is all of these in it, at any depth:

- `*.json`, an object of texts by id: Relay's persisted queries, GraphQL Code Generator's
  `persisted-documents.json`
- `*.json` with `"format": "apollo-persisted-query-manifest"`: Apollo's manifest
- `*.graphql`, `*.gql`: one document; its id is the name of the file, without the ending
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import orjson
from graphql import GraphQLSyntaxError, parse

from store.errors import OurFault

_APOLLO = "apollo-persisted-query-manifest"
_GRAPHQL = frozenset({".graphql", ".gql"})
_SUFFIXES = _GRAPHQL | {".json"}
_SHA_256 = re.compile(r"[0-9a-f]{64}")
_MOST_TOKENS = 100_000


@dataclass(eq=False)
class InvalidTrustedDocuments(OurFault):
    """A file of trusted documents cannot be used."""

    code: ClassVar[str] = "INVALID_TRUSTED_DOCUMENTS"
    category: ClassVar[str] = "incorrect"
    file: Path
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem} (named by HEADWATER_TRUSTED_DOCUMENTS)"


@dataclass(frozen=True, slots=True)
class _Trusted:
    id: str
    text: str
    file: Path


def trusted_documents(place: Path) -> Mapping[str, str]:
    """Return the texts of a file or folder by id, and by SHA-256 too.

    Raises InvalidTrustedDocuments.
    """
    texts: dict[str, str] = {}
    for file in _files(place):
        for each in _documents(file):
            _check(each)
            for name in (each.id, sha_256(each.text)):
                if texts.setdefault(name, each.text) != each.text:
                    problem = f"{each.id!r} is the id of two documents: give each its own"
                    raise InvalidTrustedDocuments(file, problem)
    return texts


def sha_256(text: str) -> str:
    """Return the digest of a text that clients name it by."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _files(place: Path) -> Iterable[Path]:
    if place.is_file():
        return (place,)
    if not place.is_dir():
        raise InvalidTrustedDocuments(place, "there is no such file or folder")
    found = sorted(file for file in place.rglob("*") if file.suffix in _SUFFIXES)
    if not found:
        sentence = "the folder holds no document: put *.graphql files or manifests (*.json) there"
        raise InvalidTrustedDocuments(place, sentence)
    return found


def _documents(file: Path) -> Iterator[_Trusted]:
    try:
        content = file.read_bytes()
        if file.suffix in _GRAPHQL:
            yield _Trusted(file.stem, content.decode(), file)
            return
        given = orjson.loads(content)
    except OSError as error:
        raise InvalidTrustedDocuments(file, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidTrustedDocuments(file, f"is not UTF-8: {error.reason}") from None
    except orjson.JSONDecodeError as error:
        raise InvalidTrustedDocuments(file, f"is not JSON: {error}") from None
    for name, text in _pairs(file, given):
        if not isinstance(name, str) or not isinstance(text, str):
            raise InvalidTrustedDocuments(file, f"the document of {name!r} is no text")
        yield _Trusted(name.removeprefix("sha256:"), text, file)


def _pairs(file: Path, given: object) -> Iterable[tuple[object, object]]:
    match given:
        case {"format": str() as told, "operations": list() as operations} if told == _APOLLO:
            return [_pair(file, each) for each in operations]
        case {"format": str() as told, **rest} if told == _APOLLO or "operations" in rest:
            sentence = f"a manifest of Apollo's has the format {_APOLLO!r} and a list of operations"
            raise InvalidTrustedDocuments(file, sentence)
        case dict():
            return list(given.items())
        case _:
            sentence = "expected an object of documents by id, or a manifest of Apollo's"
            raise InvalidTrustedDocuments(file, sentence)


def _pair(file: Path, operation: object) -> tuple[object, object]:
    match operation:
        case {"id": name, "body": body}:
            return name, body
        case _:
            raise InvalidTrustedDocuments(file, "an operation in it lacks its id or its body")


def _check(document: _Trusted) -> None:
    if _SHA_256.fullmatch(document.id) and document.id != sha_256(document.text):
        sentence = f"{document.id} is not the SHA-256 of its document: write the manifest anew"
        raise InvalidTrustedDocuments(document.file, sentence)
    try:
        parse(document.text, no_location=True, max_tokens=_MOST_TOKENS)
    except GraphQLSyntaxError as error:
        sentence = f"the document {document.id!r} is no GraphQL: {error.message}"
        raise InvalidTrustedDocuments(document.file, sentence) from None
