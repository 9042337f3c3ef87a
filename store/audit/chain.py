"""The chain of hashes, recomputed; and the table of transactions, held to the facts about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson

from store.audit.findings import Findings
from store.audit.progress import Progress
from store.audit.reading import Salted, transactions
from store.database import Database
from store.ids import FIRST_TRANSACTION, T, transaction_entity
from store.log import (
    NO_HASH,
    TX_ACTOR,
    TX_DIGEST,
    TX_IDEMPOTENCY_KEY,
    TX_INSTANT,
    TX_LINE,
    TX_REASON,
    TX_RECORDED_AT,
    TX_SOURCE,
    datom_hash,
    transaction_hash,
)
from store.values import instant_text


@dataclass(slots=True)
class Chain:
    """The chain up to the last transaction that was looked at."""

    findings: Findings
    t: T
    hash: bytes = NO_HASH
    instant: datetime | None = None
    datoms: int = 0


_TRANSACTIONS = """
SELECT t, instant, recorded_at, source, actor, reason, idempotency_key, line, digest, hash
FROM tx
WHERE t > $1 AND t <= $2
"""


async def verify_chain(database: Database, t: T, findings: Findings, progress: Progress) -> Chain:
    """Recompute the hashes up to `t`, and look at every transaction on the way."""
    chain = Chain(findings, T(0))
    async for piece in transactions(database, t):
        last = piece[-1].t if piece else t
        rows = await database.rows(_TRANSACTIONS, [chain.t, last])
        there = {row[0]: row for row in rows}
        for at, salted in groupby(piece, lambda one: one.t):
            _link(chain, T(at), list(salted), there.pop(at, None))
        for surplus in there:
            findings.add("there is a transaction of which the log knows nothing", f"tx t {surplus}")
        progress(last / max(t, 1))
    if chain.t != t:
        findings.add(f"the log ends before t {t}", f"log t {chain.t}")
    return chain


def _link(chain: Chain, t: T, logged: Sequence[Salted], row: Sequence[Any] | None) -> None:
    findings, where = chain.findings, f"log t {t}"
    if t != chain.t + 1:
        findings.add(f"the t before it is {chain.t}", where)
    if [one.n for one in logged] != list(range(len(logged))):
        findings.add("its facts are not numbered from 0 on", where)
    hashes = [datom_hash(one.datom, one.salt) for one in logged]
    computed = transaction_hash(chain.hash, t, hashes)
    chain.t, chain.datoms = t, chain.datoms + len(logged)
    if row is None:
        findings.add("the log has facts of a transaction that is missing", f"tx t {t}")
        chain.hash = computed
        return
    *told, recorded_hash = row
    if recorded_hash != computed:
        findings.add(f"its hash is {recorded_hash.hex()} and should be {computed.hex()}", where)
    chain.hash = recorded_hash  # So that one change is one finding.
    if _shown(told) != _said(chain, t, logged):
        findings.add("it differs from the facts about the transaction", f"tx t {t}")
    if chain.instant is not None and told[1] < chain.instant:
        findings.add("its instant is before that of the transaction before it", f"tx t {t}")
    chain.instant = told[1]


_ORDER = (
    TX_INSTANT,
    TX_RECORDED_AT,
    TX_SOURCE,
    TX_ACTOR,
    TX_REASON,
    TX_IDEMPOTENCY_KEY,
    TX_LINE,
    TX_DIGEST,
)


def _shown(told: Sequence[Any]) -> tuple[str | None, ...]:
    _, instant, recorded_at, source, actor, reason, key, line, digest = told
    return (
        instant_text(instant),
        instant_text(recorded_at),
        source,
        actor,
        reason,
        key,
        None if line is None else str(line),
        None if digest is None else digest.hex(),
    )


def _said(chain: Chain, t: T, logged: Sequence[Salted]) -> tuple[str | None, ...]:
    facts: dict[int, str] = {}
    for salted in logged:
        e, a, op, value = salted.datom
        if e == transaction_entity(t) and op and a not in facts:
            facts[a] = orjson.loads(str(value))
        elif e >= FIRST_TRANSACTION:
            where = f"log t {t} n {salted.n}"
            chain.findings.add("there is a fact about a transaction that it did not state", where)
    return _in_order(facts)


def _in_order(facts: Mapping[int, str]) -> tuple[str | None, ...]:
    return tuple(facts.get(a) for a in _ORDER)
