"""Values and names that try to get out: they are never SQL, and they mean what they say."""

import pytest

from datalog.sql.compile import compile_operation
from datalog.syntax.clauses import Compare, Operator, Pattern
from datalog.syntax.query import Query, Scalar
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Fixed, Many, Object, Operation, Value
from tests.datalog.asking import Library
from tests.datalog.operations import NOW, E

HOSTILE = [
    "'; DROP TABLE log; --",
    "\\'; SELECT 1; --",
    '"quoted"',
    "$1$",
    "{hole}'",
    "%_\\",
    "''",
    "/* */",
    "DELETED'",
    "\u2028\U0001f600",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_text_is_only_ever_an_argument(library: Library, text: str) -> None:
    name, given = Variable(f"name {text}"), Variable(f"given {text}")
    where = (
        Pattern(E, "Dataset/name", name),
        Pattern(E, "Dataset/layer", Constant(Keyword(text))),
        Compare(Operator.NE, name, Constant(text)),
        Compare(Operator.CONTAINS, name, given),
    )
    query = Query((E,), (NOW, Scalar(given)), where)
    shape = Object(((f"key {text}", Value(E, "Dataset/name")), ("fixed", Fixed('"x"'))))
    operation = Operation(((text, Many(text, query, shape)),))
    statement = compile_operation(operation, library.catalogue)
    ours = statement.text.replace("'\"'", "").replace(", '')", "")  # What an empty list tells.
    assert text not in ours
    assert await library.column(statement, {given.name: text}, text) == []


async def test_a_hostile_key_comes_back_as_it_went_in(library: Library) -> None:
    shape = Object(tuple((text, Fixed(str(number))) for number, text in enumerate(HOSTILE)))
    found = await library.ask(shape)
    assert list(found.items()) == [(text, number) for number, text in enumerate(HOSTILE)]


async def test_a_wide_object_goes_beyond_what_one_function_takes(library: Library) -> None:
    query = Query((E,), (NOW,), (Pattern(E, "Dataset/name", Constant("full")),))
    wide = Object(tuple((f"k{number}", Value(E, "Dataset/rows")) for number in range(300)))
    assert await library.ask(Many("it", query, wide)) == [{f"k{each}": 5 for each in range(300)}]
