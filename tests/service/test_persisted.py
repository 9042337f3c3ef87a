"""Documents that requests name: automatic persisted queries, trusted documents, and only those."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.app import create_app
from service.documents.manifests import InvalidTrustedDocuments, trusted_documents
from service.http_accept import GRAPHQL
from service.settings import InvalidSetting, Settings
from tests.service.conftest import Asking, serving

_QUERY = "query Named { __typename }"
_OTHER = "{ basis { t } }"
_INTROSPECTION = "{ __schema { queryType { name } } }"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _apollo(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": _sha(text)}}}


def _named(text: str) -> dict[str, Any]:
    return {"documentId": f"sha256:{_sha(text)}"}


async def _post(asking: Asking, **body: Any) -> httpx.Response:
    return await asking.http.post("/graphql", json=body)


async def _get(asking: Asking, **body: Any) -> httpx.Response:
    parameters = {key: each if isinstance(each, str) else json.dumps(each)
                  for key, each in body.items()}  # fmt: skip
    return await asking.http.get("/graphql", params=parameters)


def _code(response: httpx.Response) -> str:
    assert list(response.json()) == ["errors"]
    return str(response.json()["errors"][0]["extensions"]["code"])


@pytest.mark.parametrize("name", [_apollo, _named], ids=["persistedQuery", "documentId"])
@pytest.mark.parametrize("ask", [_post, _get], ids=["POST", "GET"])
async def test_what_was_sent_once_is_known_by_its_hash(empty: Asking, name: Any, ask: Any) -> None:
    unknown = await ask(empty, **name(_QUERY))
    assert unknown.status_code == 200
    assert unknown.headers["cache-control"] == "no-store"
    assert unknown.json() == {
        "errors": [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND", "category": "not-found"},
            }
        ]
    }
    for body in ({"query": _QUERY, **name(_QUERY)}, name(_QUERY)):
        found = await ask(empty, **body)
        assert found.json()["data"] == {"__typename": "Query"}


async def test_a_hash_that_is_of_another_text_is_refused_and_remembers_nothing(
    empty: Asking,
) -> None:
    for name in (_apollo, _named):
        wrong = await _post(empty, query=_OTHER, **name(_QUERY))
        assert _code(wrong) == "PERSISTED_QUERY_HASH_MISMATCH"
        assert _code(await _post(empty, **name(_QUERY))) == "PERSISTED_QUERY_NOT_FOUND"
        assert _code(await _post(empty, **name(_OTHER))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": ""},
        {"documentId": 1},
        {"documentId": "sha256:abc"},
        {"documentId": "sha256:" + "A" * 64},
        {"extensions": {"persistedQuery": {}}},
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "0" * 64}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"documentId": None, "extensions": {"persistedQuery": None}},
        {"documentId": ["a"], "query": _QUERY},
    ],
)
async def test_what_names_no_document_is_no_request(empty: Asking, body: Mapping[str, Any]) -> None:
    response = await _post(empty, **body)
    assert (response.status_code, _code(response)) == (400, "BAD_REQUEST")


async def test_as_many_are_remembered_as_the_setting_says(database_url: str) -> None:
    async with serving(database_url, persisted_queries=2) as asking:
        texts = [f"query Number{number} {{ __typename }}" for number in range(3)]
        for text in texts:
            await _post(asking, query=text, **_apollo(text))
        assert _code(await _post(asking, **_apollo(texts[0]))) == "PERSISTED_QUERY_NOT_FOUND"
        for text in texts[1:]:
            assert (await _post(asking, **_apollo(text))).json()["data"]
        long = _QUERY + " " * 70_000
        assert (await _post(asking, query=long, **_apollo(long))).json()["data"]
        assert _code(await _post(asking, **_apollo(long))) == "PERSISTED_QUERY_NOT_FOUND"
    async with serving(database_url, persisted_queries=0) as asking:
        assert (await _post(asking, query=_QUERY, **_apollo(_QUERY))).json()["data"]
        assert _code(await _post(asking, **_apollo(_QUERY))) == "PERSISTED_QUERY_NOT_SUPPORTED"


async def test_a_mutation_by_hash_is_refused_in_the_url_too(empty: Asking) -> None:
    write = "mutation { transact(transaction: {}) { redundant } }"
    await _post(empty, query=write, **_named(write))
    response = await _get(empty, **_named(write))
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_an_answer_by_hash_is_kept_like_any_other(empty: Asking) -> None:
    query = "{ datasets: nodes(ids: [], asOf: 0) { id } }"
    await _post(empty, query=query, **_named(query))
    found = await _get(empty, schema=empty.executor.live.current.hash, **_named(query))
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["etag"]


async def test_an_answer_by_a_name_that_may_mean_another_document_is_asked_again(
    database_url: str, tmp_path: Path
) -> None:
    query = "{ basis: nodes(ids: [], asOf: 0) { id } }"
    place = _write(tmp_path, {"named.graphql": query})
    async with serving(database_url, trusted_documents=place) as asking:
        schema = asking.executor.live.current.hash
        for name, kept in (("named", "no-cache"), (f"sha256:{_sha(query)}", "immutable")):
            found = await _get(asking, documentId=name, schema=schema)
            assert found.json()["data"] == {"basis": []}
            assert kept in found.headers["cache-control"]


_RELAY = {"a1b2": _QUERY, "c3d4": _OTHER}
_CODEGEN = {_sha(_QUERY): _QUERY, _sha(_OTHER): _OTHER}
_APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": _sha(text), "name": "a", "type": "query", "body": text} for text in (_QUERY, _OTHER)
    ],
}


def _write(folder: Path, files: Mapping[str, object]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"relay.json": _RELAY}, ["a1b2"]),
        ({"persisted-documents.json": _CODEGEN}, []),
        ({"manifest.json": _APOLLO}, []),
        ({"deep/named.graphql": _QUERY, "b.gql": _OTHER}, ["named"]),
        ({"a.json": {"x": _QUERY}, "b.json": {"x": _QUERY, "y": _OTHER}}, ["x"]),
        ({"prefixed.json": {f"sha256:{_sha(_QUERY)}": _QUERY, "y": _OTHER}}, []),
    ],
    ids=["relay", "codegen", "apollo", "files", "several", "prefixed"],
)
async def test_trusted_documents_are_answered_by_id_by_hash_and_as_text_and_no_others(
    database_url: str, tmp_path: Path, files: Mapping[str, object], names: list[str]
) -> None:
    place = _write(tmp_path, files)
    async with serving(database_url, documents="trusted", trusted_documents=place) as asking:
        by_name: list[dict[str, Any]] = [{"documentId": name} for name in names]
        ways = [*by_name, {"query": _QUERY}, _apollo(_QUERY), _named(_QUERY)]
        for body in [*ways, {"query": _QUERY, **_apollo(_QUERY)}]:
            for ask in (_post, _get):
                found = await ask(asking, **body)
                assert found.json()["data"] == {"__typename": "Query"}, body
        for name in names:
            assert _code(await _post(asking, query=_OTHER, documentId=name)) == (
                "PERSISTED_QUERY_HASH_MISMATCH"
            )
        strange = "{ b: basis { t } }"
        for text in (strange, _INTROSPECTION, _QUERY + " ", "{"):
            for body in ({"query": text}, _apollo(text), {"query": text, **_apollo(text)}):
                refused = await _post(asking, **body)
                assert _code(refused) == "DOCUMENT_NOT_TRUSTED", body
                assert refused.json()["errors"][0]["extensions"]["category"] == "forbidden"
        assert _code(await _post(asking, documentId="nobody")) == "DOCUMENT_NOT_TRUSTED"
        refused = await asking.http.post(
            "/graphql", json={"query": strange}, headers={"Accept": GRAPHQL}
        )
        assert (refused.status_code, _code(refused)) == (400, "DOCUMENT_NOT_TRUSTED")


async def test_trusted_documents_stand_beside_any_others(database_url: str, tmp_path: Path) -> None:
    place = _write(tmp_path, {"relay.json": _RELAY}) / "relay.json"
    async with serving(database_url, trusted_documents=place) as asking:
        assert (await _post(asking, documentId="a1b2")).json()["data"]
        assert (await _post(asking, query=_INTROSPECTION)).json()["data"]
        assert _code(await _post(asking, documentId="e5f6")) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("files", "named", "problem"),
    [
        ({}, "", "holds no document"),
        ({"a.json": "{"}, "a.json", "is not JSON"),
        ({"a.json": []}, "a.json", "expected an object"),
        ({"a.json": {"x": 1}}, "a.json", "'x' is no text"),
        ({"a.json": {"x": "{"}}, "a.json", "'x' is no GraphQL"),
        ({"a.json": {_sha(_OTHER): _QUERY}}, "a.json", "is not the SHA-256"),
        ({"a.json": {"format": "apollo-persisted-query-manifest"}}, "a.json", "a list of"),
        ({"a.json": {**_APOLLO, "format": "other"}}, "a.json", "has the format"),
        ({"a.json": {**_APOLLO, "operations": [{"id": "x"}]}}, "a.json", "lacks its id or"),
        ({"a.json": {"x": _QUERY}, "b.json": {"x": _OTHER}}, "b.json", "id of two"),
        ({"a.graphql": "query {"}, "a.graphql", "is no GraphQL"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_at_the_start_with_what_is_wrong(
    tmp_path: Path, files: Mapping[str, object], named: str, problem: str
) -> None:
    place = _write(tmp_path, files)
    with pytest.raises(InvalidTrustedDocuments) as raised:
        create_app(Settings(trusted_documents=place))
    assert problem in str(raised.value)
    assert str(raised.value).startswith(str(place / named))
    assert "HEADWATER_TRUSTED_DOCUMENTS" in str(raised.value)


def test_a_folder_that_is_not_there_and_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidTrustedDocuments, match="no such file or folder"):
        trusted_documents(tmp_path / "missing")
    (tmp_path / "a.graphql").write_bytes(b"\xff")
    with pytest.raises(InvalidTrustedDocuments, match="not UTF-8"):
        trusted_documents(tmp_path)


def test_trusting_needs_documents_to_trust() -> None:
    with pytest.raises(InvalidSetting, match="HEADWATER_TRUSTED_DOCUMENTS cannot be used"):
        Settings.from_environment(documents="trusted")
