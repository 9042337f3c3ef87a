"""Transactions with filters, and what each did to edges, against the naive model."""

import random
from collections.abc import Mapping
from typing import Any

import pytest

from tests.oracle.timeline import Fact, Step
from tests.timeline.world import History, ends

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTED = """query($where: TransactionFilter, $order: SortOrder, $at: TimePoint) {
  transactions(where: $where, order: $order, asOf: $at, first: 10000) { totalCount nodes { t } }
}"""


async def test_transactions_that_pass_a_filter_are_those_of_the_log(history: History) -> None:
    chance = random.Random(11)
    found = 0
    draws = history.draws(60)
    for number in range(draws):
        at = chance.choice(history.steps).t if number % 3 == 0 else history.end.t
        where = {"since": 1, **_where(history, chance)}
        order = chance.choice(("ASC", "DESC"))
        answer = await history.ask(LISTED, where=where, order=order, at=at)
        expected = [
            str(step.t) for step in history.steps if step.t <= at and _passes(step, where, history)
        ]
        expected = expected if order == "ASC" else expected[::-1]
        assert [node["t"] for node in answer["nodes"]] == expected, where
        assert answer["totalCount"] == len(expected)
        found += bool(expected)
    print(f"{draws} filters compared, {found} of them with transactions")
    assert found > draws // 2


def _where(history: History, chance: random.Random) -> dict[str, Any]:
    """Draw one to three conditions out of the log itself."""
    step = chance.choice(history.steps)
    drawn: dict[str, Any] = {}
    for name in chance.sample(
        ("since", "until", "text", "facts", "not", "or"), chance.randint(1, 3)
    ):
        match name:
            case "since" | "until":
                earlier = step.t - chance.randint(0, 200)
                t = max(1, earlier) if name == "since" else step.t
                drawn[name] = t if chance.random() < 0.5 else step.said["instant"]
            case "text":
                drawn |= _text(step, chance)
            case "facts":
                drawn["facts"] = _facts(history, step, chance)
            case "not":
                drawn["not"] = _text(step, chance)
            case "or":
                drawn["or"] = [_text(chance.choice(history.steps), chance) for _ in range(2)]
    return drawn


def _text(step: Step, chance: random.Random) -> dict[str, Any]:
    name = chance.choice(("source", "actor", "reason"))
    said = step.said.get(name)
    if said is None:
        return {name: {"isNull": True}}
    return {name: chance.choice(({"eq": said}, {"ne": said}, {"startsWith": said[:4]}))}


def _facts(history: History, step: Step, chance: random.Random) -> dict[str, Any]:
    fact = chance.choice(list(step.facts()))
    asked: dict[str, Any] = {}
    if chance.random() < 0.4:
        asked["op"] = fact.op
    if isinstance(fact.about, str):
        kind = history.end.entities[fact.about].type
        asked |= chance.choice(({"entity": fact.about}, {"type": [kind]}, {}))
    else:
        asked |= chance.choice(({"edgeType": [fact.about[0]]}, {}))
    if not fact.attribute.startswith("edge/") and chance.random() < 0.5:
        asked["attributes"] = [fact.attribute]
    return asked


def _passes(step: Step, where: Mapping[str, Any], history: History) -> bool:
    return all(_meets(step, name, asked, history) for name, asked in where.items())


def _meets(step: Step, name: str, asked: Any, history: History) -> bool:
    match name:
        case "since":
            return not _is_up_to(step, asked)
        case "until":
            return _is_up_to(step, asked)
        case "facts":
            return any(_is_asked(fact, asked, history) for fact in step.facts())
        case "not":
            return not _passes(step, asked, history)
        case "or":
            return any(_passes(step, each, history) for each in asked)
        case _:
            [(operator, value)] = asked.items()
            return _compares(step.said.get(name), operator, value)


def _is_up_to(step: Step, point: int | str) -> bool:
    return step.t <= point if isinstance(point, int) else str(step.said["instant"]) <= point


def _compares(said: str | None, operator: str, value: Any) -> bool:
    match operator:
        case "isNull":
            return said is None
        case "ne":
            return said is None or said != str(value)
        case "eq":
            return said is not None and said == str(value)
        case _:
            return said is not None and said.startswith(str(value))


def _is_asked(fact: Fact, asked: Mapping[str, Any], history: History) -> bool:
    about = fact.about
    kind = history.end.entities[about].type if isinstance(about, str) else about[0]
    name = "type" if isinstance(about, str) else "edgeType"
    return (
        asked.get("op", fact.op) == fact.op
        and asked.get("entity", about) == about
        and fact.attribute in asked.get("attributes", [fact.attribute])
        and not (asked.keys() & {"type", "edgeType"} and kind not in asked.get(name, []))
    )


DID = """query($id: ID!) { node(id: $id) { ... on Transaction { edgeChanges(first: 10000) {
  totalCount nodes {
    type key change from { urn } to { urn } transaction { t }
    facts { attribute op value target { urn } }
  }
} } } }"""


