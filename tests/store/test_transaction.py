"""The shape of a transaction in JSON, and what is said where it is not one."""

from datetime import UTC, datetime

import pytest

from store.transaction import Link, MalformedTransaction, Transaction, Unlink, Upsert, read
from store.values import WrongValue


def test_a_transaction_is_read_whole() -> None:
    said = read(
        {
            "tx": {"instant": "2023-11-18T00:37:54Z", "source": "s", "actor": "a", "reason": "r"},
            "upsert": [{"type": "Model", "urn": "hw://m", "name": "n", "tags": ["A"], "x": None}],
            "link": [
                {
                    "type": "By",
                    "from": "hw://m",
                    "to": "hw://o",
                    "fromType": "Model",
                    "toType": "Org",
                    "key": "k",
                    "properties": {"weight": 1},
                },
                {"type": "By", "from": "hw://m", "to": "hw://o"},
            ],
            "unlink": [{"type": "By", "from": "hw://m", "to": "hw://o", "key": "k"}],
            "retract": ["hw://x", "E1048576"],
        }
    )
    assert said == Transaction(
        instant=datetime(2023, 11, 18, 0, 37, 54, tzinfo=UTC),
        source="s",
        actor="a",
        reason="r",
        upserts=(Upsert("Model", "hw://m", {"name": "n", "tags": ["A"], "x": None}),),
        links=(
            Link("By", "hw://m", "hw://o", "k", "Model", "Org", {"weight": 1}),
            Link("By", "hw://m", "hw://o"),
        ),
        unlinks=(Unlink("By", "hw://m", "hw://o", "k"),),
        retracts=("hw://x", "E1048576"),
    )


@pytest.mark.parametrize("given", [{}, {"tx": None, "upsert": None, "link": []}])
def test_everything_may_be_left_out(given: object) -> None:
    assert read(given) == Transaction()


EDGE = {"type": "By", "from": "hw://a", "to": "hw://b"}
MALFORMED: list[tuple[object, str]] = [
    (None, "expected a JSON object, got null"),
    ([], "expected a JSON object, got []"),
    ("x", "expected a JSON object, got 'x'"),
    (
        {"upserts": []},
        "there is no key 'upserts' (there are link, retract, tx, unlink, upsert)",
    ),
    ({"tx": []}, "tx: expected a JSON object, got []"),
    ({"tx": {"when": 1}}, "tx: there is no key 'when' (there are actor, instant, reason, source)"),
    ({"tx": {"source": 1}}, "tx: source must be a string, not 1"),
    ({"upsert": {}}, "upsert: expected a list, got {}"),
    ({"upsert": [1]}, "upsert[0]: expected a JSON object, got 1"),
    ({"upsert": [{"type": "A", "urn": "hw://a"}, {"urn": "hw://a"}]}, "upsert[1]: type is missing"),
    ({"upsert": [{"type": "A"}]}, "upsert[0]: urn is missing"),
    ({"upsert": [{"type": 5, "urn": "hw://a"}]}, "upsert[0]: type must be a string, not 5"),
    ({"link": [{**EDGE, "key": 1}]}, "link[0]: key must be a string, not 1"),
    ({"link": [{**EDGE, "toType": 1}]}, "link[0]: toType must be a string, not 1"),
    ({"link": [{**EDGE, "properties": []}]}, "link[0].properties: expected a JSON object, got []"),
    ({"link": [{**EDGE, "weight": 1}]}, "link[0]: there is no key 'weight'"),
    ({"link": [{"type": "By", "from": "hw://a"}]}, "link[0]: to is missing"),
    ({"unlink": [{**EDGE, "properties": {}}]}, "unlink[0]: there is no key 'properties'"),
    ({"unlink": [{"type": "By", "to": "hw://a"}]}, "unlink[0]: from is missing"),
    ({"retract": "hw://a"}, "retract: expected a list, got 'hw://a'"),
    ({"retract": [{"urn": "hw://a"}]}, "retract[0]: expected a urn, got {'urn': 'hw://a'}"),
]


@pytest.mark.parametrize(("given", "sentence"), MALFORMED)
def test_what_is_no_transaction_is_refused_with_its_place(given: object, sentence: str) -> None:
    with pytest.raises(MalformedTransaction) as refused:
        read(given)
    assert str(refused.value).startswith(sentence)


def test_an_instant_that_is_none_is_refused() -> None:
    with pytest.raises(WrongValue, match=r"tx\.instant: expected an instant"):
        read({"tx": {"instant": "tomorrow"}})
