"""What a search answers, against what the naive searcher finds in the same state."""

import random
from collections import Counter
from typing import Any

from tests.oracle.history import Replay
from tests.oracle.searching import Wanted, words
from tests.oracle.texts import Searched, Text, texts, wanted
from tests.serving import Served

SEARCH = """
query ($text: String!, $at: TimePoint) {
  all: search(text: $text, asOf: $at, first: 10000) {
    totalCount
    byType { type count }
    edges { score node { urn } }
  }
  best: search(text: $text, asOf: $at, first: 10) {
    edges {
      score
      node { urn }
      highlights { attribute text spans { start end } cutBefore cutAfter }
    }
  }
}
"""


async def compare_search(
    served: Served, replay: Replay, fields: Searched, chance: random.Random
) -> int:
    """Search for something that is drawn, as of a state; return how many entities were found."""
    known = list(texts(replay, fields))
    looked_for = wanted(known, chance)
    data = await served.ask_once(SEARCH, {"text": looked_for.text, "at": replay.t})
    found = data["all"]
    expected = _expected(looked_for, known)
    tiers = {row["node"]["urn"]: row["score"] // 1_000_000 for row in found["edges"]}
    assert tiers == expected, (looked_for, replay.t)
    scores = [row["score"] for row in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    assert found["totalCount"] == len(expected) == len(found["edges"])
    counted = Counter(replay.entities[urn].type for urn in expected)
    by_type = [(each["type"], each["count"]) for each in found["byType"]]
    assert by_type == sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    for row, same in zip(data["best"]["edges"], found["edges"], strict=False):
        assert (row["score"], row["node"]) == (same["score"], same["node"])
        urn = row["node"]["urn"]
        _check_highlights(row, looked_for, [each for each in known if each.urn == urn])
    return len(expected)


def _expected(looked_for: Wanted, known: list[Text]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in known:
        if looked_for.matches(each.value):
            tier = looked_for.tier(each.value, named=each.named)
            found[each.urn] = max(found.get(each.urn, 0), tier)
    return found


def _check_highlights(row: Any, looked_for: Wanted, known: list[Text]) -> None:
    matching = [each for each in known if looked_for.matches(each.value)][:10]
    told = [(each["attribute"], each["text"]) for each in row["highlights"]]
    assert Counter(name.rpartition("/")[2] for name, _ in told) == Counter(
        each.field for each in matching
    )
    values = [(f"{each.type}/{each.field}", each.value) for each in matching]
    for highlight in row["highlights"]:
        text = highlight["text"]
        [value] = {v for name, v in values if name == highlight["attribute"] and text in v} or {""}
        assert value.startswith(text) or highlight["cutBefore"]
        assert value.endswith(text) or highlight["cutAfter"]
        assert (len(text) < len(value)) == (highlight["cutBefore"] or highlight["cutAfter"])
        assert highlight["spans"], (looked_for, text)
        marked = [sliced(text, span["start"], span["end"]) for span in highlight["spans"]]
        assert all(is_wanted(each, looked_for) for each in marked), (looked_for, marked)


def sliced(text: str, start: int, end: int) -> str:
    """Return a part of a text as JavaScript would."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def is_wanted(marked: str, looked_for: Wanted) -> bool:
    """Tell whether what is marked is a word that was looked for."""
    [word] = words(marked)
    return any(
        word == each or (term.goes_on and position == len(term.words) and word.startswith(each))
        for term in looked_for.all_of
        for position, each in enumerate(term.words, 1)
    )
