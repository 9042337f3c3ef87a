"""Faults name variables and rules as they were written, not as their copies are called."""

import pytest

from datalog.errors import QueryError
from tests.datalog.shelf import Shelf

FAULTS = {
    # One definition gives a text, the other a number.
    "[:find ?x :rules [[(all ?e ?x) [?e :Dataset/name ?x]] [(all ?e ?x) [?e :Dataset/rows ?x]"
    " [?e :Dataset/replacement ?o] (all ?o _)]] :where (all _ ?x)]": (
        "argument 2 of (all …) would be String and Int at once"
    ),
    "[:find ?x :rules [[(sum ?e ?x) [?e :Dataset/rows ?n] [(+ ?n ?y) ?x]]] :where (sum _ ?x)]": (
        "nothing binds ?x, ?y, which (+ …) needs"
    ),
    "[:find ?x :rules [[(up ?e ?x) [?e :DerivedFrom ?x]] [(up ?e ?x) (up ?e ?y) [(< ?x ?z)]]]"
    " :where (up _ ?x)]": "nothing binds ?x, which (up …) needs",
    "[:find ?x :rules [[(more ?e ?x) [?e :Dataset/rows ?x]] [(more ?e ?x) (more ?o ?y)"
    " [(- ?x ?y) ?z] [?e :Dataset/rows ?z]]] :where (more _ ?x)]": (
        "nothing binds ?x, which (more …) needs"
    ),
}


@pytest.mark.parametrize("text", FAULTS)
async def test_a_fault_names_things_as_they_were_written(shelf: Shelf, text: str) -> None:
    with pytest.raises(QueryError) as refused:
        await shelf.ask(text)
    assert str(refused.value) == FAULTS[text]