async def test_a_transaction_tells_what_became_of_edges(history: History) -> None:
    chance = random.Random(5)
    busy = [step for step in history.steps if step.edges]
    kinds: set[str] = set()
    for step in chance.sample(busy, history.draws(40)):
        answer = (await history.ask(DID, id=f"T{step.t}"))["edgeChanges"]
        told = {ends(each): each for each in answer["nodes"]}
        assert answer["totalCount"] == len(answer["nodes"]) == len(told)
        assert {key: each["change"] for key, each in told.items()} == step.changes()
        assert {each["transaction"]["t"] for each in answer["nodes"]} == {str(step.t)}
        kinds |= set(step.changes().values())
        _compare_facts(told, step)
    assert kinds >= {"ADDED", "REMOVED"}


def _compare_facts(told: Mapping[Any, Any], step: Step) -> None:
    for key, each in told.items():
        found = sorted((fact["attribute"], fact["op"]) for fact in each["facts"])
        expected = (fact for fact in step.facts() if fact.about == key)
        assert found == sorted(
            (fact.attribute, fact.op) for fact in expected if not fact.attribute.startswith("edge/")
        )


WENT = """query($id: ID!, $types: [EdgeType!], $end: EdgeEnd, $at: TimePoint, $after: String) {
  entity(id: $id, asOf: $at) { edgeHistory(types: $types, end: $end, first: 40, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { type key change from { urn } to { urn } transaction { t } }
  } }
}"""


async def test_an_entity_tells_which_of_its_edges_came_and_went(history: History) -> None:
    chance = random.Random(9)
    busy = sorted({end for step in history.steps for key in step.edges for end in key[1:3]})
    compared = 0
    for urn in chance.sample(busy, 25):
        end = chance.choice(("FROM", "TO", None))
        at = chance.choice(history.steps[len(history.steps) // 2 :]).t
        expected = [
            (str(step.t), key, change)
            for step in reversed(history.steps)
            if step.t <= at
            for key, change in step.changes().items()
            if (end != "TO" and key[1] == urn) or (end != "FROM" and key[2] == urn)
        ]
        if not any(urn in step.entities for step in history.steps if step.t <= at):
            continue
        told, after = [], None
        while True:
            page = await history.ask(WENT, id=urn, end=end, at=at, after=after)
            told += page["edgeHistory"]["nodes"]
            if not page["edgeHistory"]["pageInfo"]["hasNextPage"] or len(told) >= 120:
                break
            after = page["edgeHistory"]["pageInfo"]["endCursor"]
        assert page["edgeHistory"]["totalCount"] == len(expected)
        found = [(each["transaction"]["t"], ends(each), each["change"]) for each in told]
        assert [t for t, _, _ in found] == [t for t, _, _ in expected[: len(found)]]
        assert set(found) <= set(expected)
        assert len(set(found)) == len(found)
        compared += len(found)
    assert compared > 50


LIVED = """query($id: ID!, $types: [EdgeType!]) { entity(id: $id) {
  edgeHistory(types: $types, first: 10000) { nodes { id type key from { urn } to { urn } change } }
} }"""


async def test_an_edge_tells_all_that_it_has_been_through(history: History) -> None:
    often: dict[Any, list[tuple[str, str]]] = {}
    for step in reversed(history.steps):
        for key, change in step.changes().items():
            often.setdefault(key, []).append((str(step.t), change))
    live = [key for key in often if key in history.end.edges]
    live.sort(key=lambda key: len(often[key]), reverse=True)
    asked = """query($id: ID!) { node(id: $id) { ... on Edge {
      history { totalCount nodes { change transaction { t } } } } } }"""
    for key in live[:12]:
        rows = (await history.ask(LIVED, id=key[1], types=[key[0]]))["edgeHistory"]["nodes"]
        [edge] = {each["id"] for each in rows if ends(each) == key}
        told = (await history.ask(asked, id=edge))["history"]
        found = [(each["transaction"]["t"], each["change"]) for each in told["nodes"]]
        assert found == often[key][:100]
        assert told["totalCount"] == len(often[key])


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ('{since: "2999-01-01"}', "FUTURE_TIME_POINT"),
        ('{until: "yesterday"}', "MALFORMED_TIME_POINT"),
        ("{since: 999999}", "FUTURE_TIME_POINT"),
        ("{facts: {type: [Unknown], edgeType: [OwnedBy]}}", "BAD_USER_INPUT"),
        ('{facts: {attributes: ["nothing"]}}', "UNKNOWN_ATTRIBUTE"),
        ("{source: {eq: null, startsWith: null}}", "BAD_USER_INPUT"),
        ("{not: {}}", "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_be_meant_is_refused(history: History, where: str, code: str) -> None:
    asked = f"{{ transactions(where: {where}) {{ nodes {{ t }} }} }}"
    assert await history.served.refusal(asked) == code


async def test_a_cursor_of_other_conditions_is_refused(history: History) -> None:
    first = await history.ask(
        '{ transactions(first: 2, where: {source: {ne: "x"}}) { pageInfo { endCursor } } }'
    )
    for other in ('where: {source: {ne: "y"}}', "order: ASC", ""):
        asked = f"query($c: String) {{ transactions(after: $c {other}) {{ nodes {{ t }} }} }}"
        code = await history.served.refusal(asked, {"c": first["pageInfo"]["endCursor"]})
        assert code == "INVALID_CURSOR"
    nobody = '{ transactions(where: {facts: {entity: ""}}) { totalCount } }'
    assert await history.ask(nobody) == {"totalCount": 0}
