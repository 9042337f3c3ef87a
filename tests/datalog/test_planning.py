"""The plan of a query: neither the order of its clauses nor the names of its variables matter."""

import random
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from datalog.planning.statistics import Statistics
from datalog.sql.compile import Slot, Statement, compile_operation
from datalog.syntax.clauses import Not, Or, Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import BLANK, Constant, Variable
from datalog.tree import Answer, Bound, Many, Object, Operation
from store.quantities import AttributeQuantities, EdgeQuantities, Quantities
from tests.datalog.asking import NOW, Library
from tests.datalog.planning_queries import QUERIES, SLOTS

WAYS = 6
"""How often each query is shuffled and renamed."""


@pytest.mark.parametrize("name", QUERIES)
async def test_another_order_and_other_names_give_the_same_sql(library: Library, name: str) -> None:
    chance = random.Random(name)
    query = _query(name)
    written = _compiled(query, library)
    answer = await _answer(library, written, SLOTS)
    assert answer, "a query without an answer shows little"
    for _ in range(WAYS):
        other, names = _renamed(_shuffled(query, chance), chance)
        again = _compiled(other, library)
        assert again.text == written.text
        slots = {names.get(slot, slot): value for slot, value in SLOTS.items()}
        assert _given(again, slots) == _given(written, SLOTS)
    assert await _answer(library, again, slots) == answer


def _query(name: str) -> Query:
    find, inputs, where = QUERIES[name]
    return Query(find, (NOW, *inputs), where)


def _compiled(query: Query, library: Library) -> Statement:
    told = [(str(position), Bound(each)) for position, each in enumerate(query.find)]  # type: ignore[arg-type]
    shape = Many("it", query, Object(tuple(told)))
    return compile_operation(Operation((("it", shape),), ("then",)), library.catalogue)


def _given(statement: Statement, slots: Mapping[str, object]) -> list[object]:
    return [slots[it.name] if isinstance(it, Slot) else it for it in statement.arguments]


async def _answer(library: Library, statement: Statement, slots: Any) -> list[str]:
    return sorted(map(str, await library.run(statement, slots)))


def _shuffled(part: Any, chance: random.Random) -> Any:
    """Return a query, or a part of one, with clauses and branches in another order."""
    match part:
        case Query():
            return replace(part, where=_in_any_order(part.where, chance))
        case Not():
            return replace(part, clauses=_in_any_order(part.clauses, chance))
        case Or():
            branches = [_in_any_order(branch, chance) for branch in part.branches]
            return replace(part, branches=tuple(chance.sample(branches, len(branches))))
        case _:
            return part


def _in_any_order(clauses: Any, chance: random.Random) -> Any:
    inside = [_shuffled(clause, chance) for clause in clauses]
    return tuple(chance.sample(inside, len(inside)))


def _renamed(query: Query, chance: random.Random) -> tuple[Query, dict[str, str]]:
    """Return a query with other names for its variables, and which they are."""
    before = sorted(set(_names(query)))
    after = [f"v{number}" for number in range(len(before))]
    names = dict(zip(before, chance.sample(after, len(after)), strict=True))
    return _with_names(query, names), names


def _names(part: Any) -> Any:
    if isinstance(part, Variable):
        yield part.name
    elif isinstance(part, tuple):
        for each in part:
            yield from _names(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _names(getattr(part, field.name))


def _with_names(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, Variable):
        return Variable(names[part.name])
    if isinstance(part, tuple):
        return tuple(_with_names(each, names) for each in part)
    if is_dataclass(part) and not isinstance(part, type):
        changed = {
            field.name: _with_names(getattr(part, field.name), names) for field in fields(part)
        }
        return replace(part, **changed)
    return part


def test_whoever_an_edge_leads_to_is_taken_to_be_a_hub(library: Library) -> None:
    # 4 edges arrive at a dataset and 5 leave it, on average, but 50 arrive where any edge does.
    derived = library.catalogue.edge_type("DerivedFrom").id
    edges = EdgeQuantities(1e6, 1e6, 2e5, 2.5e5, at_source=8.0, at_target=50.0)
    known = Statistics(Quantities({}, {derived: edges}, 1e7, 1e6, 1e4))
    a, b, c = Variable("a"), Variable("b"), Variable("c")
    triangle = [Pattern(x, "DerivedFrom", y) for x, y in ((a, b), (b, c), (a, c))]
    where = (Pattern(a, "Dataset/name", Constant("a")), *triangle)
    shape = Many("it", Query((a, b, c), (NOW,), where), Object((("b", Bound(b)),)))
    operation = Operation((("it", shape),))
    text = compile_operation(operation, library.catalogue, known).text
    assert text.count('"from" = ') == 3, "no edge is found by the end that it leads to alone"


@pytest.mark.parametrize(("owned", "in_turn"), [(3.0, True), (50_000.0, False)])
def test_a_table_is_looked_up_in_row_by_row_unless_most_of_it_is_read(
    library: Library, owned: float, *, in_turn: bool
) -> None:
    catalogue = library.catalogue
    edges = EdgeQuantities(owned, owned, owned, 3.0)
    names = AttributeQuantities(60_000.0, 60_000.0, 60_000.0, 60_000.0)
    attributes = dict.fromkeys((each.id for each in catalogue.attributes.values()), names)
    known = Quantities(attributes, {catalogue.edge_type("OwnedBy").id: edges}, 1e7, 1e6, 1e4)
    d, o, n = Variable("d"), Variable("o"), Variable("n")
    of_a_team = (Pattern(d, "OwnedBy", o), Pattern(o, "Team/name", Constant("t")))
    where = (*of_a_team, Pattern(d, "Dataset/name", n), Pattern(d, "Dataset/rows", BLANK))
    shape = Many("it", Query((d, n), (NOW,), where), Object((("n", Bound(n)),)))
    text = compile_operation(Operation((("it", shape),)), catalogue, Statistics(known)).text
    assert ("OFFSET 0" in text) == in_turn


@pytest.mark.parametrize(("known", "repeats"), [("entity/urn", False), ("Dataset/home", True)])
def test_a_urn_is_of_one_entity_so_no_row_comes_twice(
    library: Library, known: str, *, repeats: bool
) -> None:
    d, name = Variable("d"), Variable("name")
    where = (Pattern(d, known, Constant("hw://x")), Pattern(d, "Dataset/name", name))
    operation = Operation((("it", Answer("it", Query((name,), (NOW,), where), 10)),))
    text = compile_operation(operation, library.catalogue).text
    assert ("DISTINCT" in text) == repeats
