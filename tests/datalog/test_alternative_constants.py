"""An `or` of patterns that differ in a constant, of values that no column holds."""

import pytest

from datalog.syntax.clauses import Clause, Or, Pattern
from datalog.syntax.query import Query
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Total
from store.ids import FIRST_TRANSACTION
from tests.datalog.asking import NOW, Library

E, ATTRIBUTE = Variable("e"), Variable("attribute")
SAME: list[tuple[str | Variable, tuple[object, ...]]] = [
    ("entity/createdAt", (FIRST_TRANSACTION + 2, FIRST_TRANSACTION + 3)),
    ("entity/changedAt", (FIRST_TRANSACTION + 11, FIRST_TRANSACTION + 12)),
    ("db/ident", (Keyword("Dataset"), Keyword("Dataset/name"))),
    ("entity/lifecycle", (Keyword("PARTIAL"), Keyword("ENRICHED"))),
    ("tx/t", (3, 5)),
]


@pytest.mark.parametrize(("attribute", "values"), SAME)
async def test_either_of_two_constants_is_what_each_gives(
    library: Library, attribute: str, values: tuple[int | Keyword, ...]
) -> None:
    async def total(*clauses: Clause) -> int:
        return int(await library.ask(Total("it", Query((E,), (NOW,), clauses))))

    patterns = [Pattern(E, attribute, Constant(each)) for each in values]
    found = [await total(each) for each in patterns]
    assert await total(Or(tuple((each,) for each in patterns))) == sum(found)
    assert [await total(Or(((each,),), (E,))) for each in patterns] == found
    assert sum(found) > 0
