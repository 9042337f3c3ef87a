"""What is found wrong when a database is verified."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the log says, and where."""

    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(slots=True)
class Findings:
    """The first thousand findings, and how many there are."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, what: str, where: str) -> None:
        """Keep a finding."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Finding(what, where))

    def compare(self, table: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Keep every row that is missing from a table, or should not be in it."""
        wanted, there = Counter(expected), Counter(found)
        if wanted == there:
            return
        for row in (wanted - there).elements():
            self.add(f"the log asks for a row that is missing: {row}", f"table {table}")
        for row in (there - wanted).elements():
            self.add(f"there is a row that the log does not ask for: {row}", f"table {table}")
