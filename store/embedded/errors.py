"""What can be wrong with the embedded server, each with a sentence that says what to do.

EmbeddedFault (OurFault)
├── BinariesMissing      the wheel with PostgreSQL's programs is missing or broken
├── AccountMissing       root has nobody to run the server as
├── FolderNotOurs        the folder holds something else
├── FolderForbidden      the folder belongs to another user
├── DataGone             the folder points to data that are no longer there
├── DataInUse            a server that we did not start runs on the data
├── OtherMajorVersion    the data were made by another PostgreSQL
├── InitialisationFailed initdb refused
├── StartFailed          the server ended while it started, or did not get ready
├── StopFailed           the server did not end
└── StatementFailed      psql refused
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from store.errors import OurFault

_ELSEWHERE = (
    "name another folder with HEADWATER_DATA_DIR, or a database with HEADWATER_DATABASE_URL"
)


class EmbeddedFault(OurFault):
    """The embedded PostgreSQL cannot be used as it is."""

    code: ClassVar[str] = "EMBEDDED_SERVER"
    category: ClassVar[str] = "unavailable"


@dataclass(eq=False)
class BinariesMissing(EmbeddedFault):
    """The wheel with PostgreSQL's programs is missing or broken."""

    code: ClassVar[str] = "EMBEDDED_BINARIES_MISSING"
    problem: str

    def __str__(self) -> str:
        return (
            f"the embedded PostgreSQL cannot be run: {self.problem}; remove .venv and run "
            "`make install` again, or name another database with HEADWATER_DATABASE_URL"
        )


@dataclass(eq=False)
class AccountMissing(EmbeddedFault):
    """PostgreSQL refuses to run as root, and root has nobody else to run it as."""

    code: ClassVar[str] = "EMBEDDED_ACCOUNT_MISSING"
    problem: str

    def __str__(self) -> str:
        return (
            f"PostgreSQL does not run as root, and {self.problem}; run Headwater as an ordinary "
            "user, or name another database with HEADWATER_DATABASE_URL"
        )


@dataclass(eq=False)
class FolderNotOurs(EmbeddedFault):
    """The folder is not empty, and what it holds was not put there by an embedded server."""

    code: ClassVar[str] = "EMBEDDED_FOLDER_NOT_OURS"
    folder: Path
    found: str

    def __str__(self) -> str:
        return (
            f"{self.folder} is not a data folder of Headwater (it holds {self.found}); {_ELSEWHERE}"
        )


@dataclass(eq=False)
class FolderForbidden(EmbeddedFault):
    """The folder, or the data in it, belong to another user."""

    code: ClassVar[str] = "EMBEDDED_FOLDER_FORBIDDEN"
    folder: Path

    def __str__(self) -> str:
        return (
            f"you may not use {self.folder}: it belongs to another user (did root make it?); "
            f"run Headwater as that user, or {_ELSEWHERE}"
        )


@dataclass(eq=False)
class DataGone(EmbeddedFault):
    """The folder points to data that are no longer there."""

    code: ClassVar[str] = "EMBEDDED_DATA_GONE"
    link: Path
    target: Path

    def __str__(self) -> str:
        return (
            f"{self.link} points to {self.target}, which is gone; bring it back from a backup, "
            f"or remove {self.link} to begin with an empty database"
        )


@dataclass(eq=False)
class DataInUse(EmbeddedFault):
    """A server that we did not start runs on the data."""

    code: ClassVar[str] = "EMBEDDED_DATA_IN_USE"
    data: Path
    pid: int

    def __str__(self) -> str:
        return (
            f"process {self.pid} still serves {self.data} and was not started by Headwater, "
            f"or is ending; stop it, or {_ELSEWHERE}"
        )


@dataclass(eq=False)
class OtherMajorVersion(EmbeddedFault):
    """The data were made by another major version of PostgreSQL."""

    code: ClassVar[str] = "EMBEDDED_OTHER_VERSION"
    folder: Path
    found: str
    expected: int

    def __str__(self) -> str:
        return (
            f"{self.folder} was made by PostgreSQL {self.found}, and the embedded one is "
            f"PostgreSQL {self.expected}; carry the data over with pg_dump and psql of version "
            f"{self.found} or newer into a new folder, or {_ELSEWHERE}"
        )


@dataclass(eq=False)
class InitialisationFailed(EmbeddedFault):
    """No data folder could be made."""

    code: ClassVar[str] = "EMBEDDED_INITIALISATION_FAILED"
    folder: Path
    output: str

    def __str__(self) -> str:
        return f"no database could be made in {self.folder}: {self.output}"


@dataclass(eq=False)
class StartFailed(EmbeddedFault):
    """The server ended while it started, or did not get ready in time."""

    code: ClassVar[str] = "EMBEDDED_START_FAILED"
    log: Path
    reason: str

    def __str__(self) -> str:
        return f"the embedded PostgreSQL did not start: {self.reason} (its log is {self.log})"


@dataclass(eq=False)
class StopFailed(EmbeddedFault):
    """The server did not end, though it was told to."""

    code: ClassVar[str] = "EMBEDDED_STOP_FAILED"
    pid: int
    log: Path

    def __str__(self) -> str:
        return (
            f"the embedded PostgreSQL (process {self.pid}) does not stop; its log, {self.log}, may "
            f"say why; `kill -QUIT {self.pid}` ends it without losing what was committed"
        )


@dataclass(eq=False)
class StatementFailed(EmbeddedFault):
    """A statement of ours was refused by the embedded server."""

    code: ClassVar[str] = "EMBEDDED_STATEMENT_FAILED"
    output: str

    def __str__(self) -> str:
        return f"the embedded PostgreSQL refused: {self.output}"
