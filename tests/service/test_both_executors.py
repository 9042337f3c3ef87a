"""What both executors have to answer alike, byte for byte: one question for each way to differ.

`tests/executors` asks what is drawn; here stand values and selections that are seldom drawn.
"""

# ruff: noqa: E501  # GraphQL, and facts, each in a few lines.

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from schema.execution.queries import compiled_query
from schema.execution.requests import Request
from service.cli.schema import applied_to
from store.database import Database
from tests.executors.both import Both
from tests.service.conftest import Asking, serving

_CATALOG = """
interface Named { name: String @index }
enum Kind { TABLE VIEW }
type Thing implements Named @entity {
  name: String @required @index
  text: String
  int: Int
  long: Long @index
  float: Float @index
  decimal: Decimal @index
  truth: Boolean
  at: DateTime @index
  day: Date
  uuid: UUID
  uri: URI
  word: Keyword
  json: JSON
  kind: Kind @index
  floats: [Float!]
  words: [String!]
  near: [Thing!] @rel(edge: "Near")
  of: [Named!] @rel(edge: "Of")
}
type Other implements Named @entity { name: String @required @index  size: Int }
type Near @edge(from: ["Thing"], to: ["Thing"], upstream: TO) { weight: Float @index }
type Of @edge(from: ["Thing"], to: ["Thing", "Other"], upstream: NONE)
"""
_A, _B, _C = "hw://thing/x/a", "hw://thing/x/b", "hw://other/x/c"
_FLOATS = [1e20, 1e-5, 5.0, 1e15, 123456789012345680.0, 0.1, -1.5e-300, 1.7976931348623157e308]
_TEXT = 'quote " slash / back \\ tab \t bell \x07 del \x7f é ✓ 😀 \u2028 <&>'
_JSON = {
    "big": 18446744073709551615,
    "beyond": 2**70,
    "small": -1e-7,
    "floats": _FLOATS,
    "z": {"b": 1, "a": [None, True, {}]},
    "é": _TEXT,
    "__typename": "none of ours",
}
_WRITTEN: tuple[dict[str, object], ...] = (
    {
        "instant": "2024-01-01T00:00:00Z",
        "upsert": [
            {"type": "Thing", "urn": _A, "name": "a", "text": _TEXT, "int": -(2**31), "long": -(2**63),
             "float": 1e20, "decimal": "1e30", "truth": False, "at": "1999-12-31T23:59:59.000001Z",
             "day": "0001-01-01", "uuid": "123e4567-e89b-12d3-a456-426614174000",
             "uri": "https://example.org/é?a=b", "word": "wörd", "json": _JSON, "kind": "VIEW",
             "floats": _FLOATS, "words": ["b", "a", _TEXT]},
            {"type": "Thing", "urn": _B, "name": "b", "float": 1e-5, "decimal": "0.000001",
             "truth": True, "json": 1e-5},
            {"type": "Other", "urn": _C, "name": "c", "size": 3},
        ],
        "link": [
            {"type": "Near", "from": _A, "to": _B, "properties": {"weight": 2.5e-9}},
            {"type": "Of", "from": _A, "to": _C},
            {"type": "Of", "from": _A, "to": _B},
        ],
    },
    {
        "instant": "2024-02-01T00:00:00Z",
        "upsert": [{"type": "Thing", "urn": _B, "name": "b", "float": 5.0, "json": [1e16, 1e-4, 1]}],
    },
)  # fmt: skip

