"""The root field `datalog`, beside whatever other fields stand in the operation."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from datalog.tree import Object, Shape
from resolvers.connections import basis
from resolvers.datalog.compose import Composed, compose
from resolvers.datalog.question import Question, columns
from resolvers.draft import Draft, Place
from resolvers.selection import Selected

_HIDDEN = " answer"
"""No response key: GraphQL's have no blanks."""


def datalog(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the field. Raises CallerFault for what is wrong with the query."""
    composed = compose(draft, place, _question(selected.arguments))
    below = selected.of()
    draft.finish(place, lambda _: _spread(below, composed))
    at = replace(place, view=composed.view)
    fields = [(each.key, basis(at, each)) for each in below if each.name == "basis"]
    if any(each.name in {"rows", "complete"} for each in below):
        fields.append((_HIDDEN, composed.shape))
    return Object(tuple(fields))


def _question(given: Mapping[str, object]) -> Question:
    inputs = given.get("inputs")
    return Question(
        str(given["query"]),
        tuple(inputs) if isinstance(inputs, list | tuple) else (),
        as_of=given.get("asOf"),
        since=given.get("since"),
        history=given.get("history") is True,
        first=given.get("first"),
    )


def _spread(below: tuple[Selected, ...], composed: Composed) -> Callable[[object], object]:
    """Return what makes the fields that are selected of the answer."""
    known: Mapping[str, object] = {
        "__typename": "DatalogAnswer",
        "columns": list(columns(composed.query)),
        "reason": composed.because,
    }

    def spread(value: object) -> object:
        if not isinstance(value, dict):  # A fault of the field's arguments.
            return value
        told = {**known, **value.get(_HIDDEN, {})}
        return {
            each.key: value[each.key] if each.name == "basis" else told[each.name] for each in below
        }

    return spread
