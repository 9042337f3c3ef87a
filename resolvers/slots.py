"""The slots that no request decides: they are filled before one comes, with the plan."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resolvers.draft import Binding, Site
from store.errors import CallerFault


@dataclass(frozen=True, slots=True)
class Prefilled:
    """The slots that are filled with a plan, and the sites whose slots a request fills.

    `shared` are those of the operation, `called` those of each call, by its key. A site is `open`
    as a whole: where it is at fault, all of its slots hold something else. It comes with the key of
    its call, None where it has none.
    """

    shared: Mapping[str, object]
    called: Mapping[str, Mapping[str, object]]
    open: tuple[tuple[Site, str | None], ...]


def prefilled(sites: Iterable[Site], keys: Collection[str]) -> Prefilled:
    """Return what is filled before a request comes; `keys` are those of the calls."""
    shared: dict[str, object] = {}
    called: dict[str, dict[str, object]] = {key: {} for key in keys}
    open_sites: list[tuple[Site, str | None]] = []
    for site in sites:
        key = site.path[0].key if site.path[0].key in called else None
        fixed, others = fixed_slots(site.bindings)
        if others:
            open_sites.append((site, key))
        else:
            (shared if key is None else called[key]).update(fixed)
    return Prefilled(shared, called, tuple(open_sites))


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
