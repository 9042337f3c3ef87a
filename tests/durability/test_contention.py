"""Many want the same at once: one gets it, the others are told, and nobody suffers for another."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from store.database import Database
from store.ids import T
from store.transaction import Link, Transaction, Upsert
from store.writing.writer import Report, Writer
from tests.durability.history import dataset, team
from tests.durability.judging import dense, sound
from tests.serving import Served, serving

WRITE = """mutation ($it: TransactionInput!, $ifBasis: Long, $key: String) {
  transact(transaction: $it, ifBasis: $ifBasis, idempotencyKey: $key) {
    transaction { t } basis { t } replayed facts { attribute value }
  }
}"""
COUNTER = dataset("counter")
READ = '{ dataset(id: "hw://dataset/x/counter") { rows } }'


async def test_of_all_that_have_seen_a_basis_one_goes_through_each_time(catalog_url: str) -> None:
    contenders, wins = 16, 2
    async with serving(catalog_url) as one, serving(catalog_url) as other:
        await one.ask(WRITE, {"it": _counted(0)})
        async with asyncio.TaskGroup() as group:
            counting = [
                group.create_task(_count(served, wins))
                for served in (one, other) * (contenders // 2)
            ]
        lost = sum(each.result() for each in counting)
        data = await one.ask(READ)
        assert data["dataset"]["rows"] == str(contenders * wins)
        assert await sound(one.database) == contenders * wins + 2
    print(f"{contenders * wins} went through, {lost} were told that they were late")
    assert lost


def _counted(rows: int) -> dict[str, Any]:
    return {"upsert": [{"type": "Dataset", "urn": COUNTER, "name": "counter", "rows": rows}]}


async def _count(served: Served, wins: int) -> int:
    """Add one, as often as wanted, to what is there; return how often somebody was quicker."""
    lost = 0
    while wins:
        seen = await served.post(READ)
        rows, basis = seen["data"]["dataset"]["rows"], seen["extensions"]["basis"]["t"]
        answer = await served.post(WRITE, {"it": _counted(int(rows) + 1), "ifBasis": basis})
        if "errors" not in answer:
            assert int(answer["data"]["transact"]["transaction"]["t"]) == int(basis) + 1
            wins -= 1
            continue
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BASIS_CONFLICT"
        lost += 1
    return lost


async def test_of_many_that_send_one_key_at_once_one_is_written(catalog_url: str) -> None:
    keys, senders = 8, 12
    async with serving(catalog_url) as one, serving(catalog_url) as other:
        async with asyncio.TaskGroup() as group:
            sending = [
                (key, group.create_task(_send(served, key, sender)))
                for key in range(keys)
                for sender, served in enumerate((one, other) * (senders // 2))
            ]
        for key in range(keys):
            reports = [each.result() for sent, each in sending if sent == key]
            assert Counter(each["replayed"] for each in reports) == {False: 1, True: senders - 1}
            assert len({each["transaction"]["t"] for each in reports}) == 1
            facts = reports[0]["facts"]
            assert len(facts) > 2
            assert all(each["facts"] == facts for each in reports)
        assert await sound(one.database) == keys + 1


async def _send(served: Served, key: int, sender: int) -> dict[str, Any]:
    said = {"type": "Dataset", "urn": dataset(f"{key}-{sender}"), "name": f"of {sender}"}
    data = await served.ask(WRITE, {"it": {"upsert": [said]}, "key": f"key {key}"})
    report: dict[str, Any] = data["transact"]
    return report


def _named(name: str, **values: object) -> Transaction:
    return Transaction(upserts=(Upsert("Dataset", dataset(name), {"name": name, **values}),))


def _wrong_value(name: str) -> Transaction:
    """Claim the unique value of a good one, too: what is refused must not hold it."""
    said = _named(name, code=f"code of good-{name.removeprefix('bad-')}").upserts
    return Transaction(upserts=(*said, Upsert("Dataset", dataset(f"{name}-2"), {"rows": "x"})))


def _linked(name: str, target: str) -> Transaction:
    link = Link("DerivedFrom", dataset(name), target)
    return replace(_named(name), links=(link,))


def _retracted(name: str) -> Transaction:
    return replace(_named(name), retracts=(dataset(name),))


def _upserted(type_name: str, urn: str) -> Transaction:
    return Transaction(upserts=(Upsert(type_name, urn, {}),))


def _at(instant: str, name: str) -> Transaction:
    return replace(_named(name), instant=datetime.fromisoformat(instant))


BAD: list[tuple[str, Callable[[str], Transaction]]] = [
    ("WRONG_VALUE", _wrong_value),
    ("UNIQUE_CONFLICT", lambda name: _named(name, code="taken")),
    ("EDGE_END_TYPE", lambda name: _linked(name, team(0))),
    ("CONTRADICTION", _retracted),
    ("UNKNOWN_ATTRIBUTE", lambda name: _named(name, nmae="x")),
    ("UNKNOWN_TYPE", lambda name: _upserted("Modle", dataset(name))),
    ("TYPE_CONFLICT", lambda _: _upserted("Team", dataset(0))),
    ("MALFORMED_URN", lambda name: _linked(name, "hw://nul\0/a/b")),
    ("MALFORMED_URN", lambda _: _upserted("Dataset", "hw://\ud800/a")),
    ("MALFORMED_URN", lambda name: _linked(name, f"E{2**63}")),
    ("UNKNOWN_ENTITY", lambda name: _linked(name, f"E{2**52 - 1}")),
    ("WRONG_VALUE", lambda name: _named(name, price="1e999999999")),
    ("WRONG_VALUE", lambda name: _named(name, rows=2**63)),
    ("WRONG_VALUE", lambda name: _named(name, tags=["x", "y\0"])),
    ("WRONG_VALUE", lambda name: _named(name, details={"a": [float("nan")]})),
    ("WRONG_VALUE", lambda name: replace(_named(name), reason="\0")),
    ("WRONG_VALUE", lambda name: replace(_named(name), source="\ud800")),
    ("WRONG_VALUE", lambda name: replace(_named(name), idempotency_key="k" * 5_000)),
    ("WRONG_VALUE", lambda name: replace(_named(name), idempotency_key="\0")),
    ("INSTANT_IN_PAST", lambda name: _at("1969-12-31T23:59:59Z", name)),
    ("INSTANT_IN_FUTURE", lambda name: _at("9999-12-31T23:59:59.999999Z", name)),
]


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction, and the code of the fault that it must get, if it must get one."""

    code: str | None
    said: Transaction
    if_basis: T | None = None


