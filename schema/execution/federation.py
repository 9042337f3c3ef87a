"""`_service`: what a router of Federation asks a subgraph about itself."""

import asyncio

from resolvers.selection import Selected
from schema.execution.documents import INTROSPECTION_DISABLED, refused
from schema.execution.served import Served
from schema.execution.shaped import shaped
from schema.types.federation import subgraph

_KEPT = "_service"


async def service(served: Served, selected: Selected) -> object:
    """Return what is selected of the subgraph. Raises RequestErrors where it tells no schema."""
    if not served.limits.introspection:
        sentence = "this server does not tell its schema: ask whoever runs it for the SDL"
        raise refused(sentence, INTROSPECTION_DISABLED)
    sdl = served.introspected.get(_KEPT)
    if sdl is None:
        sdl = (await asyncio.to_thread(subgraph, served.core)).encode()
        served.introspected.put(_KEPT, sdl, len(sdl))
    return shaped(selected.of(), {"__typename": "_Service", "sdl": sdl.decode()})
