"""Several processes that answer at one socket: started, started again when one dies, stopped.

uvicorn has a supervisor too. It fits neither our server, which tells its application before it
closes connections, nor what an operator expects: a worker that does not come back at once (because
PostgreSQL is away) would end all others, one that takes five seconds to start on a busy machine is
killed, and all of them outlive a parent that is killed, and keep its port.
"""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Self

import structlog

from service.cli.worker import PATIENCE, NotStarted, work
from service.settings import Settings

_SPAWN = multiprocessing.get_context("spawn")
_SHORTEST, _LONGEST = 1.0, 30.0
_LAST = 15.0  # Seconds in which a worker closes what it has open, after its requests have ended.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_log = structlog.get_logger("headwater.workers")


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that answers, or is about to."""

    number: int
    process: SpawnProcess
    ready: Connection

    @classmethod
    def started(cls, number: int, chosen: Settings, listener: socket.socket) -> Self:
        """Start one that answers at the socket."""
        ready, said = _SPAWN.Pipe(duplex=False)
        arguments = (number, chosen, listener, said)
        process = _SPAWN.Process(target=work, args=arguments, name=f"worker-{number}")
        with said, _interrupts_held():
            process.start()
        return cls(number, process, ready)

    async def begun(self) -> bool:
        """Wait until it can answer; tell whether it can, or has ended instead."""
        await _readable(self.ready.fileno())
        with self.ready:
            try:
                self.ready.recv_bytes()
            except EOFError:
                return False
        _log.info("worker ready", worker=self.number, pid=self.process.pid)
        return True

    async def ended(self) -> None:
        """Wait until it is gone."""
        await _readable(self.process.sentinel)
        self.process.join()


@dataclass(frozen=True, slots=True)
class _Orders:
    """What signals have told us: to stop, and to stop at once."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self) -> None:
        """Take a signal."""
        (self.at_once if self.stop.is_set() else self.stop).set()


async def supervise(chosen: Settings, listener: socket.socket, told: Callable[[], None]) -> None:
    """Keep workers answering until SIGINT or SIGTERM, and end them; a second one kills them.

    `told` is called once all of them can answer. Raises NotStarted where one cannot at the start.
    """
    with _signals() as orders:
        workers = [
            Worker.started(number, chosen, listener) for number in range(1, chosen.workers + 1)
        ]
        try:
            if await _unless(orders.stop, _all_begun(workers)):
                told()
                await _unless(orders.stop, _all_kept(workers, chosen, listener))
        finally:
            await _end(workers, orders.at_once)


async def _all_begun(workers: list[Worker]) -> None:
    async with asyncio.TaskGroup() as group:
        for each in workers:
            group.create_task(_begun(each))


async def _begun(worker: Worker) -> None:
    if not await worker.begun():
        raise NotStarted


async def _all_kept(workers: list[Worker], chosen: Settings, listener: socket.socket) -> None:
    async with asyncio.TaskGroup() as group:
        for place in range(len(workers)):
            group.create_task(_kept(workers, place, chosen, listener))


async def _kept(
    workers: list[Worker], place: int, chosen: Settings, listener: socket.socket
) -> None:
    """Start a worker again whenever it has ended; less and less often while it cannot begin."""
    pause = 0.0
    while True:
        worker = workers[place]
        await worker.ended()
        code = worker.process.exitcode
        _log.error("worker ended", worker=worker.number, pid=worker.process.pid, exit_code=code)
        await asyncio.sleep(pause)
        workers[place] = Worker.started(worker.number, chosen, listener)
        begun = await workers[place].begun()
        pause = 0.0 if begun else min(max(2 * pause, _SHORTEST), _LONGEST)


async def _end(workers: list[Worker], at_once: asyncio.Event) -> None:
    """Tell all workers to stop, and kill those that do not."""
    for each in workers:
        each.process.terminate()
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE + _LAST):
            await _unless(at_once, _all_ended(workers))
    for each in workers:
        each.process.kill()  # Nothing is done to those that are gone.
    await _all_ended(workers)


async def _all_ended(workers: list[Worker]) -> None:
    await asyncio.gather(*(each.ended() for each in workers))


async def _unless(order: asyncio.Event, doing: Coroutine[object, object, None]) -> bool:
    """Do something to its end, or until an order comes; tell whether it came to its end."""
    done, ordered = asyncio.create_task(doing), asyncio.create_task(order.wait())
    try:
        await asyncio.wait((done, ordered), return_when=asyncio.FIRST_COMPLETED)
        if done.done():
            done.result()
        return done.done()
    finally:
        done.cancel()
        ordered.cancel()
        await asyncio.wait((done, ordered))


@contextmanager
def _signals() -> Iterator[_Orders]:
    """Hear signals instead of being ended by them, until left."""
    orders, loop = _Orders(), asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number in _SIGNALS:
        loop.add_signal_handler(number, orders.hear)
    try:
        yield orders
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Start processes that Ctrl-C does not reach, not even before they have begun."""
    resource_tracker.ensure_running()  # Else started now, which would let them through again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


async def _readable(descriptor: int) -> None:
    """Wait until there is something to read of a file descriptor, or nothing will ever be."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
