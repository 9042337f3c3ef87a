"""Whom the embedded server runs as: ourselves, or somebody unprivileged where we are root."""

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.embedded.errors import AccountMissing

_UNPRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group by number; `None` and `None` are whoever we are."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        """Return no further groups for another user, and leave our own alone."""
        return None if self.user is None else []


def account_for(data: Path) -> Account:
    """Return whom a server on `data` must run as: as root, the owner of the data or else `nobody`.

    Raises AccountMissing where that is root, whom PostgreSQL refuses.
    """
    if os.geteuid() != 0:
        return Account()
    if data.exists():
        owner = data.stat()
        if owner.st_uid == 0:
            raise AccountMissing(f"{data} belongs to root (chown -R {_UNPRIVILEGED} mends it)")
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        raise AccountMissing(f"there is no user {_UNPRIVILEGED}") from None
    return Account(entry.pw_uid, entry.pw_gid)


def run_as(
    account: Account, command: Sequence[str | Path], *, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return what it wrote; raises OSError where it cannot be run."""
    return subprocess.run(
        [str(part) for part in command],
        user=account.user,
        group=account.group,
        extra_groups=account.extra_groups,
        cwd="/",
        env=plain_environment(),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def can_enter(account: Account, folder: Path) -> bool:
    """Tell whether the account may use what lies in `folder`."""
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def plain_environment() -> Mapping[str, str]:
    """Return our environment without what would change PostgreSQL's programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}
