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
    """A fault with a code, a category, the fields of its class, and a sentence."""

    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"
    category: ClassVar[str] = "fault"

    def details(self) -> dict[str, object]:
        """Return the fields of the fault, for machines that read errors."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]  # Every fault is a dataclass.


class CallerFault(Fault):
    """The caller can mend it."""

    code: ClassVar[str] = "BAD_USER_INPUT"
    category: ClassVar[str] = "incorrect"


class OurFault(Fault):
    """Only we, or the operator, can mend it."""
