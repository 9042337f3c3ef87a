"""What is no query is told with its line, its column and what to write instead."""

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datalog.printing.queries import query_text
from datalog.reading.errors import Misread, NotQuery
from datalog.reading.query import read_pull, read_query, read_rules
from tests.datalog.queries import queries
from tests.datalog.test_reading import CLAUSES

QUERIES = {
    "5": (1, 1, "5 is no query"),
    "[]": (1, 1, "[] is no query"),
    "[?e]": (1, 2, "does not begin with :find"),
    "[:where [?e :a ?b]]": (1, 1, "the query finds nothing"),
    "[:find :where [?e :a ?b]]": (1, 2, ":find names nothing"),
    "[:find ?e]": (1, 1, "nothing binds what is found"),
    "[:find ?e :in $]": (1, 8, "nothing binds ?e"),
    "[:find ?e :where (not [?e :a])]": (1, 8, "nothing binds ?e"),
    "[:find ?e :with ?x :where [?e :a]]": (1, 17, "nothing binds ?x"),
    "[:find e :where [?e :a]]": (1, 8, "e cannot be found"),
    "[:find (total ?e) :where [?e :a]]": (1, 9, "total is no aggregate"),
    "[:find (sum 3 ?e) :where [?e :a]]": (1, 8, "sum takes one variable"),
    "[:find (sample ?e) :where [?e :a]]": (1, 8, "sample takes how many"),
    "[:find (max 0 ?e) :where [?e :a]]": (1, 13, "an amount is no 0"),
    "[:find (pull ?e) :where [?e :a]]": (1, 8, "(pull ?e) is no pull"),
    "[:find (pull ?e p) :where [?e :a]]": (1, 8, "nobody gives the pull pattern p"),
    "[:find ?e :keys a b :where [?e :a]]": (1, 11, ":keys names 2 of 1"),
    "[:find ?e ?e :keys a a :where [?e :a]]": (1, 22, "a cannot be a key"),
    "[:find ?e . :keys a :where [?e :a]]": (1, 13, "a scalar has no keys"),
    "[:find ?e :keys a :strs a :where [?e :a]]": (1, 19, "rows have keys already"),
    "[:find ?e :where [?e :a] :where [?e :b]]": (1, 26, ":where stands twice"),
    "[:find ?e :having [?e :a]]": (1, 11, "a query has no :having"),
    "[:find ?e :where [?e :a] :after [?e]]": (1, 26, ":after belongs to a page"),
    "[:find ?e :where [?e :a] :limit -1]": (1, 33, ":limit is no -1"),
    "[:find ?e :where [?e :a] :limit ?e]": (1, 33, "nobody gives ?e"),
    "[:find ?e :where [?e :a] :limit 1 2]": (1, 26, ":limit takes one form"),
    "[:find ?e :where [?e :a] :order-by ?e [?e :down]]": (1, 43, ":down is no direction"),
    "[:find ?e :where [?e :a] :order-by [(count ?e)]]": (1, 37, "(count ?e) is not found"),
    "[:find ?e :where [?e :a] :order-by]": (1, 26, ":order-by names nothing"),
    "[:find ?e :in ?e :with]": (1, 18, ":with names nothing"),
    "[:find ?e :where [?e :a] :order-by 5]": (1, 36, "5 orders nothing"),
    "[:find ?e :in ?e ?e]": (1, 18, "?e is in :in already"),
    "[:find ?e :in $ [?e ?e]]": (1, 17, "[?e ?e] names a variable twice"),
    "[:find ?e :in $ ?e [_]]": (1, 20, "[_] binds nothing"),
    "[:find ?e :in 5]": (1, 15, "5 binds nothing"),
    "[:find ?e :in $ ?e [?a ?b ...]]": (1, 20, "[?a ?b ...] binds nothing"),
    "{:find ?e :where [[?e :a]]}": (1, 8, ":find takes a vector"),
    "{find [?e]}": (1, 2, "find is no part of a query"),
    "[:find ?e :where [?e :a] :rules 5]": (1, 33, "5 defines no rules"),
    "[:find ?e :where [?e :a] :rules [[(r)]]]": (1, 34, "[(r)] is no rule"),
    "[:find ?e :where [?e :a] :rules [[(not ?a) [?a :b]]]]": (1, 36, "not cannot name a rule"),
    "[:find ?e :where [?e :a] :rules [[(r ?a ?a) [?a :b]]]]": (1, 34, "names a variable twice"),
}


@pytest.mark.parametrize("text", QUERIES)
def test_what_is_no_query_is_told_with_its_place(text: str) -> None:
    with pytest.raises(NotQuery) as caught:
        read_query(text)
    line, column, problem = QUERIES[text]
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)
    assert problem in caught.value.problem
    assert caught.value.remedy


