"""The slots that no request decides: they are filled before one comes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.draft import Binding
from store.errors import CallerFault


class Unknown(Exception):
    """Something is asked that only a request can tell."""


@dataclass(frozen=True, slots=True)
class Known(Mapping[str, object]):
    """What is known before a request comes; whoever asks for more is told that it is unknown."""

    known: Mapping[str, object]

    def __getitem__(self, name: str) -> object:
        """Return what has that name. Raises Unknown."""
        if name not in self.known:
            raise Unknown
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        """Raise Unknown."""
        raise Unknown

    def __len__(self) -> int:
        """Raise Unknown."""
        raise Unknown


class _NoRequest:
    """Stands for a request that has not come yet."""

    variables = Known({})

    def __getattr__(self, name: str) -> object:
        raise Unknown


def fixed_slots(bindings: Iterable[Binding]) -> tuple[dict[str, object], tuple[Binding, ...]]:
    """Return the slots that no request decides, and the bindings of the others."""
    nobody: Any = _NoRequest()  # A binding that asks it for nothing never asks.
    fixed: dict[str, object] = {}
    others: list[Binding] = []
    for binding in bindings:
        try:
            fixed.update(zip(binding.names, binding.values(nobody), strict=True))
        except (Unknown, CallerFault):
            others.append(binding)
    return fixed, tuple(others)
