"""What the command line says when something goes wrong: one line, `CODE: sentence`, and a code.

1: what was given is wrong. 2: the command or a setting is. 3: we are, or what we stand on.
"""

import signal
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from service.settings import InvalidSetting
from store.errors import CallerFault, Fault

TRACEBACK = "headwater.traceback"
_WRONG_INPUT, _WRONG_USE, FAILED = 1, 2, 3


class Commands(click.Group):
    """A group of commands whose faults become lines on standard error."""

    def invoke(self, ctx: click.Context) -> Any:  # Whatever a command returns.
        """Run the command, and end with its fault's exit code where it has one."""
        try:
            with ended_by_sigterm():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001  # The edge: nothing is above that could tell.
            if ctx.meta.get(TRACEBACK):
                traceback.print_exception(error)
            tell(error)
            ctx.exit(_exit_code(error))


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """End as on Ctrl-C where we are told to, so that the embedded PostgreSQL is left in order."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def tell(error: BaseException) -> None:
    """Say on standard error what went wrong, one line for each thing."""
    for line in lines(error):
        click.secho(line, err=True, fg="red")


def lines(error: BaseException) -> Iterator[str]:
    """Yield `CODE: sentence`, once for each line that the fault says."""
    match _first(error):
        case Fault() as fault:
            place = "" if fault.place is None else "line {}, column {}: ".format(*fault.place)
            for line in str(fault).split("\n"):
                yield f"{fault.code}: {place}{printable(line)}"
        case unexpected:
            sentence = " ".join(f"{type(unexpected).__name__}: {unexpected}".split())
            yield f"{Fault.code}: {printable(sentence)} (--traceback shows where)"


def printable(line: str) -> str:
    """Return a line that a terminal only shows: what somebody wrote in a file may be in it."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in line
    )


def _exit_code(error: BaseException) -> int:
    match _first(error):
        case InvalidSetting():
            return _WRONG_USE
        case CallerFault():
            return _WRONG_INPUT
        case _:
            return FAILED


def _first(error: BaseException) -> BaseException:
    """Return the first of the errors that a group of tasks ended with."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
