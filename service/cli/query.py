"""`headwater query`: a question in Datalog, from wherever it comes."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

import click

from resolvers.datalog.question import Question
from service.cli.answers import Format
from service.cli.asking import Showing, asking, given_value, show, tell_at
from service.cli.database import run
from service.cli.rehearsal import show_with
from service.cli.schema import STDIN, read
from service.cli.transact import sources
from store.errors import CallerFault

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options of the command say."""

    as_of: str | None = None
    since: str | None = None
    history: bool = False
    first: int | None = None
    form: str | None = None
    rules: str | None = None
    with_: tuple[str, ...] = ()
    scan: bool = False
    explain: bool = False
    analyze: bool = False


def query(given: tuple[str, ...], file: str | None, chosen: Chosen) -> None:
    """Ask, and print the answer, or how it is found; exit with 1 where the question is wrong.

    Without a query, at a terminal, go on asking.
    """
    text, inputs = _text(given, file)
    question = Question(
        text or "",
        (),
        None if chosen.rules is None else read(chosen.rules),
        as_of=chosen.as_of,
        since=chosen.since,
        history=chosen.history,
        first=chosen.first,
        scan=chosen.scan,
    )
    showing = Showing(Format(chosen.form) if chosen.form else None, chosen.explain, chosen.analyze)
    if chosen.with_ and (text is None or chosen.analyze):
        raise click.UsageError("--with goes with a query, and without --analyze")
    if text is None:
        _converse(question, showing)
        return
    _once(question, inputs, showing, chosen.with_)


def _text(given: tuple[str, ...], file: str | None) -> tuple[str | None, tuple[str, ...]]:
    """Return the text of the query, None where it is still to be written, and its inputs."""
    if file is not None:
        return read(file), given
    if given:
        text, *inputs = given
        return (read(STDIN) if text == STDIN else text), tuple(inputs)
    return (None if sys.stdin.isatty() else read(STDIN)), ()


def _once(
    question: Question, inputs: Iterable[str], showing: Showing, with_: tuple[str, ...]
) -> None:
    question = replace(question, inputs=tuple(map(_input, inputs)))
    try:
        if with_:
            run(lambda database: show_with(database, sources(with_), question, showing))
        else:
            run(lambda database: show(asking(database), database, question, showing))
    except (KeyboardInterrupt, asyncio.CancelledError):
        click.echo("interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except CallerFault as fault:
        tell_at(fault, question.text)
        raise click.exceptions.Exit(1) from None


def _input(text: str) -> object:
    try:
        return given_value(text)
    except CallerFault as fault:
        tell_at(fault, text)
        raise click.exceptions.Exit(1) from None


def _converse(question: Question, showing: Showing) -> None:
    from service.cli.repl import State, converse  # Only here: no other command needs an editor.

    state = State(question, replace(showing, form=showing.form or Format.TABLE))
    run(lambda database: converse(asking(database), database, state))
