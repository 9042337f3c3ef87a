"""Queries from the text to the answer, each by one statement."""

from tests.service.conftest import Asking


async def test_an_entity_is_found_by_urn_and_by_id(asking: Asking) -> None:
    data = await asking.data('{ dataset(id: "hw://dataset/x/raw") { id urn type lifecycle name } }')
    identity = data["dataset"].pop("id")
    assert data["dataset"] == {
        "urn": "hw://dataset/x/raw",
        "type": "Dataset",
        "lifecycle": "ENRICHED",
        "name": "raw events",
    }
    again = await asking.data("query ($id: ID!) { entity(id: $id) { urn } }", {"id": identity})
    assert again == {"entity": {"urn": "hw://dataset/x/raw"}}


async def test_scalars_come_out_in_their_format(asking: Asking) -> None:
    data = await asking.data(
        '{ dataset(id: "hw://dataset/x/raw") { kind tags rows price created details } }'
    )
    assert data["dataset"] == {
        "kind": "TABLE",
        "tags": ["a", "b"],
        "rows": "9007199254740993",
        "price": "1.5",
        "created": "2023-05-01T10:00:00Z",
        "details": None,
    }


async def test_an_unknown_name_is_null(asking: Asking) -> None:
    assert await asking.data('{ dataset(id: "hw://nobody") { name } }') == {"dataset": None}


async def test_all_root_fields_are_one_statement(asking: Asking) -> None:
    data = await asking.data(
        """{
          basis { t instant }
          now: dataset(id: "hw://dataset/x/raw") { name }
          then: dataset(id: "hw://dataset/x/raw", asOf: "2024-01-15") { name }
          datasets(orderBy: [{name: ASC}]) { nodes { name } totalCount }
          teams { nodes { name owns { nodes { name } } } }
          transactions(first: 1) { nodes { actor } }
          node(id: "hw://model/x/ranker") { id ... on Model { name team { name } } }
        }"""
    )
    assert data["basis"]["instant"] == "2024-03-01T00:00:00Z"
    assert data["now"] == {"name": "raw events"}
    assert data["then"] == {"name": "raw"}
    nodes = [{"name": "clean"}, {"name": "raw events"}]
    assert data["datasets"] == {"nodes": nodes, "totalCount": 2}
    core, unheard = data["teams"]["nodes"]
    assert core == {"name": "Core", "owns": {"nodes": [{"name": "raw events"}]}}
    assert unheard == {"name": None, "owns": {"nodes": [{"name": "clean"}]}}
    assert data["transactions"] == {"nodes": [{"actor": "ann"}]}
    assert data["node"]["name"] == "ranker"
    assert data["node"]["team"] == {"name": "Core"}


async def test_relations_have_edges_and_interfaces_have_types(asking: Asking) -> None:
    data = await asking.data(
        """{ dataset(id: "hw://dataset/x/clean") {
          upstream { edges { cursor node { name } edge { type weight since { t } to { urn } } } }
          owners { nodes { __typename name ... on Team { urn } } }
        } }"""
    )
    [edge] = data["dataset"]["upstream"]["edges"]
    assert edge["node"] == {"name": "raw events"}
    assert edge["edge"]["weight"] == 0.5
    assert edge["edge"]["to"] == {"urn": "hw://dataset/x/raw"}
    [owner] = data["dataset"]["owners"]["nodes"]
    assert owner == {"__typename": "Team", "name": None, "urn": "hw://unheard/of"}


async def test_lineage_is_answered(asking: Asking) -> None:
    data = await asking.data(
        """{ lineage(of: ["hw://dataset/x/clean"]) {
          complete stoppedBy nodes { urn side depth type lifecycle } edges { type back }
        } }"""
    )
    lineage = data["lineage"]
    assert lineage["complete"] is True
    assert [(node["urn"], node["side"]) for node in lineage["nodes"]] == [
        ("hw://dataset/x/clean", "ROOT"),
        ("hw://dataset/x/raw", "UPSTREAM"),
        ("hw://model/x/ranker", "DOWNSTREAM"),
    ]


async def test_pages_go_on_where_the_cursor_stands(asking: Asking) -> None:
    text = """query ($after: String) {
      datasets(first: 1, after: $after, orderBy: {name: ASC}) {
        nodes { name } pageInfo { hasNextPage endCursor }
      }
    }"""
    first = (await asking.data(text))["datasets"]
    assert first["nodes"] == [{"name": "clean"}]
    assert first["pageInfo"]["hasNextPage"] is True
    after = {"after": first["pageInfo"]["endCursor"]}
    second = (await asking.data(text, after))["datasets"]
    assert second["nodes"] == [{"name": "raw events"}]
    assert second["pageInfo"]["hasNextPage"] is False


