"""The page on errors has every code that the code has, with its category, and no other."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from store.errors import Fault

ROOT = Path(__file__).parent.parent
ROOMS = (
    "adjacency",
    "datalog",
    "enrichment",
    "explorer",
    "ingest",
    "resolvers",
    "schema",
    "service",
    "store",
)
ROW = re.compile(r"^\| `([A-Z_]+)` \| ([a-z-]+) \| (.+) \| (.+) \|$", re.MULTILINE)
# A code of a fault's class; of a constant, or written where it is told.
CODE = re.compile(
    r'code: ClassVar\[str\] = "([A-Z_]+)"|(?:"code": |^[A-Z][A-Z_]+ = )"([A-Z]+(?:_[A-Z]+)+)"',
    re.MULTILINE,
)


def _faults() -> Iterator[type[Fault]]:
    for room in ROOMS:
        package = import_module(room)
        for module in pkgutil.walk_packages(package.__path__, f"{room}."):
            import_module(module.name)
    waiting = [Fault]
    while waiting:
        fault = waiting.pop()
        waiting += fault.__subclasses__()
        if fault.__module__.partition(".")[0] in ROOMS:
            yield fault


def test_the_page_has_every_code_once_and_no_other() -> None:
    told = [found[1] for found in ROW.finditer((ROOT / "docs" / "errors.md").read_text())]
    sources = [path.read_text() for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    there = {code for text in sources for pair in CODE.findall(text) for code in pair if code}
    assert len(told) > 70
    assert sorted(told) == sorted(there)


def test_the_page_has_the_category_of_every_fault() -> None:
    rows = ROW.finditer((ROOT / "docs" / "errors.md").read_text())
    told = {found[1]: found[2] for found in rows}
    wrong = {
        (fault.__name__, fault.code, fault.category)
        for fault in _faults()
        if told[fault.code] != fault.category
    }
    assert wrong == set()


def test_every_fault_says_what_it_is() -> None:
    silent = [fault.__name__ for fault in _faults() if not (fault.__doc__ or "").strip()]
    assert silent == []
