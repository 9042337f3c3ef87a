"""What refers to an entity, by whatever attribute: found by the indexes of facts and edges."""

import json
from collections.abc import Iterator
from typing import Any

from datalog.sql.compile import compile_operation
from datalog.syntax.views import AsOf, History, Now, Since, View
from datalog.tree import Answer, Operation
from tests.datalog.shelf import ADA, CORE, A, B, C, Shelf, query

TYPES = "(or-join [?x ?of] [?x :entity/type ?of] [?x :edge/type ?of])"
REFERRING = f"[:find ?n ?of ?t :in $ $now :where [$now {{}} :entity/id ?v] [?x ?a ?v ?tx] {TYPES}"
REFERRING += " [?a :db/ident ?n] [?tx :tx/t ?t] :order-by ?n ?of ?t]"


async def _refer(shelf: Shelf, urn: str, view: View, **moments: int) -> list[Any]:
    return await shelf.ask(REFERRING.format(json.dumps(urn)), {"$": view, "$now": Now()}, **moments)


async def test_whatever_refers_to_an_entity_is_found_at_any_time(shelf: Shelf) -> None:
    replacement = ["Dataset/replacement", "Dataset", "2"]
    owned = ["edge/from", "OwnedBy", "2"]
    derived = [["edge/to", "DerivedFrom", t] for t in ("2", "2", "3", "4")]
    assert await _refer(shelf, A, Now()) == [replacement, owned, derived[3]]
    assert await _refer(shelf, A, AsOf("then"), then=2) == [replacement, owned, derived[0]]
    assert await _refer(shelf, A, AsOf("then"), then=3) == [replacement, owned, *derived[1:3]]
    assert await _refer(shelf, A, Since("after", Now()), after=2) == [derived[3]]
    assert await _refer(shelf, CORE, Now()) == [["edge/to", "OwnedBy", "2"]]
    assert await _refer(shelf, ADA, AsOf("then"), then=1) == []


async def test_of_a_type_all_that_has_it_is_found(shelf: Shelf) -> None:
    text = "[:find ?x ?n :where [?v :db/ident :Team] [?x ?a ?v] [?a :db/ident ?n] [?x :entity/urn]]"
    assert await shelf.ask(text) == [["core", "entity/type"]]


async def test_a_history_tells_of_all_that_ever_referred(shelf: Shelf) -> None:
    text = (
        f"[:find ?n (count ?tx) :with ?x ?op :in $ $now :where [$now {json.dumps(C)} :entity/id ?v]"
        " [?x ?a ?v ?tx ?op] [?a :db/ident ?n]]"
    )
    found = await shelf.ask(text, {"$": History(Now()), "$now": AsOf("then")}, then=4)
    assert found == [["edge/from", 4]]


async def test_the_log_is_not_read_for_what_refers_to_an_entity(shelf: Shelf) -> None:
    text = REFERRING.format(json.dumps(B))
    shape = Answer("it", query(text, {"$": Now(), "$now": Now()}), 100)
    statement = compile_operation(Operation((("it", shape),), ()), shelf.catalogue)
    explained = f"EXPLAIN (FORMAT JSON) {statement.text}"
    await shelf.database.rows("SET enable_seqscan = off")
    try:
        [[plan]] = await shelf.database.rows(explained, statement.arguments)
    finally:
        await shelf.database.rows("RESET enable_seqscan")
    reads = [
        each for each in _nodes(json.loads(plan)[0]["Plan"]) if each.get("Alias", "")[:1] == "l"
    ]
    assert reads
    assert all("Index Cond" in each for each in reads)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
