"""A catalog in SDL declares a schema, or gets every problem with its line and column."""

from pathlib import Path
from textwrap import dedent

import pytest

from schema.errors import SdlErrors
from schema.sdl import catalog as sdl
from schema.sdl.names import default_plural
from store.catalogue import (
    Attribute,
    Catalogue,
    EdgeType,
    EntityType,
    EnumType,
    EnumValue,
    Interface,
    Relation,
    Upstream,
    ValueType,
)
from store.ids import AttributeId
from store.schema.change import SchemaDeclaration

ID = AttributeId(0)
EXAMPLE = Path(__file__).parents[2] / "examples" / "catalog.graphql"

# A small catalog that is right; each wrong one below is this one and some more lines.
RIGHT = """\
interface Owner { name: String @index }
enum Layer { RAW MADE }
type Team implements Owner @entity { name: String @index }
type Dataset @entity {
  layer: Layer
  owners: [Owner!] @rel(edge: "OwnedBy")
}
type OwnedBy @edge(from: ["Dataset"], to: ["Owner"], upstream: NONE)
"""
FIRST = RIGHT.count("\n") + 1


def as_catalogue(declaration: SchemaDeclaration) -> Catalogue:
    return Catalogue(
        entity_types=declaration.entity_types,
        interfaces=declaration.interfaces,
        edge_types=declaration.edge_types,
        enums=declaration.enums,
    )


def problems(text: str, beside: Catalogue | None = None) -> list[str]:
    with pytest.raises(SdlErrors) as refused:
        sdl.parse(text, beside)
    return [str(problem) for problem in refused.value.problems]


def test_everything_that_a_catalog_can_say_arrives() -> None:
    declared = sdl.parse(
        dedent('''\
        "Who owns."
        interface Owner @entity(plural: "holders") {
          name: String @required @index
        }
        "How far."
        enum Layer { RAW "Done." MADE @deprecated(reason: "say SERVED") }
        type Person implements Owner @entity(plural: "people") @was(name: "User") {
          name: String @required @index @search @unique @was(name: "title")
          manager: Person @index
          badges: [Dataset!] @component @deprecated
        }
        """
        A table.
          In the lake.
        """
        type Dataset @entity @deprecated {
          layer: Layer @index
          tags: [Keyword!]
          owner: Owner @rel(edge: "OwnedBy") @required
        }
        type OwnedBy @edge(from: "Dataset", to: ["Owner"], upstream: NONE) {
          since2: Date @index
        }
        ''')
    )
    assert declared.interfaces["Owner"] == Interface(
        ID,
        "Owner",
        "holders",
        (Attribute(ID, "Owner", "name", ValueType.STRING, required=True, indexed=True),),
        description="Who owns.",
    )
    assert declared.enums["Layer"] == EnumType(
        ID, "Layer", (EnumValue("RAW"), EnumValue("MADE", "Done.", "say SERVED")), "How far."
    )
    assert declared.entity_types["Person"] == EntityType(
        ID,
        "Person",
        "people",
        ("Owner",),
        (
            Attribute(
                ID,
                "Person",
                "name",
                ValueType.STRING,
                required=True,
                indexed=True,
                searched=True,
                unique=True,
            ),
            Attribute(ID, "Person", "manager", ValueType.REF, indexed=True, target="Person"),
            Attribute(
                ID,
                "Person",
                "badges",
                ValueType.REF,
                many=True,
                component=True,
                target="Dataset",
                deprecated="No longer supported",
            ),
        ),
    )
    assert declared.entity_types["Dataset"] == EntityType(
        ID,
        "Dataset",
        "datasets",
        (),
        (
            Attribute(ID, "Dataset", "layer", ValueType.KEYWORD, indexed=True, enum="Layer"),
            Attribute(ID, "Dataset", "tags", ValueType.KEYWORD, many=True),
        ),
        (Relation(ID, "Dataset", "owner", "OwnedBy", "Owner", many=False, required=True),),
        "A table.\n  In the lake.",
        "No longer supported",
    )
    assert declared.edge_types["OwnedBy"] == EdgeType(
        ID,
        "OwnedBy",
        ("Dataset",),
        ("Owner",),
        Upstream.NONE,
        (Attribute(ID, "OwnedBy", "since2", ValueType.DATE, indexed=True),),
        one_from=True,
    )
    assert declared.renames == {"Person": "User", "Person/name": "Person/title"}


def test_the_bundled_catalog_is_right() -> None:
    assert len(sdl.parse(EXAMPLE.read_text(encoding="utf-8")).entity_types) > 5


@pytest.mark.parametrize("text", ["", "# nothing"])
def test_an_empty_file_is_told_what_is_missing(text: str) -> None:
    assert problems(text) == [f"line 1, column {len(text) + 1}: Unexpected <EOF>."]


