"""A bounded map that forgets what was not asked for the longest."""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import inf
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True)
class Recent(Generic[Key, Value]):
    """Holds at most `most` values of `most_bytes` together, by what each is said to have.

    It lives as long as its owner does; threads may share it.
    """

    most: int
    most_bytes: float = inf
    _held: OrderedDict[Key, tuple[Value, int]] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> Value | None:
        """Return what is held under the key, now the last to be forgotten, or None."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value, size: int = 0) -> None:
        """Hold a value of so many bytes, and forget those not asked for the longest to have room.

        What has more than the half of all bytes is not held: it would push out everything else.
        """
        if 2 * size > self.most_bytes:
            return
        with self._lock:
            _, before = self._held.pop(key, (None, 0))
            self._held[key] = value, size
            self._bytes += size - before
            while len(self._held) > self.most or self._bytes > self.most_bytes:
                _, (_, freed) = self._held.popitem(last=False)
                self._bytes -= freed

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def __len__(self) -> int:
        return len(self._held)