REFUSED = {
    "?e": "?e is no clause",
    "[]": "[] is no clause",
    "()": "() is no clause",
    "[?e :a nil]": "nil is no value",
    "[?e :a x]": "x is no value",
    "[?e :a {:b 1}]": "{:b 1} is no value",
    "[?e :a [1 2 3]]": "[1 2 3] is no value",
    '[?e "Dataset/name" ?v]': '"Dataset/name" is no attribute',
    "[?e 5 ?v]": "5 is no attribute",
    "[?e :Dataset/_home ?v]": ":Dataset/_home goes in reverse",
    "[?e :_DerivedFrom ?v]": ":_DerivedFrom goes in reverse",
    "[?e :a 1 2 3 4 5]": "[?e :a 1 2 3 4 5] is no clause",
    "[$then]": "[$then] is no clause",
    "[(= ?e)]": "= compares values",
    "[(starts-with? ?e)]": "starts-with? compares two values",
    "[(< (+ ?e 1) 2)]": "(+ ?e 1) stands inside of a call",
    "[(+ $ ?e) ?x]": "+ takes no database",
    "[(+ _ 1) ?x]": "_ is no argument",
    "[(+ ?e 1) ?x ?y]": "[(+ ?e 1) ?x ?y] is no call",
    "[(+ ?e 1) [?x ...]]": "+ gives one value",
    "[(+ ?e 1) 5]": "5 binds nothing",
    "[(?f ?e)]": "?f is no function",
    "[() ?e]": "[() ?e] is no call",
    "(= ?e 5)": "= stands in a vector",
    "(missing? $ ?e :a)": "missing? stands in a vector",
    "(?rule ?e)": "(?rule ?e) is no clause",
    "(up)": "(up) has no arguments",
    "(not)": "not has no clauses",
    "(or)": "or has no clauses",
    "(and)": "and has no clauses",
    "(or-join [?e])": "or-join has no clauses",
    "(not-join ?e [?e :a])": "not-join lists no variables",
    "(not-join [5] [?e :a])": "not-join takes a variable, not 5",
    "[(ground nil) ?x]": "nil is no value",
    "[(ground [1]) ?x]": "[1] is no value",
    "[(ground 1) [?x ...]]": "1 is one value",
    "[(ground [1 2]) [?x]]": "[1 2] has 2 values for 1",
    "[(ground [[1]]) [[?x ?y]]]": "[1] has 1 values for 2",
    "[(ground 1)]": "[(ground 1)] binds nothing",
    "[(get-else $ ?e :a) ?v]": "[(get-else $ ?e :a) ?v] gives nothing",
    "[(get-else $ ?e [] 1) ?v]": "the path has no steps",
    "[(get-else $ 5 :a 1) ?v]": "get-else takes a variable, not 5",
    "[(get-some $ ?e) [?a ?v]]": "[(get-some $ ?e) [?a ?v]] gives nothing",
    "[(get-some $ ?e :a) ?v]": "[(get-some $ ?e :a) ?v] gives nothing",
    "[(missing? $ ?e)]": "[(missing? $ ?e)] tests nothing",
    "[(tx-ids $ 1 2) ?t]": "[(tx-ids $ 1 2) ?t] gives nothing",
    '[(tx-ids $ "x" 2) [?t ...]]': '"x" is no t',
    "[(tx-data $ ?t) [?a ?v]]": "[(tx-data $ ?t) [?a ?v]] gives nothing",
    "[(tx-data $ ?t) [[?x ?a ?v ?other]]]": "the transaction is known already",
    "(search ?e ?n)": "this search does not say all",
    "(search ?e ?n ?d ?s {:types nil})": "these are not the options",
    "(search ?e ?n ?d ?s {:upstream [] :downstream [] :types nil :max-depth ?a :max-nodes ?b"
    " :per-node ?c :through [:Dataset]})": "one of :through and :per-hop is missing",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_clause_is_told_with_its_place(text: str) -> None:
    with pytest.raises(NotQuery) as caught:
        read_query(f"[:find ?e :in $ ?e :where\n{text}]")
    assert caught.value.line == 2
    assert 1 <= caught.value.column <= len(text)
    assert caught.value.problem.startswith(REFUSED[text])
    assert caught.value.remedy


PULLS = {
    "[]": "[] is no pull pattern",
    ":a": ":a is no pull pattern",
    "[5]": "5 cannot be pulled",
    "[[:a :limit]]": ":limit has no value",
    "[[:a :limit 0]]": "a limit is no 0",
    "[[:a :limit 1 :limit 2]]": ":limit stands twice",
    "[[:a :xform str]]": "a pull cannot call functions",
    "[[:a :order 1]]": ":order is no option",
    "[[:a :default nil]]": "nil is no value",
    "[[:a :as [1]]]": "[1] is no key",
    "[:a :a]": "two values would stand under a",
    "[{:a 0}]": "a number of levels is no 0",
    "[(limit 5 :a)]": "5 is no attribute",
}


@pytest.mark.parametrize("text", PULLS)
def test_what_is_no_pull_pattern_is_told_with_its_place(text: str) -> None:
    with pytest.raises(NotQuery) as caught:
        read_pull(text)
    assert caught.value.problem.startswith(PULLS[text])


def test_what_is_nested_too_deep_is_refused() -> None:
    for depth in (25, 60, 5_000):
        with pytest.raises(Misread, match="nested too deep"):
            read_query(f"[:find ?e :where {'(not ' * depth}[?e :a]{')' * depth}]")
        with pytest.raises(Misread, match="nested too deep"):
            read_pull(f"{'[{:a ' * depth}[:b]{'}]' * depth}")


def test_a_query_with_too_many_clauses_is_refused() -> None:
    with pytest.raises(NotQuery, match="it has at most 1000 clauses"):
        read_query(f"[:find ?e :where {'[?e :a] ' * 1_001}]")


TOKENS = re.findall(
    r"\S+",
    """
    [ ] ( ) { } #{ $ $then ?e ?x _ % ... . * & nil true 5 -1 2.5M "text" #inst #_ ; \\a #foo " '
    :find :in :where :with :keys :order-by :limit :rules :as :desc :db/id :Dataset/name
    not or and not-join or-join pull count max ground get-else missing? tx-data < !=
    """,
)
TOKENS += ["\n", "\0", "\ud800"]
VALID = [f"[:find ?e :in $ ?e :where {text}]" for text in CLAUSES]


def _is_told(text: str) -> None:
    lines = text.split("\n")
    for wrong in filter(None, (_fault(text, read) for read in (read_query, read_rules, read_pull))):
        assert 1 <= wrong.line <= len(lines)
        assert 1 <= wrong.column <= len(lines[wrong.line - 1]) + 1
        assert len(str(wrong)) < 1_000


def _fault(text: str, read: Callable[[str], object]) -> Misread | None:
    try:
        read(text)
    except Misread as wrong:
        return wrong
    return None


@settings(max_examples=80, deadline=None)
@given(st.text() | st.lists(st.sampled_from(TOKENS)).map(" ".join) | st.binary().map(repr))
@example("[:find ?e :where [?e :a] :order-by]")
def test_any_text_is_read_or_told(text: str) -> None:
    _is_told(text)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(VALID) | queries().map(query_text), st.randoms(use_true_random=False))
