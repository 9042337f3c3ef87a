"""The served schema as text for tools: sorted, so that equal schemas are equal texts."""

import hashlib
from dataclasses import dataclass, field

from graphql import GraphQLSchema, lexicographic_sort_schema, print_schema, print_type

_DIGITS = 32


@dataclass(frozen=True, slots=True)
class PublicSchema:
    """The served schema in SDL, types and their members by name, and what tells it from others.

    `relay` is the part of it that relay-compiler takes: it refetches fragments by a `node` whose
    only argument is the id, and refuses to where there are others, required or not.
    """

    sdl: str
    relay: str
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.sdl.encode()).hexdigest()
        object.__setattr__(self, "hash", digest[:_DIGITS])


def public(schema: GraphQLSchema) -> PublicSchema:
    """Return a schema in SDL. It takes 3 ms an entity type, so call it off the event loop."""
    ordered = lexicographic_sort_schema(schema)  # A copy.
    sdl, query = f"{print_schema(ordered)}\n", ordered.query_type
    if query is None:
        raise AssertionError("every schema has a query type")
    whole = print_type(query)
    query.fields["node"].args.pop("asOf")
    return PublicSchema(sdl, sdl.replace(whole, print_type(query)))
