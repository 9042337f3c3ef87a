"""What is explained is what is compiled and sent."""

from datalog.sql.compile import compile_operation
from resolvers.draft import Request
from resolvers.explain import explain
from tests.resolvers.world import NOW, SECRET, World, urn

TEXT = """query {
  dataset(id: $u, asOf: 7) {
    name upstream(where: {name: {contains: "a"}}) { totalCount nodes { name } }
  }
  teams(first: -1) { totalCount }
}"""


async def test_every_level_is_named_by_its_path(world: World) -> None:
    made = world.plan(TEXT)
    explained = explain(made, Request({"u": urn("hits")}, NOW, SECRET))
    paths = [level.path for level in explained.levels]
    assert paths == [
        "dataset",
        "dataset.upstream",
        "dataset.upstream.totalCount",
        "teams.totalCount",
    ]
    assert ":DerivedFrom" in explained.levels[1].datalog
    assert "includes?" in explained.levels[1].datalog


async def test_the_sql_and_its_arguments_are_those_that_are_sent(world: World) -> None:
    made = world.plan(TEXT)
    explained = explain(made, Request({"u": urn("hits")}, NOW, SECRET))
    assert explained.sql == compile_operation(made.operation, world.catalogue).text
    row = await world.database.row(explained.sql, explained.arguments)
    assert len(row) == 3 + len(made.operation.moments) + 2
    assert urn("hits") in explained.arguments


async def test_an_explanation_is_the_same_each_time(world: World) -> None:
    one, other = (explain(world.plan(TEXT), Request({}, NOW, SECRET)) for _ in range(2))
    assert one == other
