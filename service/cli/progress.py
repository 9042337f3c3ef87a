"""How far long work has come, as a bar for whoever watches."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from store.loading.load import Loaded


@dataclass(slots=True)
class LoadingBar:
    """A bar that moves with the bytes that were read, and says what became of them."""

    bar: Progress
    task: TaskID
    begun: float = field(default_factory=time.perf_counter)
    loaded: Loaded = field(default_factory=Loaded)

    def show(self, loaded: Loaded) -> None:
        """Move the bar to where the load is."""
        self.loaded = loaded
        said = f"{_count(loaded.transactions, 'transaction')}, {_rate(loaded.datoms, self.seconds)}"
        self.bar.update(self.task, completed=loaded.read, total=loaded.size, said=said)

    @property
    def seconds(self) -> float:
        """Return how long the load has been running."""
        return time.perf_counter() - self.begun

    def summary(self) -> str:
        """Return what came of the load, in one line."""
        loaded, seconds = self.loaded, self.seconds
        rest = {
            "without anything new": loaded.unchanged,
            "loaded before": loaded.skipped,
            "refused": loaded.refusals,
        }
        others = "".join(f"; {_count(n, 'line')} {what}" for what, n in rest.items() if n)
        return (
            f"{_count(loaded.transactions, 'transaction')}, {_count(loaded.datoms, 'datom')}"
            f" in {seconds:.1f} s ({_rate(loaded.datoms, seconds)}){others}"
        )


@contextmanager
def loading(console: Console) -> Iterator[LoadingBar]:
    """Give a bar, which shows only where the console is a terminal."""
    bar = Progress(
        SpinnerColumn(),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )
    with bar:
        yield LoadingBar(bar, bar.add_task("loading", total=None, said="reading"))


@contextmanager
def measuring(console: Console, what: str) -> Iterator[Callable[[float], None]]:
    """Give what hears the share that is done, and shows it where the console is a terminal."""
    bar = Progress(console=console, disable=not console.is_terminal, transient=True)
    with bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _rate(datoms: int, seconds: float) -> str:
    return f"{datoms / max(seconds, 0.001):,.0f} datoms/s"


def _count(count: int, of: str) -> str:
    return f"{count:,} {of}{'' if count == 1 else 's'}"
