"""schemathesis asks whatever the schema allows: the server answers or refuses, and never breaks."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.graphql import nodes, scalar

from tests.clients.running import Serving

# Every root field that is there with any catalog, and those of one type, one interface, one edge.
_ASKED = (
    r"^Query\.(basis|nodes?|entity|datalog|explain|lineage\w*|expand|commonAncestors|impact|paths"
    r"|search|suggest|changes|transactions|datasets?|owners?)$"
    r"|^Mutation\.(transact|\w+Datasets|\w+OwnedBy)$"
)
_FIELDS = 27
_EXAMPLES = 3
_LETTERS = "abcxyz '\"\\%_\u00e4\U0001f600"
_REFUSALS = {"incorrect", "not-found", "conflict"}


@dataclass(slots=True)
class _Told:
    """What came of all requests."""

    fields: set[str] = field(default_factory=set)
    requests: int = 0
    executed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[Any] = field(default_factory=list)


def _name_scalars() -> None:
    """Say what the scalars are that schemathesis does not know of itself."""
    texts = st.text(_LETTERS, max_size=6)
    numbers = st.integers(-(2**63), 2**63 - 1)
    times = st.sampled_from(("2025-03-01", "2024-06-01T07:00:00Z", "T3")).map(nodes.String)
    scalar("Keyword", texts.map(nodes.String))
    scalar("URI", texts.map(lambda text: nodes.String(f"https://{text}")))
    scalar("Decimal", st.decimals(allow_nan=False, allow_infinity=False).map(str).map(nodes.String))
    scalar("JSON", st.one_of(texts.map(nodes.String), numbers.map(nodes.Int)))
    scalar(
        "TimePoint", st.one_of(st.integers(0, 500).map(nodes.Int), times, texts.map(nodes.String))
    )


async def test_whatever_the_schema_allows_breaks_nothing(sample: Serving) -> None:
    told = await asyncio.to_thread(_asked, sample.url)
    print(
        f"{told.executed} of {told.requests} requests were executed; refusals: {dict(told.codes)}"
    )
    assert told.faults == []
    assert len(told.fields) >= _FIELDS
    assert told.executed > told.requests // 2


def _asked(url: str) -> _Told:
    _name_scalars()
    told = _Told()
    schema = schemathesis.graphql.from_url(url)
    for operation in schema.include(name_regex=_ASKED).get_all_operations():
        assert isinstance(operation, Ok)
        _ask(operation.ok(), told)
    return told


def _ask(operation: Any, told: _Told) -> None:  # Any: schemathesis names no type of it.
    """Ask one root field with arguments and selections that fit the schema, the same every time."""

    @settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call(timeout=60)
        answer = response.json()
        errors = [each["extensions"] for each in answer.get("errors", ())]
        told.fields.add(operation.label)
        told.requests += 1
        told.executed += "data" in answer  # What is refused before that has none.
        told.codes.update(each["code"] for each in errors)
        if response.status_code >= 500 or any(each["category"] not in _REFUSALS for each in errors):
            told.faults.append((operation.label, response.status_code, case.body, answer))

    ask()
