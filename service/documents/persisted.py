"""The document that a request is about: its text, or what names a text that is known here.

A request names a document by `documentId`, as GraphQL over HTTP has it: `sha256:<hex>`, or whatever
id a manifest of trusted documents gives it; or by `extensions.persistedQuery.sha256Hash`, as
Apollo's clients do. Where a text comes with its digest, it is remembered under it: that is all of
automatic persisted queries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from schema.execution.documents import RequestErrors, refused
from schema.execution.recent import Recent
from service.documents.manifests import sha_256, trusted_documents
from service.settings import Settings

BAD_REQUEST = "BAD_REQUEST"
NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
HASH_MISMATCH = "PERSISTED_QUERY_HASH_MISMATCH"
NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
_LONGEST_KEPT = 64 * 1024
_BYTES_KEPT = 16 * 2**20
_PREFIX = "sha256:"
_SHA_256 = re.compile(r"[0-9a-f]{64}")
_NAMING = frozenset({"documentId", "extensions"})
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class PersistedDocuments:
    """The documents that requests may name; where `only_trusted`, no other is answered at all.

    What is `sent` is remembered by this process, until newer ones take its place.
    """

    trusted: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    only_trusted: bool = False
    sent: Recent[str, bytes] = field(default_factory=lambda: Recent(0))

    @classmethod
    def opened(cls, settings: Settings) -> Self:
        """Return the documents that settings name. Raises InvalidTrustedDocuments."""
        place = settings.trusted_documents
        return cls(
            _NOTHING if place is None else trusted_documents(place),
            settings.documents == "trusted",
            Recent(settings.persisted_queries, _BYTES_KEPT),
        )

    def text(self, given: Mapping[str, object]) -> str:
        """Return the text of the document that the members of a request give or name.

        Every road to execution asks here. Raises RequestErrors.
        """
        text = given.get("query")
        if isinstance(text, str) and text and _NAMING.isdisjoint(given):  # As most requests are.
            return self._allowed(text)
        text, name = _text(given), _name(given)
        if text is None and name is None:
            raise refused("query is missing: it has to be a GraphQL document", BAD_REQUEST)
        if name is None:
            return self._allowed(text or "")
        return self._known(name) if text is None else self._remembered(name, text)

    def _known(self, name: str) -> str:
        if name in self.trusted:
            return self.trusted[name]
        known = None if self.only_trusted else self.sent.get(name)
        if known is None:
            raise self._unknown(name)
        return known.decode(errors="surrogatepass")

    def _unknown(self, name: str) -> RequestErrors:
        if self.only_trusted:
            return _not_trusted(f"{name[:80]!r} is not among them")
        if not self.sent.most:
            return refused("PersistedQueryNotSupported", NOT_SUPPORTED, category="unsupported")
        # Clients know this sentence: they send the text then.
        return refused("PersistedQueryNotFound", NOT_FOUND, category="not-found")

    def _allowed(self, text: str) -> str:
        if self.only_trusted and sha_256(text) not in self.trusted:
            raise _not_trusted("this document is not among them")
        return text

    def _remembered(self, name: str, text: str) -> str:
        if self.trusted.get(name, text) != text:
            raise _mismatch(f"the trusted document {name[:80]!r} is another one than the query")
        digest = sha_256(text)
        if name != digest and name not in self.trusted:
            raise _mismatch(f"the SHA-256 of the query is {digest}, not {name[:80]!r}")
        self._allowed(text)
        # As bytes: a text that has one rare character takes four times as much memory.
        kept = text.encode(errors="surrogatepass")
        if self.sent.most and len(kept) <= _LONGEST_KEPT:
            self.sent.put(digest, kept, len(kept))
        return text


def _text(given: Mapping[str, object]) -> str | None:
    text = given.get("query")
    if text is None:
        return None
    if not isinstance(text, str) or not text:
        raise refused("query has to be a GraphQL document", BAD_REQUEST)
    return text


def _name(given: Mapping[str, object]) -> str | None:
    """Return the id that a request names its document by; a digest without its prefix."""
    name = given.get("documentId")
    if name is None:
        return _apollo_hash(given.get("extensions"))
    if not isinstance(name, str) or not name:
        raise refused("documentId has to be a text", BAD_REQUEST)
    digest = name.removeprefix(_PREFIX)
    if name.startswith(_PREFIX) and _SHA_256.fullmatch(digest) is None:
        raise refused("documentId has 64 small hexadecimal digits after sha256:", BAD_REQUEST)
    return digest


def is_by_content(name: object) -> bool:
    """Tell whether a `documentId` can never mean another text: by a digest, or if there is none.

    What else a manifest calls a document may be another one tomorrow.
    """
    return name is None or _SHA_256.fullmatch(str(name).removeprefix(_PREFIX)) is not None


def _apollo_hash(extensions: object) -> str | None:
    match extensions:
        case {"persistedQuery": {"version": 1, "sha256Hash": str() as digest}}:
            if _SHA_256.fullmatch(digest) is None:
                raise refused("sha256Hash has 64 small hexadecimal digits", BAD_REQUEST)
            return digest
        case {"persistedQuery": given} if given is not None:
            sentence = "persistedQuery has to be {version: 1, sha256Hash: …}"
            raise refused(sentence, BAD_REQUEST)
        case _:
            return None


def _mismatch(sentence: str) -> RequestErrors:
    return refused(sentence, HASH_MISMATCH)


def _not_trusted(because: str) -> RequestErrors:
    sentence = f"this server answers trusted documents only, and {because}"
    return refused(sentence, NOT_TRUSTED, category="forbidden")
