"""Pulls: a map for an entity, as a view shows it. It neither joins nor filters."""

from datalog.syntax.finding import PullPattern
from tests.meaning.facts import Seen
from tests.meaning.values import Value


def pulled(entity: Value, pattern: PullPattern, seen: Seen) -> object:
    """Return what a pattern tells of an entity."""
    raise NotImplementedError((entity, pattern, seen))
