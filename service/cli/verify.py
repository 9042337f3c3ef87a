"""`headwater verify` and `rebuild`: what derives from the log is held to it, or made anew."""

import re
from collections.abc import Iterator

import click
from rich.console import Console

from service.cli.database import run
from service.cli.progress import measuring
from store.audit.rebuild import rebuild
from store.audit.verify import Head, Verification, verify
from store.ids import T

_HEAD = re.compile(r"(\d{1,15}):([0-9a-fA-F]{64})")


class ExpectedHead(click.ParamType[Head]):
    """A head that somebody kept, as `verify` prints it: t:hash."""

    name = "t:hash"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Head:
        """Return the head, or fail as a wrong use."""
        found = _HEAD.fullmatch(str(value))
        if found is None:
            self.fail(f"{value} is no t:hash, such as verify prints (17:9f86d0…)", param, ctx)
        return Head(T(int(found[1])), bytes.fromhex(found[2]))


def check(expected: Head | None) -> None:
    """Print what is found and a summary; exit with 1 where anything is found."""
    with measuring(Console(stderr=True), "verifying") as progress:
        verification = run(lambda database: verify(database, expected, progress))
    for finding in verification.findings:
        click.echo(str(finding))
    unnamed = verification.count - len(verification.findings)
    if unnamed:
        click.echo(f"and {unnamed:,} more")
    click.echo(_summary(verification))
    for advice in _advice(verification):
        click.echo(advice, err=True)
    if verification.count:
        raise click.exceptions.Exit(1)


def make_anew() -> None:
    """Make everything anew that derives from the log, and say how much that was."""
    with measuring(Console(stderr=True), "rebuilding") as progress:
        rebuilt = run(lambda database: rebuild(database, progress))
    click.echo(f"made anew as of t {rebuilt.t}, from {rebuilt.datoms:,} datoms about entities")


def _advice(verification: Verification) -> Iterator[str]:
    """Yield what to do about what was found."""
    places = {finding.where for finding in verification.findings}
    if any(place.startswith(("log t", "tx t")) for place in places):
        yield (
            "what is wrong in the log or with a transaction cannot be computed anew: bring back a"
            " backup whose head `headwater verify --expect` accepts"
        )
    elif any(place.startswith("table ") and place != "table log" for place in places):
        yield "the log is whole: `headwater rebuild` makes the other tables anew from it"


def _summary(verification: Verification) -> str:
    count = verification.count
    found = "all is well" if not count else "1 finding" if count == 1 else f"{count:,} findings"
    head = f"{verification.t}:{verification.hash.hex()}"
    datoms = f"{verification.datoms:,} datoms"
    return f"{head}: {datoms}, {found} ({verification.protection.value})"
