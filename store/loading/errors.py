"""Why a file of transactions cannot be loaded, or not all of it.

CallerFault
├── FileUnreadable   FILE_UNREADABLE   it is not there, or not what its name says
├── LineRefused      LINE_REFUSED      a line of it: file, number, and why
├── NotJson          NOT_JSON          a line is no JSON value
├── LineTooLong      LINE_TOO_LONG     a line is longer than it may be
└── BrokenFile       BROKEN_FILE       what is compressed ends too early or is damaged
"""

from dataclasses import dataclass
from typing import ClassVar

from store.errors import CallerFault


@dataclass(eq=False)
class FileUnreadable(CallerFault):
    """A file cannot be opened."""

    code: ClassVar[str] = "FILE_UNREADABLE"
    category: ClassVar[str] = "not-found"
    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file} cannot be read: {self.problem}"


@dataclass(eq=False)
class NotJson(CallerFault):
    """A line is no JSON, or JSON that could be read in two ways."""

    code: ClassVar[str] = "NOT_JSON"
    problem: str

    def __str__(self) -> str:
        return f"expected one JSON object: {self.problem}"


@dataclass(eq=False)
class LineTooLong(CallerFault):
    """A line is longer than a transaction may be."""

    code: ClassVar[str] = "LINE_TOO_LONG"
    limit: int

    def __str__(self) -> str:
        return f"a line has at most {self.limit // 2**20} MiB; make several transactions of it"


@dataclass(eq=False)
class BrokenFile(CallerFault):
    """The rest of a file cannot be read."""

    code: ClassVar[str] = "BROKEN_FILE"
    problem: str

    def __str__(self) -> str:
        return (
            f"the file breaks off here: {self.problem}; what stands before is loaded, and"
            " the same command goes on from here with a whole file"
        )


@dataclass(eq=False)
class LineRefused(CallerFault):
    """A line of a file was refused, and nothing of it was written."""

    code: ClassVar[str] = "LINE_REFUSED"
    file: str
    line: int
    fault: CallerFault

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.fault.code}: {self.fault}"

    def details(self) -> dict[str, object]:
        """Return where it stands, and the fault with its own fields."""
        fault = {"code": self.fault.code, "problem": str(self.fault), **self.fault.details()}
        return {"file": self.file, "line": self.line, "fault": fault}