@pytest.mark.parametrize("scalar", sorted(set(ValueType) - {ValueType.REF}))
def test_every_scalar_can_be_an_attribute_and_a_property(scalar: ValueType) -> None:
    declared = sdl.parse(
        f"{RIGHT}type A @entity {{ one: {scalar} many: [{scalar}!] }}"
        ' type B @edge(from: ["A"], to: ["A"], upstream: FROM)'
        f" {{ one: {scalar} many: [{scalar}!] }}"
    )
    assert declared.entity_types["A"].attributes == (
        Attribute(ID, "A", "one", scalar),
        Attribute(ID, "A", "many", scalar, many=True),
    )
    assert [each.type for each in declared.edge_types["B"].properties] == [scalar, scalar]


@pytest.mark.parametrize(
    ("name", "plural"),
    [
        ("Dataset", "datasets"),
        ("ModelInstance", "modelInstances"),
        ("Category", "categories"),
        ("Key", "keys"),
        ("Y", "ys"),
        ("Bus", "buses"),
        ("Box", "boxes"),
        ("Batch", "batches"),
        ("Dish", "dishes"),
    ],
)
def test_a_plural_is_made_as_in_simple_english(name: str, plural: str) -> None:
    assert default_plural(name) == plural


@pytest.mark.parametrize(
    ("of_a", "of_b", "ends"),
    [
        ("b: B", "as: [A!]", ["from"]),
        ("b: [B!]", "as: [A!]", []),
        ("b: [B!]", "a: A", ["to"]),
        ("b: B", "a: A", ["from", "to"]),
    ],
)
def test_a_relation_to_one_makes_its_edge_type_cardinality_one_from_there(
    of_a: str, of_b: str, ends: list[str]
) -> None:
    declared = sdl.parse(
        f'type A @entity {{ {of_a} @rel(edge: "E") bs: [B!] @rel(edge: "E") }}'
        f'type B @entity {{ {of_b} @rel(edge: "E", reverse: true) }}'
        'type E @edge(from: ["A"], to: ["B"], upstream: TO)'
    )
    edge = declared.edge_types["E"]
    assert [end for end, one in [("from", edge.one_from), ("to", edge.one_to)] if one] == ends


