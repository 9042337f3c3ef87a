"""Printed queries are read back as they were, and what `explain` shows can be asked again."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from datalog.printing.clauses import clause_text
from datalog.printing.finding import pattern_text
from datalog.printing.queries import query_text, rule_text
from datalog.reading.query import read_pull, read_query, read_rules
from datalog.syntax.clauses import Pattern
from datalog.syntax.finding import PullPattern
from datalog.syntax.query import Query, Rule
from datalog.syntax.terms import Constant, Variable
from datalog.vocabulary import ANY_TIME
from tests.datalog.queries import PULL_PATTERNS, queries, rules

CASES = Path(__file__).parent.parent / "cases" / "datalog"


@settings(max_examples=60, deadline=None)
@given(queries())
def test_a_query_that_is_printed_reads_back_the_same(query: Query) -> None:
    assert repr(read_query(query_text(query)).query) == repr(query)


@settings(max_examples=60, deadline=None)
@given(rules())
def test_a_rule_that_is_printed_reads_back_the_same(rule: Rule) -> None:
    assert repr(read_rules(f"[{rule_text(rule)}]")) == repr((rule,))


@settings(max_examples=60, deadline=None)
@given(PULL_PATTERNS)
def test_a_pull_pattern_that_is_printed_reads_back_the_same(pattern: PullPattern) -> None:
    assert repr(read_pull(pattern_text(pattern))) == repr(pattern)


def _levels() -> list[str]:
    texts = [path.read_text() for path in sorted(CASES.glob("*/query.edn"))]
    levels = [level for text in texts for level in text.strip().split("\n\n")]
    marked = (":after", ":backward")
    return [level for level in levels if not any(mark in level for mark in marked)]


@pytest.mark.parametrize("level", _levels())
def test_what_explain_shows_is_a_query(level: str) -> None:
    shown = [line for line in level.splitlines() if not line.strip().startswith(";")]
    assert query_text(read_query(level).query) == "\n".join(shown)


def test_names_that_nobody_can_write_are_shown_with_dashes() -> None:
    pattern = Pattern(Variable("entity 1"), "entity/urn", Constant("hw://a"), source=ANY_TIME)
    assert clause_text(pattern) == '[$at-any-time ?entity-1 :entity/urn "hw://a"]'