_ALIKE: Mapping[str, str] = {
    "every scalar": """{ things { nodes { id urn type lifecycle name text int long float decimal truth
        at day uuid uri word json kind floats words } } }""",
    "every scalar beside a cursor": """{ things { edges { cursor node { name text int long float
        decimal truth at day uuid uri word json kind floats words } } } }""",
    "order of a number as a cursor": """{ things(orderBy: [{float: DESC}], first: 1) {
        edges { cursor node { float } } pageInfo { endCursor startCursor hasNextPage } } }""",
    "past": "{ things(asOf: 2) { basis { t } nodes { name float json } } }",
    "nested times": """{ thing(id: "hw://thing/x/a") { name
        near(asOf: "2024-01-15") { nodes { float json } basis { t instant } }
        now: near { nodes { float json near(asOf: 1) { totalCount } } } } }""",
    "nothing there": """{ thing(id: "hw://thing/x/nobody") { name } node(id: "E1") { id }
        nodes(ids: ["hw://thing/x/a", "T1", "E1", "hw://other/x/c"]) { __typename id
        ... on Thing { name truth } ... on Other { size } ... on Transaction { instant } } }""",
    "typename in its place": """{ b: __typename entity(id: "hw://thing/x/a") { id __typename
        ... on Thing { name } __typename ... on Other { size __typename } } __typename }""",
    "typename of some types": """{ entity(id: "hw://other/x/c") { ... on Thing { __typename name }
        ... on Other { size } } that: entity(id: "hw://thing/x/a") { ... on Thing { __typename name }
        ... on Other { size } } }""",
    "types without anything": """{ named: nameds(orderBy: [{name: ASC}]) {
        nodes { ... on Other { size } } } }""",
    "merged": """query { thing(id: "hw://thing/x/a") { name ...F near { nodes { id } } ...G } }
        fragment F on Thing { near { nodes { name } totalCount } text }
        fragment G on Named { name ... on Thing { near { totalCount nodes { urn id } } } }""",
    "order of fields of an interface": """{ nameds { nodes { ...N ... on Thing { int name } urn id } } }
        fragment N on Named { ... on Other { size } name ... on Entity { urn } }""",
    "aliases": """{ a: things(first: 1) { nodes { x: name y: name } } things(first: 2) {
        nodes { name: urn urn: name } } a2: thing(id: "hw://thing/x/a") { one: near(first: 1) {
        nodes { name } } none: near(first: 0) { nodes { name } totalCount } } }""",
    "edges": """{ thing(id: "hw://thing/x/a") { near { edges { node { name } edge { weight key since { t }
        from { id } to { __typename urn } } } } of { nodes { __typename name ... on Other { size } }
        edges { cursor edge { id } node { ... on Thing { name near { edges { cursor } } } } } } } }""",
    "history": """{ thing(id: "hw://thing/x/b") { history { edges { cursor node { attribute value op
        transaction { t } entity { __typename urn } } } } }
        history(id: "hw://thing/x/b") { facts { nodes { attribute value } } __typename } }""",
    "transactions": """{ transactions { nodes { id t facts { nodes { value attribute } totalCount }
        edgeChanges { nodes { change type } } } } }""",
    "lineage": """{ lineage(of: ["hw://thing/x/a"]) { nodes { id rank depth entity { urn
        ... on Thing { name float near { edges { cursor } } } } } edges { from to back edge {
        ... on Near { weight } from { urn } } } complete stoppedBy basis { t } } }""",
    "lineage as it is written": """{ lineage(of: ["hw://thing/x/a"], maxDepth: 1) { __typename
        ways: edges { of: to __typename edge { ... on Near { weight } } } stoppedBy
        basis { t } found: nodes { __typename e: entity { __typename ... on Thing { float json name
        decimal owner: of { nodes { urn } } } } inDegree side kind: type lifecycle } frontier {
        node hiddenByType { type count } cursor } } }""",
    "lineages alike": """{ a: lineage(of: ["hw://thing/x/a"]) { nodes { id entity { urn } } }
        b: lineage(of: ["hw://thing/x/b"]) { nodes { id entity { urn } } }
        c: lineage(of: ["hw://no"]) { nodes { id entity { urn } } }
        d: lineage(of: ["hw://thing/x/a", "hw://thing/x/b"], maxNodes: 1) { edges { id } } }""",
    "lineage with a fault below": """{ lineage(of: ["hw://thing/x/a"]) { nodes { id entity { urn
        ... on Thing { near(asOf: 99) { totalCount } } } } edges { id } } }""",
    "lineage of an interface": """{ lineage(of: ["hw://thing/x/a"]) { nodes { entity { urn } }
        nodes2: nodes { entity { ... on Thing { json } } } edges { edge { since { t } } } } }""",
    "paths": """{ paths(from: ["hw://thing/x/a"], to: ["hw://thing/x/b"]) { nodes { length nodes {
        entity { urn ... on Thing { float } } } edges { edge { id } } } total } }""",
    "impact": """{ impact(of: ["hw://thing/x/b"], direction: DOWNSTREAM) { edges { cursor distance node
        { urn } } byType { type count } totalCount } }""",
    "difference": """{ lineageDiff(of: ["hw://thing/x/a"], from: 1, to: 2) { nodes { change entity {
        urn } values { attribute before after } } edges { change id } from { basis { t } } } }""",
    "search": """{ search(text: "hw") { edges { cursor score highlights { text spans { start end } }
        node { urn ... on Thing { name } } } byType { type count } totalCount } }""",
    "aggregates": """{ things { aggregate { float { min max sum avg count distinct } decimal { sum }
        long { max } } groups(by: kind) { nodes { key count } } } }""",
    "datalog": """{ datalog(query: "[:find ?e ?f ?j :where [?e :Thing/float ?f] [?e :Thing/json ?j]]")
        { rows columns complete basis { t } __typename } }""",
    "federation": """{ _entities(representations: [{__typename: "Thing", urn: "hw://thing/x/a"},
        {__typename: "Named", urn: "hw://other/x/c"}, {__typename: "Other", urn: "hw://thing/x/a"}]) {
        __typename ... on Thing { name float } ... on Other { size } } }""",
    "a wrong representation": """{ _entities(representations: [{__typename: "Thing"}, 7,
        {__typename: "Thing", urn: "hw://thing/x/a"}]) { ... on Thing { name } } things {
        totalCount } }""",
    "faults at the root": """{ a: thing(id: "hw://thing/x/a") { name } b: thing(id: "hw://thing/x/a",
        asOf: 999) { name } c: things(first: 1000000) { totalCount } d: lineage(of: ["hw://no"]) {
        complete } e: things(after: "x") { nodes { name } } }""",
    "faults below": """{ things { nodes { name near(asOf: 99) { totalCount } of(first: -1) {
        totalCount } } } entity(id: "hw://thing/x/a") { ... on Thing { near(asOf: 99) { nodes { id } } }
        urn } nodes(ids: ["hw://thing/x/a"]) { ... on Thing { of(after: "no") { totalCount } } } }""",
    "faults where null cannot be": """{ impact(of: ["hw://thing/x/b"]) { groups(by: of,
        first: -4) { groups { count } } } things { totalCount } }""",
    "introspection beside facts": """{ things { totalCount } __schema { queryType { name } } __typename
        __type(name: "Thing") { name kind } thing(id: "hw://thing/x/a") { name } }""",
    "introspection alone": "{ __schema { queryType { name } } __typename }",
    "names alone": "{ __typename other: __typename }",
}  # fmt: skip


