"""How much one answer may hold: pages, lineage graphs, rows; by default and at most."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """What is taken where the caller says nothing, and the most that a caller may ask for."""

    default: int
    most: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one server; they are settings."""

    page: Limit = Limit(100, 10_000)
    depth: Limit = Limit(10, 100)
    nodes: Limit = Limit(1_000, 100_000)
    per_node: Limit = Limit(100, 100_000)
    rows: Limit = Limit(1_000, 100_000)
    size: int = 64 * 2**20
    """Bytes of one root field, in an operation with a query that somebody wrote."""
    edges: int = 0
    """Bytes of edges that may be held in memory."""
