"""Catalogs that `headwater schema apply` refuses, each with line, column and what to do."""

from pathlib import Path

import pytest

from tests.refusals.conftest import Headwater
from tests.refusals.world import CATALOG

pytestmark = pytest.mark.usefixtures("unchanged")

INVALID: tuple[tuple[str, str, str], ...] = (
    ("type A @entity @nonsense", "1:16", "there is no directive @nonsense; there are @entity,"),
    ("type A @entity { a: String @nonsense }", "1:28", "there is no directive @nonsense"),
    ("type A @entity { a: String @index(x: 1) }", "1:35", "@index has no argument x"),
    ("type A @entity @entity", "1:16", "@entity stands here twice"),
    ("type A { a: String }", "1:6", "is to be marked either @entity, or @edge("),
    ("type A @entity { a: Nope }", "1:21", "A.a: there is no type Nope"),
    ("type A implements Nope @entity { a: String }", "1:19", "there is no interface Nope"),
    ("interface A implements A { a: String }", "1:11", "interface A implements itself"),
    (
        "interface A implements B { a: String }\ninterface B implements A { a: String }",
        "1:11",
        "interface A implements itself, in the end",
    ),
    (
        ("interface A implements B { a: String }\ninterface B implements C { a: String }\n"
        "interface C implements A { a: String }"),
        "3:11",
        "interface C implements itself, in the end",
    ),
    ('type Dataset @entity @was(name: "Team") { name: String }', "1:22",
     "Dataset cannot have been Team: Team and Dataset are both there already"),
    ('type Team implements Owner @entity { name: String code: String @was(name: "name") }', "1:64",
     "Team.code cannot have been Team.name: Team.name and Team.code are both there already"),
    ("type Query @entity", "1:6", "the name Query is reserved"),
    ("type Entity @entity", "1:6", "the name Entity is reserved"),
    ("type _A @entity", "1:6", "names that begin with _ are reserved"),
    ("type A @entity { urn: String }", "1:18", "the name urn is reserved"),
    ("type A @entity { and: String }", "1:18", "the name and is reserved"),
    ("type DatasetFilter @entity", "1:6", "clashes"),
    ("type A @entity type AConnection @entity", "1:21", "clashes"),
    ('type A @entity(plural: "datasets")', "1:6", "clashes"),
    ('type A @entity(plural: "lineage")', "1:6", "clashes"),
    ('type A @entity(plural: "a b")', "1:8", "cannot be the name of a field"),
    ("type A @entity type A @entity", "1:21", "A is declared twice"),
    ("type A @entity { a: String a: String }", "1:28", "A.a is declared twice"),
    ('type A @edge(from: ["Nope"], to: ["Team"], upstream: TO)', "1:8", "no entity type or"),
    ('type A @edge(from: ["Team"], to: ["Team"])', "1:8", "needs its argument upstream"),
    ('type A @edge(from: ["Team"], to: ["Team"], upstream: UP)', "1:54", "FROM, TO or NONE"),
    ('type A @edge(from: [], to: ["Team"], upstream: TO)', "1:20", "a list of type names"),
    ('type A @entity { a: [Team!] @rel(edge: "Nope") }', "1:29", "Nope"),
    ('type A @entity { a: String @rel(edge: "MadeBy") }', "1:21", "String is neither"),
    ("type A @entity { a: [[String!]!] }", "1:21", "lists of lists cannot be stored"),
    ("type A @entity { a: [String] }", "1:22", "write [String!]"),
    ("type A @entity { a: Long! }", "1:21", "leave the last ! out"),
    ("type A @entity { a(b: Int): String }", "1:20", "takes no arguments"),
    ("type A @entity { a: JSON @index }", "1:26", "@index cannot stand on JSON"),
    ("type A @entity { a: [String!] @unique }", "1:31", "@unique cannot stand on a list"),
    ("union A = B", "1:1", "a catalog is made of type, interface and enum"),
    ("input A { a: Int }", "1:1", "a catalog is made of type, interface and enum"),
    ("extend type Dataset { a: Int }", "1:1", "a catalog is made of type, interface and enum"),
    ("{ dataset { name } }", "1:1", "a catalog is made of type, interface and enum"),
    ("type A @entity {", "1:17", "Expected Name, found <EOF>"),
    ("", "1:1", "Unexpected <EOF>"),
    ('"', "1:2", "Unterminated string"),
    ("\0", "1:1", "Unexpected character: U+0000"),
    ("type É @entity", "1:6", "Unexpected character: U+00C9"),
    ("enum A { B B }", "1:12", "A.B is declared twice"),
    (f"type A @entity {{ a: {'[' * 300}String{']' * 300} }}", "1:222", "nested too deeply"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "place", "words"), INVALID, ids=lambda each: each[:40])
@pytest.mark.parametrize("command", ["apply", "diff"])
def test_a_catalog_is_refused_with_line_column_and_reason(
    headwater: Headwater, command: str, text: str, place: str, words: str
) -> None:
    result = headwater("schema", command, "-", given=text)
    assert (result.exit_code, result.stdout) == (1, "")
    line, column = place.split(":")
    said = [told for told in result.stderr.splitlines() if words in told]
    assert said, result.stderr
    assert said[0].startswith(f"INVALID_SDL: line {line}, column {column}: "), said


CONFLICTS: tuple[tuple[str, str], ...] = (
    ("type Dataset @entity { rows: String }", "Dataset/rows"),
    ("type Dataset @entity { tags: String }", "Dataset/tags"),
    ('type Dataset @edge(from: ["Team"], to: ["Team"], upstream: TO)', "Dataset"),
    ("enum Dataset { A }", "Dataset"),
    ("interface Dataset { name: String }", "Dataset"),
    ('type OwnedBy @edge(from: ["Team"], to: ["Team"], upstream: NONE)', "OwnedBy"),
)


@pytest.mark.parametrize(("text", "words"), CONFLICTS)
def test_what_stored_facts_forbid_is_refused(headwater: Headwater, text: str, words: str) -> None:
    result = headwater("schema", "apply", "-", given=text)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    assert result.stderr.startswith(("SCHEMA_CONFLICT: ", "INVALID_SDL: line 1, column "))


def test_one_bad_line_keeps_the_rest_of_a_catalog_out(headwater: Headwater, tmp_path: Path) -> None:
    path = tmp_path / "catalog.graphql"
    path.write_text(f"{CATALOG}\ntype Fine @entity {{ a: String }}\ntype Bad @entity @nonsense\n")
    line = len(path.read_text().splitlines())
    result = headwater("schema", "apply", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"INVALID_SDL: line {line}, column 18: there is no directive")
    assert "Fine" not in headwater("schema", "print").stdout


def test_a_catalog_that_is_no_text_is_refused(headwater: Headwater) -> None:
    result = headwater("schema", "apply", "-", given=CATALOG.encode() + b"\xff")
    assert result.exit_code == 1
    assert result.stderr == (
        f"FILE_UNREADABLE: - cannot be read: byte {len(CATALOG.encode()) + 1} is not UTF-8\n"
    )
