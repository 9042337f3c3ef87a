"""Where in a query stands what a fault is about: the first word of the text that it names."""

import re
from collections.abc import Iterator

from store.errors import CallerFault

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*+"?|;[^\n]*|[^\s,\[\](){}";]++', re.DOTALL)
_NAMED = ("variable", "variables", "attribute", "source", "rule", "aggregate", "name", "what")


def locate(fault: CallerFault, text: str) -> None:
    """Give a fault its line and column in a text, where it has none and names a word of it."""
    if "line" in fault.details():
        return
    words = frozenset(_words(fault))
    for token in _TOKEN.finditer(text) if words else ():
        if token[0] in words:
            before = text[: token.start()]
            column = token.start() - (before.rfind("\n") + 1) + 1
            fault.place = before.count("\n") + 1, column
            return


def _words(fault: CallerFault) -> Iterator[str]:
    """Yield how what a fault names may be written."""
    details = fault.details()
    for field in _NAMED:
        value = details.get(field)
        for name in value if isinstance(value, tuple) else (value,):
            if isinstance(name, str) and name:
                owner, slash, own = name.rpartition("/")
                yield from (name, f"?{name}", f":{name}", f":{owner}{slash}_{own}")