def _mixed(rounds: int) -> list[Sent]:
    sent = [Sent("BASIS_CONFLICT", _named(f"bad-late-{each}"), T(1)) for each in range(5)]
    for number in range(rounds * len(BAD)):
        code, bad = BAD[number % len(BAD)]
        sent.append(Sent(code, bad(f"bad-{number}")))
        sent.append(Sent(None, _named(f"good-{number}", code=f"code of good-{number}")))
    random.Random(8).shuffle(sent)
    return sent


_TAKEN = (
    Upsert("Dataset", dataset(0), {"name": "0", "code": "taken"}),
    Upsert("Team", team(0), {"name": "team"}),
)
_BAD_URNS = "SELECT v FROM fact_1 WHERE v LIKE '%bad-%'"


async def test_a_refused_member_of_a_group_takes_no_t_and_fails_nobody_else(
    catalog_url: str,
) -> None:
    mixed = _mixed(rounds=3)
    async with Database.open(catalog_url) as database:
        writer = Writer(database)
        await writer.transact(Transaction(upserts=_TAKEN))
        sending = [writer.transact(each.said, if_basis=each.if_basis) for each in mixed]
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        accepted = [each.t for each in outcomes if isinstance(each, Report)]
        refused = [getattr(each, "code", None) for each in outcomes]
        assert refused == [each.code for each in mixed]
        assert sorted(t or 0 for t in accepted) == list(range(3, len(accepted) + 3))
        assert await database.rows(_BAD_URNS) == []
        assert await sound(database) == len(accepted) + 2
    print(f"{len(accepted)} accepted among {len(mixed) - len(accepted)} that were refused")


@pytest.mark.parametrize("size", [2, 40])
async def test_whoever_gives_up_waiting_harms_nobody(catalog_url: str, size: int) -> None:
    """Half of the callers go away while they wait: the other half is written all the same."""
    async with Database.open(catalog_url) as database:
        writer = Writer(database)
        sent = [
            asyncio.create_task(writer.transact(_named(f"{number}"))) for number in range(2 * size)
        ]
        await asyncio.sleep(0.002)
        for task in sent[::2]:
            task.cancel()
        reports = await asyncio.gather(*sent[1::2])
        last = await dense(database)
        assert len({each.t for each in reports}) == size
        assert size + 1 <= last <= 2 * size + 1
        assert (await writer.transact(_named("after"))).t == last + 1
        await sound(database)