async def test_filters_take_variables(asking: Asking) -> None:
    text = """query ($where: DatasetFilter) { datasets(where: $where) { nodes { urn } } }"""
    for where, found in (
        ({"kind": {"eq": "VIEW"}}, ["hw://dataset/x/clean"]),
        ({"rows": {"gt": 9007199254740992}}, ["hw://dataset/x/raw"]),
        ({"price": {"lt": "1.51"}}, ["hw://dataset/x/raw"]),
        ({"created": {"lte": "2023-05-01T10:00:00Z"}}, ["hw://dataset/x/raw"]),
        ({"tags": {"hasAll": ["a", "b"]}}, ["hw://dataset/x/raw"]),
        ({"upstream": {"some": {"name": {"startsWith": "raw"}}}}, ["hw://dataset/x/clean"]),
        ({"upstream": {"edge": {"weight": {"gt": 0.6}}}}, []),
        ({"not": {"kind": {"eq": "VIEW"}}}, ["hw://dataset/x/raw"]),
    ):
        data = await asking.data(text, {"where": where})
        assert [node["urn"] for node in data["datasets"]["nodes"]] == found, where


async def test_a_plan_is_made_once_for_one_shape(asking: Asking) -> None:
    text = "query ($name: String) { datasets(where: {name: {eq: $name}}) { totalCount } }"
    plans = asking.executor.live.current.plans
    for name, size in (("clean", 1), ("raw events", 1), (None, 2)):
        found = await asking.data(text, {"name": name})
        assert found == {"datasets": {"totalCount": 1 if name else 0}}
        assert len(plans) == size


async def test_every_answer_says_when_it_is_true(asking: Asking) -> None:
    for query in (
        "{ __typename }",
        '{ __type(name: "Dataset") { name } }',
        "{ basis { t } }",
        "query ($by: SortOrder) { datasets(orderBy: [{name: $by}]) { totalCount } }",
    ):
        response = await asking.ask(query)
        assert response.executed
        assert response.basis is not None
        extensions = response.body()["extensions"]
        assert isinstance(extensions, dict)
        assert extensions["basis"] == {"t": "4", "instant": "2024-03-01T00:00:00Z"}


async def test_a_fault_is_its_fields_own_error(asking: Asking) -> None:
    response = await asking.ask(
        """{
          fine: dataset(id: "hw://dataset/x/raw") { name }
          late: dataset(id: "hw://dataset/x/raw", asOf: "2999-01-01") { name }
          many: datasets(first: 10000000) { totalCount }
          lost: lineage(of: ["hw://nobody"]) { complete }
        }"""
    )
    data = response.data or {}
    assert data == {"fine": {"name": "raw events"}, "late": None, "many": None, "lost": None}
    told = [(error["path"], error["extensions"]) for error in response.errors]
    codes = [(path, told["code"]) for path, told in told]
    assert codes == [
        (["late"], "FUTURE_TIME_POINT"),
        (["many"], "LIMIT_EXCEEDED"),
        (["lost"], "UNKNOWN_ENTITY"),
    ]


async def test_a_fault_below_the_root_stays_below_it(asking: Asking) -> None:
    response = await asking.ask(
        '{ dataset(id: "hw://dataset/x/clean") { name upstream(first: -1) { totalCount } } }'
    )
    assert response.data == {"dataset": {"name": "clean", "upstream": None}}
    [error] = response.errors
    assert error["path"] == ["dataset", "upstream"]


async def test_an_empty_catalog_answers_too(empty: Asking) -> None:
    data = await empty.data(
        '{ basis { t } entity(id: "hw://nobody") { id } nodes(ids: []) { id } }'
    )
    assert data == {"basis": {"t": "0"}, "entity": None, "nodes": []}


async def test_nobody_is_listed_twice_for_passing_twice(asking: Asking) -> None:
    link = {"type": "OwnedBy", "from": "hw://dataset/x/raw", "to": "hw://team/x/second"}
    team = {"type": "Team", "urn": "hw://team/x/second", "name": "Second"}
    write = "mutation ($it: TransactionInput!) { transact(transaction: $it) { redundant } }"
    await asking.ask(write, {"it": {"upsert": [team], "link": [link]}})
    data = await asking.data(
        """{ datasets(where: {owners: {some: {name: {isNull: false}}}}) {
          totalCount nodes { urn }
        } }"""
    )
    assert data["datasets"] == {"totalCount": 1, "nodes": [{"urn": "hw://dataset/x/raw"}]}
