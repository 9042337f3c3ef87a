"""Nothing, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Empty:
    """What can have no answer, whatever the facts are."""

    because: str
