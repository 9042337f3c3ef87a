"""Whether the answers of all servers say the same: nothing is timed before they do."""

from collections.abc import Mapping, Sequence

import orjson

from benchmarks.peers.client import Connection
from benchmarks.peers.questions import Question, Variables
from benchmarks.peers.servers import Peer


class Differ(Exception):
    """Two servers answer differently, or one has nothing to say."""


def normal(body: bytes) -> object:
    """Return what an answer says: its data, with pages as the lists that they hold."""
    answer = orjson.loads(body)
    if answer.get("errors"):
        raise Differ(f"there are errors: {answer['errors']}")
    return _plain(answer["data"])


def _plain(told: object) -> object:
    if isinstance(told, list):
        return [_plain(each) for each in told]
    if isinstance(told, dict):
        if told.keys() == {"nodes"}:
            return _plain(told["nodes"])
        return {name: _plain(each) for name, each in told.items()}
    return told


def size(told: object) -> int:
    """Return how many objects there are in what an answer says."""
    if isinstance(told, list):
        return sum(map(size, told))
    if isinstance(told, dict):
        return 1 + sum(map(size, told.values()))
    return 0


async def compared(
    connections: Mapping[Peer, Connection], question: Question, drawn: Sequence[Variables]
) -> float:
    """Ask all servers the same, and return how many objects an answer holds on average.

    Raises Differ where answers are not equal, or where one holds nothing.
    """
    objects = 0
    for variables in drawn:
        told: dict[str, object] = {}
        for peer, connection in connections.items():
            request = peer.request(connection, question, variables)
            told[peer.name] = normal(await connection.answer(request))
        [first, *others] = told.items()
        for name, other in others:
            if other != first[1]:
                raise Differ(_difference(question, variables, first, (name, other)))
        found = size(first[1]) - 1  # Without the object that all answers are.
        if not found:
            raise Differ(f"{question.title}: nothing is there, for {variables}")
        objects += found
    return objects / len(drawn)


def _difference(
    question: Question, variables: Variables, one: tuple[str, object], other: tuple[str, object]
) -> str:
    lines = [f"{question.title}: the answers differ, for {variables}"]
    return "\n".join([*lines, *(f"{name}: {str(told)[:2_000]}" for name, told in (one, other))])