@pytest.fixture
async def everything(database_url: str) -> AsyncIterator[Asking]:
    async with Database.open(database_url) as database:
        await applied_to(database, _CATALOG)
    async with serving(database_url) as asking:
        for transaction in _WRITTEN:
            mutation = (
                "mutation ($it: TransactionInput!) { transact(transaction: $it) { redundant } }"
            )
            written = await asking.ask(mutation, {"it": transaction})
            assert written.errors == []
        yield asking


async def test_both_executors_give_the_same_bytes(everything: Asking) -> None:
    both = Both.of(everything.executor)
    without = 0
    for about, query in _ALIKE.items():
        told = await both.same(query)
        assert told.executed, (about, told.errors)
        without += not told.errors
    assert without == len(_ALIKE) - 6
    assert both.known > both.asked * 0.2
    assert both.by_reason == {None: len(_ALIKE)}


@pytest.mark.parametrize(
    ("about", "keys"),
    [
        ("lineage as it is written", {"lineage"}),
        ("lineages alike", {"a", "b", "c", "d"}),
        ("lineage", set()),
        ("lineage with a fault below", set()),
    ],
)
async def test_lineage_is_handed_on_where_nothing_in_its_lists_is_left_to_us(
    everything: Asking, about: str, keys: set[str]
) -> None:
    prepared = everything.executor.prepare(Request(_ALIKE[about], {}))
    plan = compiled_query(prepared, everything.executor.reading.limits).plan
    assert plan.handed == keys


async def test_numbers_keep_the_text_that_the_database_wrote(everything: Asking) -> None:
    both = Both.of(everything.executor)
    for query in (_ALIKE["every scalar"], _ALIKE["every scalar beside a cursor"]):
        text = b"".join((await both.same(query)).written)
        for number in (b'"float":1e+20', b'"beyond":1.1805916207174113e+21', b'"small":-1e-07'):
            assert number in text
        assert b'"big":18446744073709551615' in text


_QUERY = """query ($skip: Boolean!, $with: Boolean = true, $first: Int, $ids: [ID!], $where: ThingFilter,
  $at: TimePoint) {
  things(first: $first, where: $where, asOf: $at) {
    nodes { name near @skip(if: $skip) { totalCount } ... @include(if: $with) { urn } text @skip(if: true) }
  }
  things2: things @include(if: $skip) { totalCount }
}"""


@pytest.mark.parametrize(
    "variables",
    [
        {"skip": True},
        {"skip": False, "with": False, "first": 1},
        {"skip": False, "with": None},
        {"skip": True, "where": {"float": {"gt": 1}}, "at": "2024-01-15"},
        {"skip": True, "where": {"or": [{"name": {"eq": "a"}}, {"truth": {"eq": True}}]}, "at": 1},
        {"skip": True, "where": None, "first": None},
        {"skip": True, "where": {"float": {"wrong": 1}}},
        {"skip": "no"},
        {},
    ],
)
async def test_variables_mean_the_same_to_both(
    everything: Asking, variables: Mapping[str, Any]
) -> None:
    both = Both.of(everything.executor)
    for _ in range(2):  # The second time out of the plan that was kept.
        await both.same(_QUERY.replace("$ids: [ID!], ", ""), variables)


async def test_a_null_where_none_can_be_is_completed_by_graphql_core(everything: Asking) -> None:
    both = Both.of(everything.executor)
    query = 'query ($id: ID = "hw://thing/x/a") { thing(id: $id) { name } things { totalCount } }'
    assert (await both.same(query)).errors == []
    assert [each["path"] for each in (await both.same(query, {"id": None})).errors] == [["thing"]]
    [reason] = (each for each in both.by_reason if each is not None)
    assert "does not fit" in reason
