"""The catalogue and the facts that it is made of say the same, whichever way one goes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from store.database import Database
from store.ids import AttributeId, T
from store.schema.change import SchemaDeclaration, plan
from store.schema.description import Said, describe
from store.schema.facts import SchemaFacts, facts_of, fold, full_names, read_catalogue

NEW = AttributeId(0)
TYPES = ("Dataset", "Model", "Team", "Été")
EDGES = ("Uses", "OwnedBy")
INTERFACES = ("Owner", "Asset")
ENUMS = ("Layer", "Stage")

texts = st.none() | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5
)
flags = st.booleans()


@st.composite
def attributes(draw: st.DrawFn, owner: str, fields: tuple[str, ...]) -> tuple[Attribute, ...]:
    """Draw attributes with some of the fields; what has one name has one type."""
    chosen = draw(st.lists(st.sampled_from(fields), unique=True))
    kinds = dict(zip(fields, ("String", "Keyword", "Ref", "Long"), strict=False))
    return tuple(
        Attribute(
            NEW,
            owner,
            field,
            ValueType(kinds[field]),
            many=field == "c",
            required=draw(flags),
            indexed=draw(flags),
            searched=draw(flags),
            unique=draw(flags),
            component=draw(flags),
            enum=draw(st.sampled_from((None, *ENUMS))) if kinds[field] == "Keyword" else None,
            target=draw(st.sampled_from(TYPES + INTERFACES)) if kinds[field] == "Ref" else None,
            description=draw(texts),
            deprecated=draw(texts),
        )
        for field in chosen
    )


@st.composite
def relations(draw: st.DrawFn, owner: str) -> tuple[Relation, ...]:
    """Draw relations."""
    chosen = draw(st.lists(st.sampled_from(("x", "y", "z")), unique=True))
    return tuple(
        Relation(
            NEW,
            owner,
            field,
            draw(st.sampled_from(EDGES)),
            draw(st.sampled_from(TYPES + INTERFACES)),
            reverse=draw(flags),
            many=draw(flags),
            required=draw(flags),
            component=draw(flags),
            description=draw(texts),
            deprecated=draw(texts),
        )
        for field in chosen
    )


@st.composite
def declarations(draw: st.DrawFn) -> SchemaDeclaration:
    """Draw a schema in which every name is there, so that any can be named."""
    types = {
        name: EntityType(
            NEW,
            name,
            f"{name}s",
            tuple(draw(st.lists(st.sampled_from(INTERFACES), unique=True))),
            draw(attributes(name, ("a", "b", "c", "d"))),
            draw(relations(name)),
            draw(texts),
            draw(texts),
        )
        for name in TYPES
    }
    interfaces = {
        name: Interface(NEW, name, f"{name}s", (), (), draw(texts), draw(texts))
        for name in INTERFACES
    }
    ends = st.lists(st.sampled_from(TYPES + INTERFACES), min_size=1, unique=True).map(tuple)
    edges = {
        name: EdgeType(
            NEW,
            name,
            draw(ends),
            draw(ends),
            draw(st.sampled_from(Upstream)),
            draw(attributes(name, ("a", "b", "d"))),
            draw(flags),
            draw(flags),
            draw(texts),
            draw(texts),
        )
        for name in EDGES
    }
    values = st.lists(st.sampled_from(("RAW", "MADE", "SERVED")), min_size=1, unique=True)
    enums = {
        name: EnumType(
            NEW,
            name,
            tuple(EnumValue(value, draw(texts), draw(texts)) for value in draw(values)),
            draw(texts),
        )
        for name in ENUMS
    }
    return SchemaDeclaration(types, interfaces, edges, enums)


def recorded(catalogue: Catalogue, there: SchemaFacts) -> SchemaFacts:
    """Return the facts of a catalogue, with the ids that are there and new ones."""
    ids = {name: e for e, name in full_names(there.facts).items()}
    for name in describe(catalogue):
        ids.setdefault(name, 1000 + len(ids))
    return SchemaFacts(T(there.t + 1), facts_of(describe(catalogue), ids))


@settings(max_examples=30, deadline=None)
@given(declarations(), declarations())
def test_facts_make_the_catalogue_that_was_planned(
    first: SchemaDeclaration, second: SchemaDeclaration
) -> None:
    facts = SchemaFacts(T(0), {})
    for wanted in (first, second):
        change = plan(facts.catalogue(), wanted)
        facts = recorded(change.after, facts)
        assert describe(facts.catalogue()) == describe(change.after)
        assert list(describe(facts.catalogue())) == list(describe(change.after))
        again = plan(facts.catalogue(), wanted)
        assert again.is_empty, again.lines


@settings(max_examples=30, deadline=None)
@given(declarations(), declarations())
def test_no_slot_is_taken_twice_or_moves(
    first: SchemaDeclaration, second: SchemaDeclaration
) -> None:
    before = plan(Catalogue(), first).after
    after = plan(before, second).after
    slots = {name: attribute.slot for name, attribute in after.attributes.items()}
    for name, attribute in before.attributes.items():
        assert slots[name] == attribute.slot
    for owner in (*after.entity_types, *after.edge_types):
        taken = sorted(slot for name, slot in slots.items() if name.startswith(f"{owner}/"))
        assert taken == list(range(1, len(taken) + 1))


def test_what_is_retracted_is_no_longer_said() -> None:
    rows = [
        (1, 1000, Said.KIND, True, None, '"Enum"'),
        (1, 1000, Said.NAME, True, None, '"Layer"'),
        (1, 1000, Said.DESCRIPTION, True, None, '"How far"'),
        (3, 1000, Said.DESCRIPTION, False, None, '"How far"'),
    ]
    catalogue = fold(rows).catalogue()
    assert catalogue.t == 3
    assert catalogue.enums == {"Layer": EnumType(AttributeId(1000), "Layer", ())}


async def test_an_empty_log_says_the_empty_catalogue(database_url: str) -> None:
    async with Database.open(database_url) as database:
        catalogue = await read_catalogue(database)
        assert catalogue == Catalogue()
        assert set(catalogue.entity_types) == {"Unknown"}


async def test_the_migration_names_what_is_said_about_the_schema(database_url: str) -> None:
    async with Database.open(database_url) as database:
        named = "SELECT id, name FROM schema_name WHERE id BETWEEN 20 AND 63 ORDER BY id"
        assert await database.rows(named) == [(said, f"schema/{said.field}") for said in Said]


ENDS = [
    (1, 1000, Said.KIND, True, None, '"Interface"'),
    (1, 1000, Said.NAME, True, None, '"Owner"'),
    (1, 1000, Said.PLURAL, True, None, '"owners"'),
    *((1, e, Said.KIND, True, None, '"EntityType"') for e in (1001, 1002)),
    (1, 1001, Said.NAME, True, None, '"Team"'),
    (1, 1002, Said.NAME, True, None, '"Person"'),
    (1, 1001, Said.PLURAL, True, None, '"teams"'),
    (1, 1002, Said.PLURAL, True, None, '"people"'),
    (1, 1001, Said.INTERFACE, True, 1000, None),
    (1, 1003, Said.KIND, True, None, '"EdgeType"'),
    (1, 1003, Said.NAME, True, None, '"OwnedBy"'),
    (1, 1003, Said.UPSTREAM, True, None, '"NONE"'),
    (1, 1003, Said.FROM, True, 1001, None),
    (1, 1003, Said.TO, True, 1000, None),
]


@pytest.mark.parametrize(
    ("later", "from_types", "to_types"),
    [
        ([], {"Team"}, {"Team"}),
        # The interface's only type stays allowed, beside what it is named by itself.
        ([(2, 1003, Said.TO, True, 1001, None)], {"Team"}, {"Team"}),
        ([(2, 1002, Said.INTERFACE, True, 1000, None)], {"Team"}, {"Team", "Person", "Unknown"}),
        (
            [
                (2, 1003, Said.FROM, True, 1002, None),
                (3, 1003, Said.FROM, False, 1001, None),
            ],
            {"Team", "Person", "Unknown"},
            {"Team"},
        ),
        # Nothing was allowed for a while, so that what came stayed Unknown.
        (
            [
                (2, 1001, Said.INTERFACE, False, 1000, None),
                (3, 1001, Said.INTERFACE, True, 1000, None),
            ],
            {"Team"},
            {"Team", "Unknown"},
        ),
    ],
)
def test_the_ends_of_edges_have_been_what_was_ever_allowed(
    later: list[tuple[object, ...]], from_types: set[str], to_types: set[str]
) -> None:
    [ends] = fold([*ENDS, *later]).catalogue().ends_ever.values()
    assert list(map(set, ends)) == [from_types, to_types]


def test_what_was_a_list_once_or_came_to_be_one_end_later_has_not_always_been_one() -> None:
    rows = [
        *ENDS,
        (1, 1003, Said.ONE_FROM, True, None, "true"),
        *(
            row
            for e, name in ((1010, '"name"'), (1011, '"tag"'))
            for row in (
                (1, e, Said.KIND, True, None, '"Attribute"'),
                (1, e, Said.NAME, True, None, name),
                (1, e, Said.OWNER, True, 1001, None),
                (1, e, Said.VALUE_TYPE, True, None, '"String"'),
                (1, e, Said.CARDINALITY, True, None, '"many"' if e == 1011 else '"one"'),
                (1, e, Said.SLOT, True, None, str(e - 1009)),
            )
        ),
    ]
    later = [
        (2, 1003, Said.ONE_TO, True, None, "true"),
        (2, 1011, Said.CARDINALITY, False, None, '"many"'),
        (2, 1011, Said.CARDINALITY, True, None, '"one"'),
    ]
    catalogue = fold([*rows, *later]).catalogue()
    assert not catalogue.attributes["Team/tag"].many
    assert catalogue.edge_types["OwnedBy"].one_to
    assert catalogue.always_one == {catalogue.attributes["Team/name"].id}
    assert catalogue.always_one_from == {AttributeId(1003)}
    assert catalogue.always_one_to == frozenset()
    left = fold([*rows, (3, 1003, Said.ONE_FROM, False, None, "true")]).catalogue()
    assert left.always_one_from == frozenset()
