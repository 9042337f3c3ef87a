"""What may stand where the cursor is: attributes, types, functions, rules, commands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from datalog.functions import FUNCTIONS, PREDICATES
from datalog.syntax.clauses import Operator
from datalog.syntax.finding import Aggregation
from datalog.vocabulary import BUILT_IN_IDS, Own
from store.catalogue import Catalogue

COMMANDS = (
    *("\\as-of", "\\attributes", "\\explain", "\\first", "\\format", "\\help", "\\history"),
    *("\\in", "\\q", "\\rules", "\\since"),
)
_SECTIONS = (
    *(":find", ":in", ":keys", ":limit", ":offset", ":order-by", ":strs", ":syms", ":where"),
    ":with",
)
_FORMS = (
    *("and", "get-else", "get-some", "ground", "missing?", "not", "not-join", "or", "or-join"),
    *("pull", "tx-data", "tx-ids"),
)
_WORD = re.compile(r"""[^\s\[\](){}"]*\Z""")


@dataclass(slots=True)
class Words(Completer):
    r"""Completes words: after `:` names of the schema, after `\` commands, else functions."""

    catalogue: Catalogue
    rules: tuple[str, ...] = ()
    _names: tuple[str, ...] = field(init=False)
    _calls: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._names = tuple(sorted({*_SECTIONS, *(f":{name}" for name in names(self.catalogue))}))
        comparisons = (each.value for each in Operator)
        aggregates = (each.value for each in Aggregation)
        calls = {*FUNCTIONS, *PREDICATES, *comparisons, *aggregates, *_FORMS}
        self._calls = tuple(sorted(calls - {Operator.MEMBER.value}))

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Return what the word before the cursor may become, whatever asks for it."""
        del complete_event
        found = _WORD.search(document.text_before_cursor)
        word = found[0] if found else ""
        for each in self._beginning(word, document.text_before_cursor):
            yield Completion(each, start_position=-len(word))

    def _beginning(self, word: str, before: str) -> Iterator[str]:
        if word.startswith("\\"):
            possible: Iterable[str] = COMMANDS if before.lstrip() == word else ()
        elif word.startswith(":"):
            possible = self._names
        elif word:
            possible = (*self._calls, *self.rules)
        else:
            possible = ()
        part = word.lower()
        return (each for each in possible if each.lower().startswith(part))


def names(catalogue: Catalogue) -> Iterator[str]:
    """Yield what can stand in the place of an attribute, and the types."""
    yield from BUILT_IN_IDS
    yield from (each.value for each in Own)
    yield from ("db/ident", "edge/since", "edge/until", "tx/hash", "tx/t")
    yield from catalogue.attributes
    yield from catalogue.edge_types
    yield from catalogue.entity_types
