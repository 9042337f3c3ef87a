"""SQL written by hand: the ids of the catalogue filled in, and its rows told as Datalog's are."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from store.catalogue import Catalogue
from store.ids import FOREVER
from store.tables import fact_table_name

_HOLE = re.compile(r"\{(\w+(?:/\w+)?)\}")


def filled(text: str, catalogue: Catalogue) -> str:
    """Return the SQL with the fact tables of attributes and the ids of types in it."""
    return _HOLE.sub(lambda found: _filling(found[1], catalogue), text)


def _filling(name: str, catalogue: Catalogue) -> str:
    if name == "now":
        return str(FOREVER)
    if "/" in name:
        return fact_table_name(catalogue.attribute(name).id)
    types = catalogue.edge_types if name in catalogue.edge_types else catalogue.entity_types
    return str(types[name].id)


def alike(rows: Iterable[Iterable[Any]]) -> list[tuple[str, ...]]:
    """Return rows of either side in a form and an order in which they can be compared."""
    return sorted(tuple(map(_told, row)) for row in rows)


_ENTITY = re.compile(r"[ET]\d+")


def _told(value: object) -> str:
    if isinstance(value, str):
        return value[1:] if _ENTITY.fullmatch(value) else value
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