# What is wrong, where in it (column), and what the sentence says.
WRONG = [
    # Definitions
    ("scalar Long", 1, "there is no room for a scalar type"),
    ("union U = Team | Dataset", 1, "there is no room for a union type"),
    ("extend type Team { a: Int }", 1, "there is no room for a object type extension"),
    ("query { a }", 1, "there is no room for a operation"),
    ("type Plain { a: Int }", 6, "marked either @entity, or @edge"),
    ("type Team @entity", 6, "Team is declared twice"),
    ("enum Team { A }", 6, "Team is declared twice"),
    ("enum E { A A }", 12, "E.A is declared twice"),
    ("enum E { _A }", 10, "names that begin with _ are reserved"),
    ("enum E", 6, "enum E has no values"),
    # Directives
    ("type A @entity @nonsense", 16, "there is no directive @nonsense; there are @entity"),
    ("type A @entity @entity", 16, "@entity stands here twice"),
    ('type A @entity(name: "x")', 16, "@entity has no argument name; it takes plural"),
    ("type A @entity { a: Int @index(on: true) }", 32, "no argument on; it takes none"),
    ('type A @entity(plural: "a", plural: "b")', 29, "plural is given twice"),
    ("type A @entity(plural: 3)", 24, "here is to stand a string"),
    ('type A @entity(plural: "a b")', 8, "'a b' cannot be the name of a field"),
    ('type A @entity(plural: "_as")', 8, "'_as' cannot be the name of a field"),
    ("type A @entity { a: Team @rel }", 26, "@rel needs its argument edge"),
    ("enum E @index { A }", 8, "@index cannot stand on an enum"),
    ("type A @entity { a: Int @component }", 25, "@component cannot stand on an attribute"),
    ("type A @entity { a: [Int!] @unique }", 28, "@unique cannot stand on a list"),
    ("type A @entity { a: JSON @unique }", 26, "@unique cannot stand on JSON"),
    ("type A @entity { a: JSON @index }", 26, "@index cannot stand on JSON"),
    ("type A @entity { a: Int @search }", 25, "@search is for String, Keyword and URI"),
    ("interface A { a: Int @unique }", 22, "@unique cannot stand on an attribute of an interface"),
    (
        'interface A { b: Team @rel(edge: "OwnedBy") @required }',
        45,
        "@required cannot stand on a relation of an interface: say it on the types",
    ),
    (
        'type E @edge(from: ["Team"], to: ["Team"], upstream: TO) { a: Int @required }',
        67,
        "@required cannot stand on a property of an edge type: an edge has no lifecycle",
    ),
    ('type A @entity { a: Int @was(name: "a b") }', 25, "'A/a b' cannot have been a name"),
    ('"\\u0000" type A @entity', 1, "holds NUL"),
    # Field types
    ("type A @entity { a: Nothing }", 21, "A.a: there is no type Nothing"),
    ("type A @entity { a: Unknown }", 21, "A.a: there is no type Unknown"),
    ("type A @entity { a: ID }", 21, "A.a: there is no type ID"),
    ("type A @entity { a: Int! }", 21, "leave the last ! out, and say @required"),
    ("type A @entity { a: [Int!]! }", 21, "leave the last ! out, and say @required"),
    ("type A @entity { a: [Int] }", 22, "a list never holds null: write [Int!]"),
    ("type A @entity { a: [[Int!]!] }", 21, "lists of lists cannot be stored"),
    ("type A @entity { a(b: Int): Int }", 20, "a field of a catalog takes no arguments"),
    ("type A @entity { a: Int a: Int }", 25, "A.a is declared twice"),
    ("type A @entity { a: [OwnedBy!] }", 22, "OwnedBy is an edge type"),
    # Edge types
    ("type E @edge(upstream: TO)", 8, "@edge needs its argument from"),
    ('type E @edge(from: [], to: ["Team"], upstream: TO)', 20, "a list of type names"),
    ('type E @edge(from: ["X"], to: ["Team"], upstream: TO)', 8, "from: there is no entity type"),
    ('type E @edge(from: ["Team", "Team"], to: ["Team"], upstream: TO)', 8, "stands there twice"),
    ('type E @edge(from: ["OwnedBy"], to: ["Team"], upstream: TO)', 8, "or interface OwnedBy"),
    ('type E @edge(from: ["Team"], to: ["Team"], upstream: "TO")', 54, "FROM, TO or NONE"),
    (
        'type E @edge(from: ["Team"], to: ["Team"], upstream: TO) { a: Team }',
        63,
        "a property of an edge type holds a scalar or an enum; Team is neither",
    ),
    (
        'type E implements Owner @edge(from: ["Team"], to: ["Team"], upstream: TO)',
        19,
        "E is an edge type and implements no interfaces",
    ),
    # Relations
    ('type A @entity { a: Team @rel(edge: "X") }', 26, "there is no edge type X"),
    ('type A @entity { a: Layer @rel(edge: "OwnedBy") }', 21, "Layer is neither"),
    (
        'type A @entity { a: [Owner!] @rel(edge: "OwnedBy") }',
        18,
        "from its end 'from', which is to be Dataset and never A",
    ),
    (
        'type A @entity { a: [Dataset!] @rel(edge: "OwnedBy", reverse: true) }',
        18,
        "from its end 'to', which is to be Owner and never A",
    ),
    (
        (
            "type A implements Owner @entity { name: String @index"
            ' a: [A!] @rel(edge: "OwnedBy", reverse: true) }'
        ),
        55,
        "to its end 'from', which is to be Dataset and never A",
    ),
    # Interfaces
    ("type A implements Nobody @entity", 19, "there is no interface Nobody"),
    ("type A implements Team @entity", 19, "there is no interface Team"),
    ("type A implements Owner @entity", 6, "A.name is missing, as A implements Owner"),
    ("type A implements Owner @entity { name: Int @index }", 35, "A.name is to be String"),
    ("type A implements Owner @entity { name: String }", 35, "A.name is to be @index"),
    ("type A implements Owner @entity { name: [String!] @index }", 35, "is to be no list"),
    ("interface P implements P { a: Int }", 11, "interface P implements itself, in the end"),
    # Names
    ("type A @entity { urn: String }", 18, "A.urn: the name urn is reserved"),
    ("type A @entity { until: Date }", 18, "A.until: the name until is reserved"),
    ("type A @entity { lineage: Int }", 18, "A.lineage: the name lineage is reserved"),
    ("type A @entity { not: Int }", 18, "A.not: the name not is reserved"),
    ("type A @entity { _a: Int }", 18, "A._a: names that begin with _ are reserved"),
    ("type _A @entity", 6, "names that begin with _ are reserved"),
    ("type Transaction @entity", 6, "the name Transaction is reserved"),
    ("enum Lifecycle { A }", 6, "the name Lifecycle is reserved"),
    ("type Suggest @entity", 6, "the root field suggest is Headwater's own"),
    ("type Change @entity", 6, "the root field changes is Headwater's own"),
    ('type A @entity(plural: "teams")', 6, "the root field teams is made for Team already"),
    ('type A @entity(plural: "a")', 6, "the root field a is made for A already"),
    ("type team @entity", 6, "the root field team is made for Team already"),
    ("type TeamFilter @entity", 6, "the type TeamFilter is made for Team already"),
    ("enum TeamOrder { A }", 6, "the type TeamOrder is made for Team already"),
    ("type StringFilter @entity", 6, "the type StringFilter is Headwater's own"),
    ("type DatasetOwnersConnection @entity", 6, "the type DatasetOwnersConnection is made for"),
    (
        (
            'type A @entity { b: Team @rel(edge: "E") bEdge: Int }'
            ' type E @edge(from: ["A"], to: ["Team"], upstream: TO)'
        ),
        18,
        "the field bEdge is made for A.bEdge",
    ),
    # Renames
    ('type A @entity @was(name: "A")', 16, "A cannot have been A: it is called that still"),
    ('type A @entity @was(name: "Team")', 16, "A cannot have been Team: Team is declared here too"),
    (
        'type A @entity { a: Int b: Int @was(name: "a") }',
        32,
        "A.b cannot have been A.a: A.a is declared here too",
    ),
    (
        'type A @entity @was(name: "Z") type B @entity @was(name: "Z")',
        47,
        "another one says already that it was Z",
    ),
]


