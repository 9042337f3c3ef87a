"""Datalog in which every value, name and text tries to get out: none of it ever becomes SQL."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from datalog.reading.edn import write
from resolvers.datalog.ask import prepared
from resolvers.datalog.question import Question
from resolvers.limits import Limits
from store.catalogue import Catalogue
from store.database import Database
from store.errors import CallerFault
from store.schema.facts import read_catalogue
from tests.refusals.world import CLEAN, Door

TEXTS = (
    "'; DROP TABLE log; --",
    "' OR '1'='1",
    "$1",
    "$1::text",
    "$$x$$",
    "\\",
    "\\'; SELECT pg_sleep(9) --",
    "E'\\047'",
    "{hole}'",
    "{0}%s%(x)s",
    "%_\\%",
    '"; DROP TABLE log; --',
    "/*' */",
    "\u0000",
    "\ud800",
    "\\u0027",
    "\u2028\u202e\U0001f600'",
    "(?:a|a)*+(",
    "[[:alpha:]'](.*)\\1",
    "hw://d/'||pg_sleep(9)||'",
    "E1'",
    "'" * 5_000,
)
# What EDN takes as the rest of a name, too.
NAMES = (
    "x'OR'1'='1",
    "$1",
    "x'--",
    "$$x$$",
    "%s",
    "x%n",
    "/*x*/",
    "a.b'/c",
    "'",
    "x" * 5_000 + "'",
)
BENIGN = "ü"
"""Bound, as it is not of those characters that may stand in SQL as they are."""

VALUES = {
    "value": "[?e :Dataset/name @]",
    "value of a keyword": "[?e :Dataset/word @]",
    "value of an enum": "[?e :Dataset/kind @]",
    "value of a list": "[?e :Dataset/tags @]",
    "value of JSON": "[?e :Dataset/details @]",
    "value of any attribute": f'[?e :entity/urn "{CLEAN}"] [?e ?a @]',
    "value of a reference": "[?e :Dataset/parent @]",
    "end of an edge": "[?e :DerivedFrom @]",
    "key of an edge": "[?e :edge/key @]",
    "type": "[?e :entity/type @]",
    "lifecycle": "[?e :entity/lifecycle @]",
    "urn": "[?e :entity/urn @]",
    "entity": "[@ :Dataset/name ?e]",
    "transaction": "[?e :Dataset/name _ @]",
    "source of a transaction": "[?e :tx/source @]",
    "ident": "[?e :db/ident @]",
    "lookup by urn": "[[:entity/urn @] :Dataset/name ?e]",
    "lookup by value": "[[:Team/code @] :Team/name ?e]",
    "attribute": "[?e @ _]",
    "equal": "[?e :Dataset/name ?n] [(= ?n @)]",
    "different": "[?e :Dataset/name ?n] [(!= ?n @)]",
    "less": "[?e :Dataset/name ?n] [(< @ ?n)]",
    "beginning": "[?e :Dataset/name ?n] [(starts-with? ?n @)]",
    "end": "[?e :Dataset/name ?n] [(ends-with? ?n @)]",
    "search": "[(fulltext $ :Dataset/name @) [[?e]]]",
    "best match": "[(best-match $ [:Dataset/name :entity/urn] @) [[?e]]]",
    "part": "[?e :Dataset/name ?n] [(includes? ?n @)]",
    "pattern found": "[?e :Dataset/name ?n] [(re-find @ ?n)]",
    "pattern matched": "[?e :Dataset/name ?n] [(re-matches @ ?n)]",
    "pattern made": "[?e :Dataset/name ?n] [(re-find ?p ?n)] [(ground @) ?p]",
    "text matched": '[(re-find "a" @) ?e]',
    "text put together": "[?n :Dataset/name ?m] [(str ?m @ 1) ?e]",
    "text cut": "[(subs @ 0 1) ?e]",
    "text in capitals": "[(upper-case @) ?e]",
    "keyword": "[(keyword @) ?e]",
    "name of a keyword": "[(name @) ?e]",
    "sum": "[(+ 1 @) ?e]",
    "constant": "[(ground @) ?e]",
    "constants": "[(ground [[@ 1] [@ 2]]) [[?e ?n]]]",
    "identity": "[(identity @) ?e]",
    "tuple": "[(tuple @ 1) ?t] [(untuple ?t) [?e _]]",
    "default": "[?n :Dataset/name] [(get-else $ ?n :Dataset/home @) ?e]",
    "not": "[?e :Dataset/name] (not [?e :Dataset/name @])",
    "or": "(or [?e :Dataset/name @] [?e :Dataset/tags @])",
    "rule": "(named ?e @)",
    "instant": "[?e :Dataset/created @]",
    "day": "[?e :Dataset/day @]",
    "UUID": "[?e :Dataset/token @]",
    "URI": "[?e :Dataset/home @]",
    "number": "[?e :Dataset/rows @]",
    "decimal": "[?e :Dataset/price @]",
    "instant written": "[?e :Dataset/created #inst @]",
    "UUID written": "[?e :Dataset/token #uuid @]",
    "keyword written": "[?e :Dataset/word #hw/keyword @]",
    "pattern written": "[?e :Dataset/name ?n] [(re-find #@ ?n)]",
}
RULES = ":rules [[(named ?x ?n) [?x :Dataset/name ?n]] [(named ?x ?n) [?x :Team/name ?n]]]"
WHOLE_VALUES = {
    "key of a pull": "[:find (pull ?e [[:Dataset/name :as @]]) :where [?e :Dataset/name]]",
    "default of a pull": "[:find (pull ?e [[:Dataset/home :default @]]) :where [?e :Dataset/name]]",
    "limit": "[:find ?e :where [?e :Dataset/name] :limit @]",
    "order": "[:find ?e :where [?e :Dataset/name] :order-by [@]]",
    "input in the text": "[:find ?e :in $ @ :where [?e :Dataset/name]]",
    "query": "@",
}
WHOLE_NAMES = {
    "attribute": "[:find ?e :where [?e :@ _]]",
    "attribute of a type": "[:find ?e :where [?e :Dataset/@ _]]",
    "type": "[:find ?e :where [?e :entity/type :@]]",
    "value": "[:find ?e :where [?e :Dataset/word :@]]",
    "variable": "[:find ?e ?@ :where [?e :Dataset/name ?@]]",
    "variable within": "[:find ?e :where [?e :Dataset/name ?@] (not [?e :Dataset/tags ?@])]",
    "aggregate": "[:find (@ ?e) :where [?e :Dataset/name]]",
    "aggregated": "[:find (max ?@) :where [?e :Dataset/name ?@]]",
    "source": "[:find ?e :in $@ :where [$@ ?e :Dataset/name]]",
    "input": "[:find ?@ :in $ ?@ :where [_ :Dataset/name ?@]]",
    "inputs": "[:find ?@ :in $ [?@ ...] :where [_ :Dataset/name ?@]]",
    "rows given": "[:find ?@ :in $ [[?@ ?b]] :where [_ :Dataset/name ?@]]",
    "rule": "[:find ?e :where (@ ?e) :rules [[(@ ?x) [?x :Dataset/name]]]]",
    "rule recursive": """[:find ?e :where (@ ?e ?n)
      :rules [[(@ ?x ?@) [?x :DerivedFrom ?@]] [(@ ?x ?y) [?x :DerivedFrom ?@] (@ ?@ ?y)]]]""",
    "predicate": "[:find ?e :where [?e :Dataset/name ?n] [(@ ?n)]]",
    "function": "[:find ?x :where [?e :Dataset/name ?n] [(@ ?n) ?x]]",
    "key": "[:find ?e :keys @ :where [?e :Dataset/name]]",
    "text key": "[:find ?e :strs @ :where [?e :Dataset/name]]",
    "symbol key": "[:find ?e :syms @ :where [?e :Dataset/name]]",
    "pulled": "[:find (pull ?e [:@]) :where [?e :Dataset/name]]",
    "pulled in reverse": "[:find (pull ?e [:Dataset/_@]) :where [?e :Dataset/name]]",
    "key of a pull": "[:find (pull ?e [[:Dataset/name :as :@]]) :where [?e :Dataset/name]]",
    "symbol of a pull": "[:find (pull ?e [[:Dataset/name :as @]]) :where [?e :Dataset/name]]",
    "pattern": "[:find (pull ?e @) :in $ @ :where [?e :Dataset/name]]",
    "option": "[:find (pull ?e [[:Dataset/name :@ 1]]) :where [?e :Dataset/name]]",
    "order": "[:find ?@ :where [_ :Dataset/name ?@] :order-by [[?@ :desc]]]",
    "direction": "[:find ?e :where [?e :Dataset/name] :order-by [[?e :@]]]",
    "limit": "[:find ?@ :in $ ?@ ?n :where [_ :Dataset/name ?@] :limit ?n]",
    "section": "[:find ?e :@ 1 :where [?e :Dataset/name]]",
    "tag": '[:find ?e :where [?e :Dataset/name #@ "x"]]',
    "character": "[:find ?e :where [?e :Dataset/name \\@]]",
    "number": "[:find ?e :where [?e :Dataset/rows @]]",
    "query": "@",
}
INPUTS: dict[str, tuple[str, Callable[[str], Sequence[object]]]] = {
    "scalar": ("[:find ?e :in $ ?x :where [?e :Dataset/name ?x]]", lambda x: [x]),
    "collection": ("[:find ?e :in $ [?x ...] :where [?e :Dataset/name ?x]]", lambda x: [[x, "a"]]),
    "tuple": ("[:find ?e :in $ [?x ?y] :where [?e :Dataset/name ?x]]", lambda x: [[x, x]]),
    "relation": (
        "[:find ?e ?y :in $ [[?x ?y]] :where [?e :Dataset/name ?x]]",
        lambda x: [[[x, x], ["a", "b"]]],
    ),
    "entity": ("[:find ?n :in $ ?x :where [?x :Dataset/name ?n]]", lambda x: [x]),
    "lookup": ("[:find ?n :in $ ?x :where [?x :Team/name ?n]]", lambda x: [[":Team/code", x]]),
    "lookup's attribute": ("[:find ?n :in $ ?x :where [?x :Team/name ?n]]", lambda x: [[x, "a"]]),
    "attribute": ("[:find ?n :in $ ?x :where [?e ?x ?n]]", lambda x: [x]),
    "attributes": ("[:find ?n :in $ [?x ...] :where [?e ?x ?n]]", lambda x: [[x]]),
    "number": ("[:find ?e :in $ ?x :where [?e :Dataset/rows ?x]]", lambda x: [x]),
    "limit": ("[:find ?e :in $ ?x :where [?e :Dataset/name] :limit ?x]", lambda x: [x]),
    "pattern": ("[:find ?n :in $ ?x :where [_ :Dataset/name ?n] [(re-find ?x ?n)]]", lambda x: [x]),
    "rules": ("[:find ?e :in $ % :where (r ?e)]", lambda x: [x]),
    "rules with it": (
        "[:find ?e :in $ % :where (r ?e)]",
        lambda x: [f"[[(r ?e) [?e :Dataset/name {write(x)}]]]"],
    ),
    "pull": ("[:find (pull ?e p) :in $ p :where [?e :Dataset/name]]", lambda x: [x]),
    "rows": (
        "[:find ?a :in $ $r :where [$r ?a _ ?b] [_ :Dataset/name ?a]]",
        lambda x: [[[x, x, 1]]],
    ),
    "database": ("[:find ?e :in $ $x :where [$x ?e :Dataset/name]]", lambda x: [{"asOf": x}]),
    "its key": ("[:find ?e :in $ $x :where [$x ?e :Dataset/name]]", lambda x: [{x: 1}]),
    "only value": ("[:find ?x :in ?x]", lambda x: [x]),
    "object": ("[:find ?e :in $ ?x :where [?e :Dataset/details ?x]]", lambda x: [{x: [x]}]),
}


GIVEN: dict[str, tuple[object, ...]] = {
    "source": ({},),
    "input": ("a",),
    "inputs": (["a"],),
    "rows given": ([["a", "b"]],),
    "pattern": ("[*]",),
    "limit": ("a", 1),
}
"""What templates of names are given for `:in`."""


def _edn(text: str) -> str:
    return f'"{text}"' if "\ud800" in text else write(text)


_WHERES = {f"where {name}": f"[:find ?e :where {text} {RULES}]" for name, text in VALUES.items()}
TEMPLATES = [
    *(
        pytest.param(text, (), tuple(map(_edn, TEXTS)), _edn(BENIGN), id=f"text, {name}")
        for name, text in {**_WHERES, **WHOLE_VALUES}.items()
    ),
    *(
        pytest.param(text, GIVEN.get(name, ()), (*NAMES, *TEXTS), BENIGN, id=f"name, {name}")
        for name, text in WHOLE_NAMES.items()
    ),
]


@pytest.fixture(scope="module")
def catalogue(world_url: str) -> Catalogue:
    async def known() -> Catalogue:
        async with Database.open(world_url, pool_size=1) as database:
            return await read_catalogue(database)

    return asyncio.run(known())


def _sql(catalogue: Catalogue, text: str, given: Sequence[object]) -> str | None:
    """Return the statement of a query, its values without numbers; None where it is refused."""
    try:
        asked = prepared(catalogue, Question(text, tuple(given)), Limits())
    except CallerFault as fault:
        told = json.dumps([str(fault), fault.details()], default=str)
        return None if told else "a fault says what it is"
    return re.sub(r"\$[0-9]+", "$", asked.plan.statement.text)


@pytest.mark.parametrize(("pattern", "given", "hostile", "benign"), TEMPLATES)
def test_a_text_never_becomes_sql(
    catalogue: Catalogue,
    pattern: str,
    given: tuple[object, ...],
    hostile: tuple[str, ...],
    benign: str,
) -> None:
    expected = _sql(catalogue, pattern.replace("@", benign), given)
    for text in hostile:
        made = _sql(catalogue, pattern.replace("@", text), given)
        assert made in (None, expected) or (expected is None and text not in str(made))


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_never_becomes_sql(catalogue: Catalogue, name: str) -> None:
    query, given = INPUTS[name]
    expected = _sql(catalogue, query, given(BENIGN))
    for text in TEXTS:
        made = _sql(catalogue, query, given(text))
        assert made in (None, expected) or (expected is None and text not in str(made))


ASK = "query ($q: String!, $i: [JSON]) { datalog(query: $q, inputs: $i) { rows complete } }"


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("pattern", "given", "hostile", "benign"), TEMPLATES)
async def test_a_hostile_query_has_an_answer_or_a_fault_of_its_own(
    door: Door,
    pattern: str,
    given: tuple[object, ...],
    hostile: tuple[str, ...],
    benign: str,
) -> None:
    for text in (benign, *_some(pattern, hostile)):
        await _asked(door, pattern.replace("@", text), given)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", INPUTS)
async def test_a_hostile_input_has_an_answer_or_a_fault_of_its_own(door: Door, name: str) -> None:
    query, given = INPUTS[name]
    for text in (BENIGN, *_some(name, TEXTS)):
        await _asked(door, query, given(text))


def _some(of: str, texts: Sequence[str]) -> Sequence[str]:
    """Return every fifth of the texts, for another place others: asking takes its time."""
    return texts[len(of) % 5 :: 5]


async def _asked(door: Door, query: str, given: Sequence[object]) -> None:
    body = json.dumps({"query": ASK, "variables": {"q": query, "i": list(given)}})
    status, answer = await door.send(body.encode())
    assert status == 200 or "errors" in answer
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] != "DEADLINE_EXCEEDED", query


def _nested(count: int) -> Iterator[str]:
    clause = "[?e :Dataset/name]"
    yield "[" * count
    yield "[:find ?e :where " + "(not " * count + clause + ")" * count + "]"
    yield "[:find ?e :where " + "(or " * count + clause + ")" * count + "]"
    yield (
        "[:find (pull ?e "
        + "[{:Dataset/parent " * count
        + "[*]"
        + "}]" * count
        + f") :where {clause}]"
    )
    yield f"[:find ?e :where {clause * count}]"
    yield "[:find ?e :where " + " ".join(f"[?e :Dataset/name ?n{n}]" for n in range(count)) + "]"
    yield f"[:find ?e :where [?e :Dataset/name ?n] [(= ?n {' '.join(['?n'] * count)})]]"
    yield f"[:find ?x :where [?e :Dataset/count ?n] [(+ {'?n ' * count}) ?x]]"
    yield f"[:find ?e :where (or {clause * count})]"
    yield f"[:find {'?e ' * count} :where {clause}]"
    yield f"[:find (max {'9' * count} ?n) :where [?e :Dataset/count ?n]]"
    yield f"[:find ?e :where [?e :Dataset/price {'9' * count}M]]"
    yield f"[:find ?e :where {clause} :limit {'9' * count}]"
    calls = " ".join(f"[(r{n} ?x) (r{n + 1} ?x) (r{n + 1} ?x)]" for n in range(min(count, 60)))
    yield f"[:find ?e :where {clause} (r0 ?e) :rules [{calls} [(r{min(count, 60)} ?x) {clause}]]]"
    yield f"[:find ?x :where [(ground [{'1 ' * count}]) [?x ...]]]"
    yield f"[:find ?e :where [?e :Dataset/name {'[' * count}1{']' * count}]]"
    yield f'[:find ?e :where [?e :Dataset/name ?n] [(re-find "{"(" * count}a{")" * count}" ?n)]]'
    yield f'[:find ?e :where [?e :Dataset/name ?n] [(re-find "(a{{1,{count}}}){{1,255}}" ?n)]]'


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("count", [100, 1_500])
async def test_what_is_deep_or_long_is_answered_or_refused_soon(door: Door, count: int) -> None:
    for query in _nested(count):
        begun = time.perf_counter()
        await _asked(door, query, ())
        assert time.perf_counter() - begun < 10, query[:60]


@pytest.mark.asyncio(loop_scope="session")
async def test_many_values_are_answered_or_refused(door: Door) -> None:
    named = "[:find (count ?e) . :in $ [?n ...] :where [?e :Dataset/name ?n]]"
    await _asked(door, named, [[f"n{n}" for n in range(12_000)]])
    rows = "[:find ?e :in $ $r :where [$r ?n] [?e :Dataset/name ?n]]"
    await _asked(door, rows, [[[f"n{n}"] for n in range(12_000)]])
    literal = " ".join(f'"n{n}"' for n in range(6_000))
    await _asked(
        door, f"[:find ?e :where [(ground [{literal}]) [?n ...]] [?e :Dataset/name ?n]]", ()
    )


@pytest.mark.asyncio(loop_scope="session")
async def test_the_world_is_as_it_was(door: Door) -> None:
    async with door.shut():
        await _asked(door, '[:find ?e :where [?e :Dataset/name "\'; DROP TABLE log; --"]]', ())
