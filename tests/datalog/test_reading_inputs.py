"""What callers give to a query: values of every kind, entities under every name, views, rows."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from datalog.errors import UnlistedInput
from datalog.reading import edn
from datalog.reading.errors import Misread, WrongInput, WrongInputs
from datalog.reading.inputs import Asked, asked
from datalog.reading.query import read_query
from datalog.reading.spans import NOW, Span
from datalog.syntax.query import Source
from datalog.syntax.views import AsOf, History, Now, Since
from store.catalogue import Catalogue
from tests.datalog.asking import Library, answer
from tests.datalog.library import LAST, urn

FULL, FIRST = urn("dfull"), urn("d00")
TOKEN = "123e4567-e89b-12d3-a456-426614174000"  # noqa: S105  # The value of an attribute.
NOTHING = Catalogue()


def _asked(library: Library, text: str, *given: object, span: Span = NOW) -> Asked:
    return asked(read_query(text), given, library.catalogue, span)


async def _rows(library: Library, text: str, *given: object, span: Span = NOW) -> list[object]:
    it = _asked(library, text, *given, span=span)
    slots = {**it.slots, **it.moments}
    return (await answer(library.database, library.catalogue, it.query, slots)).rows


NAME_OF = "[:find ?n :in $ ?e :where [?e :Dataset/name ?n]]"
VALUES = [
    ("rows", 5),
    ("rows", 5.0),
    ("size", -12),
    ("size", "-12"),
    ("price", "2.5"),
    ("price", 2.5),
    ("price", edn.read("2.50M")),
    ("ratio", 1e-7),
    ("seenAt", "2024-05-06T05:08:09.000001Z"),
    ("seenAt", datetime(2024, 5, 6, 5, 8, 9, 1, tzinfo=UTC)),
    ("seenAt", edn.read('#inst "2024-05-06T07:08:09.000001+02:00"')),
    ("day", "2024-02-29"),
    ("day", edn.read('#hw/date "2024-02-29"')),
    ("home", "https://example.org/a?b=%20"),
    ("token", TOKEN.upper()),
    ("token", edn.read(f'#uuid "{TOKEN}"')),
    ("tags", "tag 3"),
    ("replacement", FIRST),
]


@pytest.mark.parametrize(("field", "given"), VALUES)
async def test_a_value_is_read_as_the_kind_of_its_variable(
    library: Library, field: str, given: object
) -> None:
    where = f'[?e :Dataset/{field} ?v] [?e :entity/urn "{FULL}"] [?e :Dataset/name ?n]'
    assert await _rows(library, f"[:find ?n :in $ ?v :where {where}]", given) == [["full"]]
    assert await _rows(library, f"[:find ?n :in $ [?v ...] :where {where}]", [given]) == [["full"]]


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("rows", "five"),
        ("rows", True),
        ("size", "5.5"),
        ("price", "much"),
        ("ratio", "1"),
        ("seenAt", "yesterday"),
        ("day", 20),
        ("token", "x"),
        ("name", 5),
        ("name", "a\0b"),
        ("name", "\ud800"),
        ("name", ["full"]),
        ("hidden", "false"),
        ("replacement", "full"),
        ("replacement", -1),
        ("replacement", {"id": 3}),
    ],
)
def test_what_is_not_of_that_kind_is_told_with_the_input(
    library: Library, field: str, given: object
) -> None:
    text = f"[:find ?e :in $ ?given :where [?e :Dataset/{field} ?given]]"
    with pytest.raises(WrongInput, match=r"input \?given: expected "):
        _asked(library, text, given)


async def test_an_entity_goes_by_any_of_its_names(library: Library) -> None:
    number = library.facts.numbers[FULL]
    for given in (FULL, number, f"E{number}", [":entity/urn", FULL], edn.read(f'"{FULL}"')):
        assert await _rows(library, NAME_OF, given) == [["full"]]
        found = NAME_OF.replace(":find ?n", ":find ?n ?e")
        assert await _rows(library, found, given) == [["full", f"E{number}"]]
        assert await _rows(library, "[:find (pull ?e [:Dataset/name]) :in $ ?e]", given) == [
            [{"Dataset/name": "full"}]
        ]


async def test_entities_of_a_collection_go_by_any_of_their_names(library: Library) -> None:
    text = NAME_OF.replace("?e :where", "[?e ...] :where")
    number = library.facts.numbers[FULL]
    first = library.facts.datasets()[FIRST]["name"]
    assert await _rows(library, text, [FULL, None]) == [["full"]]
    assert await _rows(library, text, [number, None]) == [["full"]]
    for given in (FULL, number, f"E{number}", [":entity/urn", FULL]):
        found = await _rows(library, text, [given, FIRST])
        assert sorted(found, key=str) == sorted([["full"], [first]], key=str)


async def test_entities_in_rows_go_by_any_of_their_names(library: Library) -> None:
    text = "[:find ?n ?x :in $ [[?e _ ?x]] :where [?e :Dataset/name ?n] [?e :Dataset/rows ?x]]"
    number = library.facts.numbers[FULL]
    for given in (
        [[FULL, 0, 5]],
        [[number, 0, 5], [FIRST, 0, 77]],
        [[FULL, 0, 5], [FIRST, 0, None]],
    ):
        assert await _rows(library, text, given) == [["full", 5]]
    assert await _rows(library, text.replace("[?e :Dataset/rows ?x]", ""), [[FULL, 0, "a"]]) == [
        ["full", "a"]
    ]


async def test_nothing_matches_a_null(library: Library) -> None:
    assert await _rows(library, NAME_OF, None) == []
    assert await _rows(library, "[:find ?n :in $ ?n :where [_ :Dataset/name ?n]]", None) == []


async def test_attributes_and_types_go_by_their_names(library: Library) -> None:
    values = "[:find ?a ?v :in $ ?e ?a :where [?e ?a ?v]]"
    for given in (":Dataset/name", "Dataset/name", edn.read(":Dataset/name")):
        assert await _rows(library, values, FULL, given) == [["Dataset/name", "full"]]
    types = "[:find (count-distinct ?e) :in $ [?t ...] :where [?e :entity/type ?t]]"
    assert await _rows(library, types, [":Team", "Person"]) == [[7]]


async def test_what_nothing_tells_the_kind_of_is_what_it_looks_like(library: Library) -> None:
    text = "[:find ?x ?y :in $ [?x ...] [?y _]]"
    assert await _rows(library, text, ["a", "b"], [True, 9]) == [["a", True], ["b", True]]
    text = "[:find ?a :in $ ?e ?v :where [?e ?a ?v]]"
    assert await _rows(library, text, FULL, "full") == [["Dataset/name"]]


async def test_databases_are_given_as_maps_and_the_first_as_a_span(library: Library) -> None:
    text = "[:find (count ?n) :in $ $then :where [?e :Dataset/name ?n] [$then ?e :Dataset/name ?n]]"
    always = await _rows(library, text, {})
    assert (
        await _rows(library, text, {}, {})
        == always
        == await _rows(library, text, {"asOf": LAST}, span=Span(as_of=LAST))
    )
    assert await _rows(library, text, edn.read("{:as-of 1}")) == []


@pytest.mark.parametrize(
    ("given", "view", "moments"),
    [
        ({}, Now(), {}),
        ({"asOf": 4}, AsOf("$then asOf"), {"$then asOf": 4}),
        ({"since": "2024-01-01"}, Since("$then since"), {"$then since": "2024-01-01"}),
        ({"history": True}, History(), {}),
        (
            {"as-of": 4, "since": 2, "history": True},
            History(AsOf("$then asOf"), "$then since"),
            {"$then asOf": 4, "$then since": 2},
        ),
    ],
)
def test_a_view_says_what_its_map_says(
    given: object, view: object, moments: dict[str, object]
) -> None:
    read = read_query("[:find ?x :in $then ?x]")
    it = asked(read, [given, None], NOTHING)
    assert it.query.inputs[0] == Source("$then", view)  # type: ignore[arg-type]  # One of the views.
    assert it.moments == moments


@pytest.mark.parametrize(
    "given", [None, 4, "now", {"asof": 4}, {"asOf": 4, "as-of": 5}, {"asOf": True}, {"history": 1}]
)
def test_what_is_no_view_is_refused(given: object) -> None:
    with pytest.raises(WrongInput, match=r"input \$then"):
        asked(read_query("[:find ?x :in $then ?x]"), [given, 1], NOTHING)


async def test_the_data_of_a_transaction_are_those_of_the_log(library: Library) -> None:
    text = f'[:find ?op :where [(tx-data $ "T2") [[?e :as ?v _ ?op]]] [?e :entity/urn "{FULL}"]]'
    text = text.replace(":as", "?a")
    assert await _rows(library, text) == [[True]]
    assert await _rows(library, text, span=Span(as_of=1)) == []
    ids = "[:find [?tx ...] :in $ ?from :where [(tx-ids $ ?from 5) [?tx ...]]]"
    assert await _rows(library, ids, 2) == [["T2"], ["T3"], ["T4"]]


async def test_rows_stand_in_the_place_of_a_database(library: Library) -> None:
    rows = [["full", 1, "x"], ["nope", 3, "x"], ["full", 2, "y"], ["full", None, "x"]]
    text = '[:find ?i :in $ $rows :where [$rows ?n ?i "x"] [_ :Dataset/name ?n]]'
    assert await _rows(library, text, rows) == [["1"]]
    text = "[:find ?i :in $ $rows :where [?e :Dataset/name ?n] [?e :Dataset/rows ?i] {}]"
    assert await _rows(library, text.format('[$rows ?n] [(= ?n "full")]'), rows) == [[5]]
    own = "[:find ?n ?i :in $ $rows :where [$rows ?n ?i] [(= ?i 2)] [_ :Dataset/name ?n]]"
    assert await _rows(library, own, rows) == [["full", "2"]]
    others = text.format('(not [$rows ?n]) [(= ?n "full")]')
    assert await _rows(library, others, rows) == []
    others = text.format('(not [$rows ?n "x"]) [(= ?n "full")]')
    assert await _rows(library, others, rows) == [[5]]


async def test_rules_and_patterns_are_given_as_text_or_form(library: Library) -> None:
    text = "[:find (pull ?e shape) :in $ shape % :where (named ?e)]"
    shape, rules = "[:Dataset/name]", '[[(named ?e) [?e :Dataset/name "full"]]]'
    for given in ((shape, rules), (edn.read(shape), edn.read(rules))):
        assert await _rows(library, text, *given) == [[{"Dataset/name": "full"}]]


async def test_an_entity_given_by_urn_is_seen_in_every_clause(library: Library) -> None:
    text = (
        "[:find ?n :in $ ?e :where [?x :Dataset/name ?n]"
        " (or [?e :Dataset/replacement ?x] [?x :Dataset/rows])"
        " (not-join [?x ?e] [?x :Dataset/replacement ?e])"
        ' [(get-else $ ?e :Dataset/name "") ?own] [(!= ?n ?own)]]'
    )
    by_urn = await _rows(library, text, FIRST)
    assert by_urn == await _rows(library, text, library.facts.numbers[FIRST])
    assert by_urn
    with pytest.raises(UnlistedInput):
        _asked(library, "[:find ?n :in $ ?e :where (or-join [?n] [?e :Dataset/name ?n])]", FIRST)


def test_the_number_of_inputs_is_that_of_in(library: Library) -> None:
    text = "[:find ?n :in $ ?e [?x _] % pattern :where [?e :Dataset/name ?n]]"
    with pytest.raises(WrongInputs, match=r"takes 4 inputs \(\?e \[\?x _\] % pattern\), 1 given"):
        _asked(library, text, FULL)
    with pytest.raises(WrongInputs, match="takes 0 inputs, 2 given"):
        _asked(library, "[:find ?n :where [?e :Dataset/name ?n]]", FULL, FULL)


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("[?a ?b]", [1]),
        ("[?a ?b]", 1),
        ("[?a ...]", 1),
        ("[[?a ?b]]", [[1, 2], [3]]),
        ("[[?a ?b]]", [1]),
        ("%", 5),
        ("pattern", []),
        ("$rows", [1]),
        ("?a", {"a": 1}),
        ("?a", [10**5000]),
    ],
)
def test_what_does_not_fit_its_binding_is_told(declared: str, given: object) -> None:
    with pytest.raises(WrongInput):
        asked(read_query(f"[:find ?z :in ?z {declared}]"), [1, given], NOTHING)


def test_the_text_of_rules_says_where_it_is_wrong() -> None:
    with pytest.raises(Misread, match=r"line 2, column 1"):
        asked(read_query("[:find ?z :in ?z %]"), [1, "[[(r ?a) [?a :b]]\n5]"], NOTHING)


def test_values_that_a_query_holds_are_bounded() -> None:
    with pytest.raises(WrongInput, match="at most 10000"):
        asked(read_query("[:find ?z :in [?z ...]]"), [[*range(10_001)]], NOTHING)


def test_decimals_and_uuids_are_sent_as_they_are(library: Library) -> None:
    text = "[:find ?e :in $ ?p ?t :where [?e :Dataset/price ?p] [?e :Dataset/token ?t]]"
    assert _asked(library, text, "2.50", TOKEN).slots == {"p": Decimal("2.5"), "t": UUID(TOKEN)}


@pytest.mark.parametrize("section", ["limit", "offset"])
def test_an_amount_that_is_given_is_a_whole_number_from_0_on(
    library: Library, section: str
) -> None:
    text = f"[:find ?n :in $ ?amount :where [_ :Dataset/name ?n] :{section} ?amount]"
    for given in (-1, 2**31, 1.5, True, "3", [1]):
        with pytest.raises(WrongInput, match=r"input \?amount: expected a whole number from 0 on"):
            _asked(library, text, given)
    for amount in (0, 3, None):
        assert _asked(library, text, amount).slots == {"amount": amount}
