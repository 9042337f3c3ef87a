"""Asking again and again at a terminal: a history, completion, queries over several lines."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import click
from platformdirs import user_state_path
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import Completer
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output

from datalog.reading import edn
from datalog.reading.errors import Misread, Unfinished
from datalog.reading.query import read_rules
from resolvers.datalog.ask import Asking
from resolvers.datalog.question import Question
from service.cli.answers import Format
from service.cli.asking import Showing, show, tell_at
from service.cli.completion import Words, names
from service.cli.faults import printable
from service.cli.schema import read
from store import moment
from store.database import Database
from store.errors import CallerFault, OurFault
from store.ids import T

PROMPT, GOES_ON = "headwater> ", "      ...> "
_WELCOME = r"Datalog, over as many lines as a query takes; \help tells more, \q leaves."
HELP = r"""Write a query, over as many lines as it takes; Ctrl-C leaves it, or stops what runs.

  \as-of POINT      read as of a t, an instant or a transaction; without POINT: now
  \since POINT      read only what was asserted after it; without POINT: everything
  \history          read every assertion and retraction, or no more
  \in INPUT…        what :in names, as EDN, for the queries that follow
  \rules FILE       the rules for % in :in
  \first ROWS       how many rows to take
  \format FORMAT    table, json, edn or csv
  \explain          show the plan of queries in place of their answers, or no more
  \attributes WORD  attributes and edge types with WORD in their names
  \help             this
  \q                leave; so does Ctrl-D
"""


@dataclass(frozen=True, slots=True)
class State:
    """What the next query is asked with; its text is still empty."""

    question: Question
    showing: Showing


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where lines come from and where prompts go; None is the terminal itself."""

    keys: Input | None = None
    screen: Output | None = None
    history: Path | None = None


class Left(Exception):
    """Somebody wants to leave."""


async def converse(
    asking: Asking, database: Database, state: State, terminal: Terminal = Terminal()
) -> None:
    r"""Answer queries until somebody leaves, with `\q` or Ctrl-D."""
    words = Words(await asking.catalogue(T(0)))
    session = _session(words, terminal)
    click.echo(_WELCOME, err=True)
    while True:
        words.rules = _rule_names(state.question.rules)
        try:
            line = await session.prompt_async(PROMPT)
            state = await _answered(asking, database, state, line.strip())
        except KeyboardInterrupt:
            continue
        except (EOFError, Left):
            return


def _rule_names(rules: str | None) -> tuple[str, ...]:
    """Return the names of rules; what is wrong with them is told once they are used."""
    try:
        found = read_rules(rules) if rules is not None else ()
    except CallerFault:
        return ()
    return tuple(dict.fromkeys(rule.name for rule in found))


def is_whole(text: str) -> bool:
    """Tell whether a text need not go on: a command, or EDN of which nothing is open."""
    if text.lstrip().startswith("\\"):
        return True
    try:
        edn.read_all(text)
    except Unfinished:
        return False
    except Misread:  # More text does not mend it.
        return True
    return True


def _session(completer: Completer, terminal: Terminal) -> "PromptSession[str]":
    session: PromptSession[str] = PromptSession(
        history=_history(terminal.history),
        completer=completer,
        complete_while_typing=False,
        prompt_continuation=GOES_ON,
        input=terminal.keys,
        output=terminal.screen,
    )
    session.multiline = Condition(lambda: not is_whole(session.default_buffer.text))
    return session


def _history(path: Path | None) -> History:
    """Return the history that the user's other sessions left, or a new one where none can be."""
    file = path or user_state_path("headwater", appauthor=False) / "queries"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))


async def _answered(asking: Asking, database: Database, state: State, line: str) -> State:
    """Return the state after a line. Raises Left."""
    if not line:
        return state
    question = replace(state.question, text=line)
    try:
        if line.startswith("\\"):
            return await _commanded(asking, state, line[1:])
        await _unless_interrupted(show(asking, database, question, state.showing))
    except (CallerFault, OurFault) as fault:
        tell_at(fault, line)
    return state


async def _unless_interrupted(work: Awaitable[None]) -> None:
    """Await what can be stopped by Ctrl-C."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
        click.echo("interrupted", err=True)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _commanded(asking: Asking, state: State, line: str) -> State:
    """Return the state after a command. Raises Left, and a CallerFault for what it cannot mean."""
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    if name in {"q", "quit", "exit"}:
        raise Left
    if name in {"attributes", "a"}:
        _tell_attributes(names(await asking.catalogue(T(0))), rest)
        return state
    change = _COMMANDS.get(name)
    if change is None:
        if name not in {"help", "h", "?"}:
            click.echo(f"there is no \\{printable(name)}")
        click.echo(HELP, nl=False)
        return state
    return change(state, rest)


def _tell_attributes(all_names: Iterable[str], word: str) -> None:
    for name in sorted(set(all_names)):
        if word.lower() in name.lower():
            click.echo(f":{name}")


def _as_of(state: State, rest: str) -> State:
    return replace(state, question=replace(state.question, as_of=_point(rest)))


def _since(state: State, rest: str) -> State:
    return replace(state, question=replace(state.question, since=_point(rest)))


def _point(rest: str) -> str | None:
    if not rest or rest == "now":
        return None
    moment.parse(rest)
    return rest


def _history_on(state: State, _: str) -> State:
    is_history = not state.question.history
    click.echo("every assertion and retraction" if is_history else "what holds")
    return replace(state, question=replace(state.question, history=is_history))


def _in(state: State, rest: str) -> State:
    return replace(state, question=replace(state.question, inputs=edn.read_all(rest)))


def _rules(state: State, rest: str) -> State:
    rules = read(rest) if rest else None
    return replace(state, question=replace(state.question, rules=rules))


def _first(state: State, rest: str) -> State:
    first = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 10 else None
    click.echo(f"{first:,} rows" if first is not None else "as many rows as usual")
    return replace(state, question=replace(state.question, first=first))


def _format(state: State, rest: str) -> State:
    if rest not in set(Format):
        click.echo(f"formats are {', '.join(Format)}")
        return state
    return replace(state, showing=replace(state.showing, form=Format(rest)))


def _explain(state: State, _: str) -> State:
    is_on = not state.showing.explain
    click.echo("plans are shown, nothing is run" if is_on else "answers are shown")
    return replace(state, showing=replace(state.showing, explain=is_on))


_COMMANDS: Mapping[str, Callable[[State, str], State]] = MappingProxyType(
    {
        "as-of": _as_of,
        "since": _since,
        "history": _history_on,
        "in": _in,
        "rules": _rules,
        "first": _first,
        "format": _format,
        "explain": _explain,
    }
)
