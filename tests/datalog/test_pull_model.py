"""Pulls that repeat themselves tell what a search in plain Python tells, at any time."""

from typing import Any

import pytest

from datalog.reading import edn
from datalog.reading.pulling import pull_pattern
from datalog.syntax.clauses import Pattern
from datalog.syntax.finding import Pull
from datalog.syntax.query import Query
from datalog.syntax.terms import Constant, Keyword, Variable
from tests.datalog.asking import THEN, Library
from tests.datalog.library import LAST

E = Variable("e")


class Model:
    """What holds at one t: names, and who derives from whom, by number."""

    def __init__(self, library: Library, t: int) -> None:
        state, numbers = library.facts.states[t], library.facts.numbers
        self.names = {numbers[of]: values.get("name") for of, values in state.values.items()}
        pairs = {(numbers[e[1]], numbers[e[2]]) for e in state.edges if e[0] == "DerivedFrom"}
        self.down = {near: sorted(b for a, b in pairs if a == near) for near, _ in pairs}
        self.up = {far: sorted(a for a, b in pairs if b == far) for _, far in pairs}

    def told(self, e: int, deep: int | None, back: int, seen: tuple[int, ...] = ()) -> Any:
        """Return `[:Dataset/name {:DerivedFrom deep} :db/id {:_DerivedFrom back}]` of a dataset."""
        if e in seen:
            return {"entity/id": f"E{e}"}
        seen = (*seen, e)
        found: dict[str, Any] = {}
        if self.names[e] is not None:
            found["Dataset/name"] = self.names[e]
        if deep != 0 and e in self.down:
            less = None if deep is None else deep - 1
            found["DerivedFrom"] = [self.told(far, less, back, seen) for far in self.down[e]]
        found["entity/id"] = f"E{e}"
        if back != 0 and e in self.up:
            found["_DerivedFrom"] = [self.told(near, deep, back - 1, seen) for near in self.up[e]]
        return found


@pytest.mark.parametrize(
    ("t", "deep", "back"), [(2, None, 0), (2, 3, 1), (3, 2, 2), (6, 2, 1), (LAST, 3, 0)]
)
async def test_ways_down_and_back(library: Library, t: int, deep: int | None, back: int) -> None:
    model = Model(library, t)
    told = "..." if deep is None else deep
    pattern = f"[:Dataset/name {{:DerivedFrom {told}}} :db/id"
    pattern += f" {{:_DerivedFrom {back}}}]" if back else "]"
    where = (Pattern(E, "entity/type", Constant(Keyword("Dataset"))),)
    query = Query((E, Pull(E, pull_pattern(edn.read(pattern)))), (THEN,), where)
    found = await library.answer(query, then=t)
    assert len(found.rows) == 41
    for public, one in found.rows:
        expected = model.told(int(public[1:]), deep, back)
        assert one == expected
        assert list(one) == list(expected)
