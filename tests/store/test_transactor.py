"""Any sequence of transactions, grouped anyhow, gives what the naive model gives, at any t."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.audit.verify import verify
from store.database import Database
from store.errors import CallerFault
from store.ids import FOREVER
from store.transaction import read
from store.writing.writer import Report, Writer
from tests.store.catalogs import opened
from tests.store.model import (
    CATALOG,
    ENDS,
    FIELDS,
    PROPERTIES,
    Accepted,
    Refused,
    World,
    after,
)
from tests.store.worlds import world_at

NAMES = {
    "Team": ("t1", "t2"),
    "User": ("u1", "u2"),
    "Part": ("p1", "p2"),
    "Dataset": ("d1", "d2", "d3"),
    "Project": ("j1",),
}
ALL = sorted(name for names in NAMES.values() for name in names)


def urns(*types: str) -> st.SearchStrategy[str]:
    """Draw a urn, which is nearly always used for one of these types."""
    fitting = sorted(name for one in types for name in NAMES[one])
    return st.sampled_from([*fitting * 80, *ALL])


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["a", "b", None]),
    "code": st.sampled_from(["x", "y", None]),
    "boss": st.one_of(st.none(), urns("User")),
    "friends": st.lists(urns("Team", "User"), max_size=3),
    "badge": st.one_of(st.none(), urns("Part")),
    "tags": st.one_of(st.none(), st.lists(st.sampled_from("abc"), max_size=3)),
    "rows": st.sampled_from([1, "1", 2**63 - 1, None]),
    "weight": st.sampled_from([0.5, 2.0, None]),
    "notes": st.lists(st.sampled_from("mn"), max_size=2),
    "rank": st.sampled_from([1, "2", None]),
}


@st.composite
def upserts(draw: st.DrawFn) -> dict[str, Any]:
    """Draw an upsert."""
    type_name = draw(st.sampled_from(sorted(NAMES)))
    names = draw(st.sets(st.sampled_from(sorted(FIELDS[type_name])), max_size=3))
    values = {name: draw(VALUES[name]) for name in sorted(names)}
    return {"type": type_name, "urn": draw(urns(type_name)), **values}


@st.composite
def links(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a link."""
    edge = draw(edges())
    for end, types in zip(("fromType", "toType"), ENDS[edge["type"]], strict=True):
        if draw(st.integers(0, 4)) == 0:
            edge[end] = draw(st.sampled_from(sorted(types)))
    names = draw(st.sets(st.sampled_from(sorted(PROPERTIES.get(edge["type"], {"": ""})))))
    properties = {name: draw(VALUES[name]) for name in sorted(names) if name}
    return {**edge, "properties": properties} if properties else edge


