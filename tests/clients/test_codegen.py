"""GraphQL Code Generator makes types that compile, and documents that the server can trust."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import httpx

from tests.clients.running import FOLDER, Node, Serving, listening

_TYPES = {"strict": True, "noEmit": True, "skipLibCheck": True, "types": []}
_MODULES = {"module": "esnext", "moduleResolution": "bundler", "target": "es2022"}


def configuration(url: str) -> Any:
    """Return what codegen.json says, for a server at that address."""
    texts = dict.fromkeys(("Long", "Decimal", "Date", "DateTime", "TimePoint"), "string")
    persisted = {"hashAlgorithm": "sha256", "mode": "embedHashInDocument"}
    preset = {"preset": "client", "presetConfig": {"persistedDocuments": persisted}}
    generated = {**preset, "config": {"scalars": texts, "useTypeImports": True}}
    return {"schema": url, "documents": ["src/*.ts"], "generates": {"src/gql/": generated}}


async def test_types_are_generated_over_http_and_hold_a_program_to_the_schema(
    node: Node, sample: Serving, sample_url: str, tmp_path: Path
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    # Both tools look for packages above the program that they read.
    (tmp_path / "node_modules").symlink_to(FOLDER / "node_modules")
    (tmp_path / "codegen.json").write_text(json.dumps(configuration(sample.url)))
    options = {"compilerOptions": {**_TYPES, **_MODULES}, "include": ["src"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(options))
    shutil.copy(FOLDER / "codegen" / "application.ts", source)
    await node.tool("graphql-codegen-esm", "--config", "codegen.json", folder=tmp_path)
    shutil.copy(FOLDER / "codegen" / "mistaken.ts", source)
    checked = await node.attempt("tsc", "-p", ".", folder=tmp_path)
    assert checked.code
    wrong = set(re.findall(r"(\w+)\.ts\((\d+),\d+\): error", checked.said))
    assert wrong == {("mistaken", "4"), ("mistaken", "5"), ("mistaken", "7")}, checked.said
    manifest = source / "gql" / "persisted-documents.json"
    documents = json.loads(manifest.read_text())
    [name] = [name for name, text in documents.items() if "query Datasets" in text]
    await _trusts(sample_url, manifest, name)


async def _trusts(database_url: str, manifest: Path, name: str) -> None:
    """Serve the documents of a manifest alone, and ask for one by its hash."""
    assert name.startswith("sha256:")
    settings = {"documents": "trusted", "trusted_documents": manifest}
    async with listening(database_url, **settings) as trusting, httpx.AsyncClient() as client:
        body: Any = {"documentId": name, "variables": {"first": 1}}
        answer = (await client.post(trusting.url, json=body)).json()
        assert answer["data"]["datasets"]["nodes"][0]["upstream"] is not None
        refused = (await client.post(trusting.url, json={"query": "{ basis { t } }"})).json()
        assert refused["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
