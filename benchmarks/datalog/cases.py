"""A query beside the SQL that an expert would write for the same tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """A query in Datalog and in SQL, which must find the same rows.

    In the SQL `{Dataset/name}` is the fact table of the attribute, `{DerivedFrom}` the id of the
    type, `{now}` the end of what holds; `$1` and so on are the `arguments`. With `past` both are as
    of the middle of the log: the query by its view, the SQL by the t that is its last argument.
    `given` are the values of `:in`, by the name of their variable.
    """

    name: str
    query: str
    by_hand: str
    arguments: tuple[object, ...] = ()
    past: bool = False
    given: Mapping[str, object] = field(default_factory=dict)