@st.composite
def edges(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what names an edge."""
    edge_type = draw(st.sampled_from(sorted(ENDS)))
    source, target = (draw(urns(*sorted(types))) for types in ENDS[edge_type])
    edge = {"type": edge_type, "from": source, "to": target}
    return {**edge, "key": "k"} if draw(st.integers(0, 5)) == 0 else edge


@st.composite
def transactions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a transaction, mostly of upserts and links."""
    kinds = draw(
        st.sampled_from(["u", "l", "ul", "ull", "uull", "ulx", "lx", "x", "ur", "r", "lr"])
    )
    drawn: dict[str, list[Any]] = {"upsert": [], "link": [], "unlink": [], "retract": []}
    for kind in kinds:
        match kind:
            case "u":
                drawn["upsert"].append(draw(upserts()))
            case "l":
                drawn["link"].append(draw(links()))
            case "x":
                drawn["unlink"].append(draw(edges()))
            case _:
                drawn["retract"].append(draw(st.sampled_from(ALL)))
    return drawn


GROUPS = st.lists(st.lists(transactions(), min_size=1, max_size=8), min_size=2, max_size=6)


def placed(said: Any, prefix: str) -> Any:
    """Return a drawn transaction with its urns in a corner of their own."""
    match said:
        case dict():
            return {key: placed(value, prefix) for key, value in said.items()}
        case list():
            return [placed(value, prefix) for value in said]
        case str() if said in ALL:
            return prefix + said
        case str() if said in {"x", "y"}:
            return f"{prefix}{said}"
        case _:
            return said


class Store:
    """A database with the model's catalog, kept open from one example to the next."""

    def __init__(self, runner: asyncio.Runner, url: str) -> None:
        self.stack = AsyncExitStack()
        self.runner = runner
        self.database = runner.run(self.stack.enter_async_context(opened(url, CATALOG)))
        self.writer = runner.run(self._writer())
        self.numbers = count()

    async def _writer(self) -> Writer:
        return Writer(self.database)

    def close(self) -> None:
        """Close the database."""
        self.runner.run(self.stack.aclose())


@pytest.fixture
def store(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Give a store whose coroutines run to their end one by one.

    Its writer decides every group ahead that waits while one is written, and forgets at times.
    """
    monkeypatch.setattr("store.writing.writer.LARGE", 1)
    monkeypatch.setattr("store.writing.writer._MOST_KNOWN", 60)
    monkeypatch.setattr("store.writing.writer._MOST_KEPT", 30)
    with asyncio.Runner() as runner:
        opened_store = Store(runner, database_url)
        yield opened_store
        found = runner.run(verify(opened_store.database))
        opened_store.close()
        assert found.findings == ()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(groups=GROUPS, data=st.data())
def test_any_sequence_of_transactions_gives_what_the_model_gives(
    store: Store, groups: list[list[Any]], data: st.DataObject
) -> None:
    prefix = f"hw://thing/{next(store.numbers)}/"
    order = data.draw(st.randoms(use_true_random=False))
    at_once = data.draw(st.booleans())
    history = store.runner.run(_write(store, groups, prefix, order, at_once=at_once))
    for t in {history[-1][0], data.draw(st.sampled_from([t for t, _ in history]))}:
        expected = next(world for known, world in reversed(history) if known <= t)
        assert store.runner.run(world_at(store.database, t, prefix)) == expected


def shuffled(said: dict[str, list[Any]], order: Random) -> dict[str, list[Any]]:
    """Return a transaction with its statements in another order, which must make no difference."""
    return {key: order.sample(statements, len(statements)) for key, statements in said.items()}


async def _write(
    store: Store, groups: list[list[Any]], prefix: str, order: Random, *, at_once: bool
) -> list[tuple[int, World]]:
    """Write the groups, each outcome being what the model says; return the world after each t."""
    # All is drawn before anything is sent: where hypothesis gives up, nothing is on its way.
    told = [[read(shuffled(said, order)) for said in placed(group, prefix)] for group in groups]
    [[basis]] = await store.database.rows("SELECT t FROM clock")
    history = [(basis, World())]
    sent = []
    for transactions in told:
        sent.append(store.writer.submit(transactions))
        if not at_once:
            await sent[-1].answered
    answered = [await submission.answered for submission in sent]
    for group, outcomes in zip(groups, answered, strict=True):
        for said, outcome in zip(placed(group, prefix), outcomes, strict=True):
            basis = _check(history, said, outcome)
            assert basis == history[-1][0]
    return history


def _check(history: list[tuple[int, World]], said: Any, outcome: Report | CallerFault) -> int:
    basis, world = history[-1]
    match after(world, said):
        case Refused(codes):
            assert isinstance(outcome, CallerFault), (codes, outcome)
            assert outcome.code in codes
            assert str(outcome)
            return basis
        case Accepted(following, redundant):
            assert isinstance(outcome, Report), outcome
            assert outcome.redundant == redundant
    if following == world:
        assert outcome.t is None
        assert outcome.datoms == ()
        return basis
    assert outcome.t == basis + 1
    history.append((outcome.t, following))
    return outcome.t


async def test_an_edge_that_begins_again_is_the_same_edge(history: Database) -> None:
    writer = Writer(history)
    link = {"type": "OwnedBy", "from": "hw://d/3", "to": "hw://u/1", "properties": {"rank": 1}}
    unlink = {key: link[key] for key in ("type", "from", "to")}
    for said in ({"link": [link]}, {"unlink": [unlink]}, {"link": [{**link, "key": "k"}]}):
        await writer.transact(read(said))
    report = await writer.transact(read({"link": [unlink]}))
    rows = await history.rows("SELECT e, key, t1 FROM edge WHERE t0 > 6 ORDER BY t0")
    (edge, key, _), (other, other_key, _), (again, _, t1) = rows
    assert (key, other_key) == ("", "k")
    assert (again, t1) == (edge, FOREVER)
    assert other != edge
    values = await history.rows(
        "SELECT values FROM version WHERE e = $1 AND t0 = $2", [edge, report.t]
    )
    assert values == [([],)]


async def test_a_link_from_what_is_deleted_leaves_it_deleted(history: Database) -> None:
    writer = Writer(history)
    link = {"type": "OwnedBy", "from": "hw://d/1", "to": "hw://t/1"}
    await writer.transact(read({"link": [link]}))
    assert (await world_at(history, 7)).things["hw://d/1"].lifecycle == "DELETED"
    again = await writer.transact(read({"retract": ["hw://d/1"]}))
    assert (again.t, again.redundant) == (None, 1)


async def test_only_an_upsert_revives_and_what_had_ended_stays_ended(history: Database) -> None:
    await Writer(history).transact(read({"upsert": [{"type": "Dataset", "urn": "hw://d/1"}]}))
    world = await world_at(history, 7)
    assert world.things["hw://d/1"].lifecycle == "PARTIAL"
    assert world.things["hw://d/1"].values == {}
    assert not any(source == "hw://d/1" for _, source, _, _ in world.edges)
