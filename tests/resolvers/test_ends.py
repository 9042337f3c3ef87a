"""Where lineage begins and ends in the small world, walked by hand."""

from typing import Any

from resolvers.errors import BadUserInput, InvalidCursor, LimitExceeded, UnknownEntity
from tests.resolvers.world import World, urn

ASKED = """{ FIELD(MORE) {
  basis { t } totalCount complete stoppedBy edges { distance node { urn } }
  pageInfo { hasNextPage endCursor }
} }"""


async def _ends(world: World, field: str, more: str = "", **variables: object) -> Any:
    asked = ASKED.replace("FIELD", field).replace("MORE", more or "first: 100")
    return await world.one(asked, **variables)


def _told(ends: Any) -> dict[str, int | None]:
    return {each["node"]["urn"].rpartition("/")[2]: each["distance"] for each in ends["edges"]}


async def test_all_of_the_graph_begins_and_ends_where_lineage_does(world: World) -> None:
    roots = await _ends(world, "lineageRoots")
    assert set(_told(roots)) == {"hits", "clicks", "etl"}  # Nobody without lineage is one.
    assert set(_told(roots).values()) == {None}
    assert (roots["totalCount"], roots["complete"], roots["stoppedBy"]) == (3, True, [])
    assert set(_told(await _ends(world, "lineageLeaves"))) == {"report", "ctr"}
    assert set(_told(await _ends(world, "lineageRoots", "asOf: 3"))) == {"hits", "clicks"}
    assert set(_told(await _ends(world, "lineageLeaves", "asOf: 3"))) == {"daily"}


async def test_the_ends_of_some_are_told_with_their_distance(world: World) -> None:
    of = {"of": [urn("report")]}
    roots = await _ends(world, "lineageRoots", "of: $of", **of)
    assert _told(roots) == {"clicks": 2, "hits": 3, "etl": 3}
    leaves = await _ends(world, "lineageLeaves", "of: $of", **of)
    assert _told(leaves) == {"report": 0}
    shallow = await _ends(world, "lineageRoots", "of: $of, maxDepth: 2", **of)
    assert (_told(shallow), shallow["stoppedBy"]) == ({"clicks": 2}, ["MAX_DEPTH"])


async def test_types_edges_and_conditions_are_heeded(world: World) -> None:
    assert set(_told(await _ends(world, "lineageRoots", "types: [Pipeline]"))) == {"etl"}
    over = await _ends(world, "lineageRoots", "edgeTypes: [ComputedFrom]")
    assert set(_told(over)) == {"clean"}
    none = await _ends(world, "lineageRoots", "edgeTypes: [OwnedBy]")
    assert (_told(none), none["totalCount"]) == ({}, 0)
    where = await _ends(world, "lineageRoots", "where: {Dataset: {rows: {gt: 50}}}")
    assert set(_told(where)) == {"hits", "etl"}  # What is said of datasets is of them alone.
    named = await _ends(world, "lineageRoots", "where: {urn: {eq: $urn}}", urn=urn("hits"))
    assert set(_told(named)) == {"hits"}
    kept = await _ends(
        world, "lineageRoots", "of: $of, where: {lifecycle: {in: [UNCACHED]}}", of=[urn("report")]
    )
    assert _told(kept) == {}


async def test_pages_of_ends_go_on(world: World) -> None:
    first = await _ends(world, "lineageRoots", "first: 2")
    assert first["pageInfo"]["hasNextPage"] is True
    cursor = first["pageInfo"]["endCursor"]
    second = await _ends(world, "lineageRoots", "first: 2, after: $after", after=cursor)
    assert {*_told(first), *_told(second)} == {"hits", "clicks", "etl"}
    other = await _ends(world, "lineageLeaves", "first: 2, after: $after", after=cursor)
    assert isinstance(other, InvalidCursor)


async def test_what_is_wrong_is_refused(world: World) -> None:
    gone = await _ends(world, "lineageRoots", "of: $of", of=[urn("nowhere")])
    assert isinstance(gone, UnknownEntity)
    deep = await _ends(world, "lineageRoots", "of: $of, maxDepth: 101", of=[urn("hits")])
    assert isinstance(deep, LimitExceeded)
    assert isinstance(await _ends(world, "lineageRoots", "where: 1"), BadUserInput)
