"""The values that the fields of entities, edges and transactions have had, for filters to name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.oracle.timeline import Step
from tests.queries.past import Past

Held = Mapping[tuple[str, str], Sequence[Any]]
"""Values by the type or interface that has the field, and the field's name."""


def held(past: Past) -> Held:
    """Return every value that a field has ever had."""
    found: dict[tuple[str, str], set[Any]] = defaultdict(set)
    for step in past.steps:
        for kind, name, value in _told(step):
            members = value if isinstance(value, list) else [value]
            found[kind, name].update(it for it in members if isinstance(it, str | int | float))
    for interface, types in past.catalog.implementers.items():
        for kind, name in list(found):
            if kind in types:
                found[interface, name] |= found[kind, name]
    return {at: sorted(values, key=repr) for at, values in found.items()}


def _told(step: Step) -> Iterator[tuple[str, str, Any]]:
    for name in ("source", "actor", "reason"):
        yield "Transaction", name, step.said.get(name)
    for urn, (_, entity) in step.entities.items():
        yield entity.type, "urn", urn
        for name, value in entity.values.items():
            yield entity.type, name, value
    for key, (_, edge) in step.edges.items():
        yield key[0], "key", key[3]
        for name, value in (edge.values if edge else {}).items():
            yield key[0], name, value
