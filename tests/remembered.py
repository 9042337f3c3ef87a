"""What is made of a catalogue is made once by each worker: its schema, and what tools ask of it.

All of it depends on the catalogue alone, and every server that a test starts begins with it: 0.25 s
of CPU, most of what starting one takes.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import pytest
from graphql import GraphQLSchema
from strawberry import Schema

from schema.execution import served
from schema.execution.introspection import tell_ahead
from schema.execution.served import Served
from schema.types.build import build
from schema.types.public import PublicSchema, public
from service import app
from store.catalogue import Catalogue

_MOST = 8
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class _Remembered(Generic[Given, Made]):
    """A function that knows what it made of the last few values, which it holds on to."""

    make: Callable[[Given], Made]
    identity: Callable[[Given], Hashable]
    known: OrderedDict[Hashable, tuple[Given, Made]] = field(default_factory=OrderedDict)

    def __call__(self, given: Given) -> Made:
        key = self.identity(given)
        _, made = self.known[key] = self.known.get(key) or (given, self.make(given))
        self.known.move_to_end(key)
        while len(self.known) > _MOST:
            self.known.popitem(last=False)
        return made


def remember(patch: pytest.MonkeyPatch) -> None:
    """Let servers of this process share what is made of equal catalogues."""
    built: _Remembered[Catalogue, Schema] = _Remembered(build, repr)  # All of it, in its order.
    told: _Remembered[GraphQLSchema, PublicSchema] = _Remembered(public, id)
    patch.setattr(served, "build", built)
    patch.setattr(served, "public", told)
    patch.setattr(app, "tell_ahead", _Ahead())


def forget(patch: pytest.MonkeyPatch) -> None:
    """Let servers make all of it anew, as each process does."""
    patch.setattr(served, "build", build)
    patch.setattr(served, "public", public)
    patch.setattr(app, "tell_ahead", tell_ahead)


class _Ahead:
    """Tells what tools will ask of a schema: anew where the schema is."""

    def __init__(self) -> None:
        self._texts = _Remembered(self._told, lambda each: (id(each.core), each.limits))

    @staticmethod
    def _told(each: Served) -> dict[object, bytes]:
        tell_ahead(each)
        return {identity: text for identity, (text, _) in each.introspected._held.items()}

    def __call__(self, each: Served) -> None:
        for identity, text in self._texts(each).items():
            each.introspected.put(identity, text, len(text))
