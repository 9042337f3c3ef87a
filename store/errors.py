"""Every fault that Headwater names, from the two roots down.

Fault
├── CallerFault   what was asked or sent is wrong: told to the caller, never logged as an error
└── OurFault      we, or what we stand on, failed: logged, and masked towards the caller

Each class has a `code` in capitals (it becomes `extensions.code`) and a `category`, one of the
anomaly categories of Cognitect: incorrect, conflict, not-found, forbidden, unsupported,
unavailable, interrupted, busy, fault. Other rooms define their own faults below these roots, in an
`errors.py` of their own.
"""

from dataclasses import fields
from typing import ClassVar


class Fault(Exception):
    """A fault with a code, a category, the fields of its class, and a sentence.

    `place` is the line and the column, both from 1, in a text that somebody wrote.
    """

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    category: ClassVar[str] = "fault"

    place: tuple[int, int] | None = None

    def details(self) -> dict[str, object]:
        """Return the fields of the fault, and its place, for machines that read errors."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]  # Every fault is a dataclass.
        if self.place is not None:
            told["line"], told["column"] = self.place
        return told


class CallerFault(Fault):
    """The caller can mend it."""

    code: ClassVar[str] = "BAD_USER_INPUT"
    category: ClassVar[str] = "incorrect"


class OurFault(Fault):
    """Only we, or the operator, can mend it."""