def test_a_query_that_was_damaged_is_read_or_told(text: str, draw: random.Random) -> None:
    for _ in range(draw.randint(1, 4)):
        start = draw.randint(0, len(text))
        end = min(len(text), start + draw.choice([0, 0, 1, 1, 2, 9]))
        text = text[:start] + draw.choice(["", text[start:end] * 2, *TOKENS]) + text[end:]
    _is_told(text)


LARGE = {
    "places": f"[:find ?e :in $ ?e :where [{'?e ' * 20_000}]]",
    "a chain": f"[:find ?e :in $ ?e :where [(< {'?e ' * 20_000})]]",
    "rows": f"[:find ?e :in $ ?e :where [(ground [{'[1] ' * 8_000}]) [[?x]]]]",
    "inputs": f"[:find ?e :in $ ?e {' '.join(f'?x{each}' for each in range(20_000))}]",
    "blanks": f"[:find ?e :in $ ?e :where {'[?e _ ?_9] ' * 1_000}]",
    "found": f"[:find {'?e ' * 20_000} :in $ ?e]",
    "pulled": f"[:find (pull ?e [{' '.join(f':a/b{each}' for each in range(20_000))}]) :in $ ?e]",
    "keys": f"[:find {'?e ' * 900} :keys {' '.join(f'k{each}' for each in range(900))} :in ?e]",
    "many keys": f"[:find ?e :keys {' '.join(f'k{each}' for each in range(20_000))} :in ?e]",
    "many pulls": f"[:find {'(pull ?e p) ' * 5_000} :in ?e {'q ' * 9}]",
    "a long name": f"[:find ?e :where [?e :{'a' * 2**18}]]",
    "not a clause": f"[:find ?e :where {{:a [{'[] ' * 20_000}]}}]",
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_query_is_read_or_told_soon(name: str) -> None:
    begun = time.process_time()
    _is_told(LARGE[name])
    assert time.process_time() - begun < 3