@pytest.mark.parametrize(("more", "column", "sentence"), WRONG)
def test_a_wrong_catalog_is_told_what_is_wrong_and_where(
    more: str, column: int, sentence: str
) -> None:
    found = problems(RIGHT + more)
    assert any(sentence in each for each in found), found
    assert any(each.startswith(f"line {FIRST}, column {column}: ") for each in found), found


def test_a_name_that_is_generated_for_an_earlier_type_is_told_there() -> None:
    assert problems(f"{RIGHT}type LayerFilter @entity") == [
        "line 2, column 6: Layer clashes: the type LayerFilter is made for LayerFilter already"
    ]


def test_all_problems_of_a_file_come_together_in_its_order() -> None:
    found = problems("type A @entity {\n  a: Nothing\n  id: Int\n}\ntype A @edge")
    assert found == [
        "line 2, column 6: A.a: there is no type Nothing",
        "line 3, column 3: A.id: the name id is reserved",
        "line 5, column 6: A is declared twice",
    ]


def test_a_cycle_of_interfaces_is_refused_at_each_of_them() -> None:
    found = problems(
        "interface A implements C { a: Int }\n"
        "interface B implements A { a: Int }\n"
        "interface C implements B { a: Int }\n"
    )
    for line, name in enumerate("ABC", start=1):
        cycle = f"line {line}, column 11: interface {name} implements itself, in the end"
        assert cycle in found


def test_what_implements_an_interface_implements_those_above_it() -> None:
    text = "interface A { a: Int } interface B implements A { a: Int } type T implements B @entity"
    assert "line 1, column 65: T implements B, so it has to implement A too" in problems(text)
    right = text.replace("implements B @entity", "implements A & B @entity { a: Int }")
    assert sdl.parse(right).entity_types["T"].interfaces == ("A", "B")


@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("a: Int", "a: Long", "a"),
        ("a: Int", "a: [Int!]", "a"),
        ("a: T", "a: I", "a"),
        ("a: [T!]", 'a: [T!] @rel(edge: "E")', "a"),
        ('a: [T!] @rel(edge: "E")', 'a: [T!] @rel(edge: "E", reverse: true)', "a"),
        ('a: T @rel(edge: "E")', "aEdge: Int", "aEdge"),
    ],
)
def test_interfaces_agree_about_the_fields_that_they_share(one: str, other: str, name: str) -> None:
    text = (
        f"interface I {{ {one} }}\ninterface J {{ {other} }}\ntype T @entity\n"
        'type E @edge(from: ["T", "I", "J"], to: ["T", "I", "J"], upstream: TO)'
    )
    [found] = problems(text)
    assert found == (
        f"line 2, column 15: J.{name} is to be what I.{name} is: an entity whose type is not"
        " known implements both"
    )
    assert "J" in sdl.parse(text.replace(other, one)).interfaces


def test_a_relation_to_one_may_be_narrower_than_its_interface_asks() -> None:
    narrow = (
        'interface I {{ up: {0} @rel(edge: "E") }}'
        ' type T implements I @entity {{ up: {1} @rel(edge: "E") }}'
        ' type E @edge(from: ["I"], to: ["I"], upstream: TO)'
    )
    assert sdl.parse(narrow.format("I", "T")).entity_types["T"].relations[0].target == "T"
    assert "T.up is to be I" in problems(narrow.format("[I!]", "[T!]"))[0]


@pytest.mark.parametrize("text", ["type A @entity { a: " + "[" * 50_000, "x" * (sdl.LONGEST + 1)])
def test_a_monstrous_file_is_refused_in_one_line(text: str) -> None:
    assert len(problems(text)) == 1


def test_a_syntax_error_has_its_place() -> None:
    assert problems("type A @entity {\n  a Int\n}") == [
        "line 2, column 5: Expected ':', found Name 'Int'."
    ]
