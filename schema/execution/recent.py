"""A bounded map that forgets what was not asked for the longest."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Recent(Generic[Key, Value]):
    """Holds at most `most` values, for as long as its owner lives; threads may share it."""

    most: int
    _held: OrderedDict[Key, Value] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> Value | None:
        """Return what is held under the key, now the last to be forgotten, or None."""
        with self._lock:
            value = self._held.get(key)
            if value is not None:
                self._held.move_to_end(key)
            return value

    def put(self, key: Key, value: Value) -> None:
        """Hold a value; forget the one not asked for the longest where there are too many."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            if len(self._held) > self.most:
                self._held.popitem(last=False)

    def __len__(self) -> int:
        return len(self._held)
