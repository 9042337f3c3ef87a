"""Functions that search texts for words."""

from datalog.reading.bindings import Rows, binding
from datalog.reading.calling import Called, source_of
from datalog.reading.forms import Form, Vector
from datalog.reading.terms import argument, attribute, refused, shown
from datalog.syntax.clauses import Clause, Fulltext
from datalog.syntax.terms import BLANK, Blank, Constant, Term, Variable

MOST_ATTRIBUTES = 1_000
"""In one search; each is a table to look into."""

_WAYS = {
    "fulltext": (5, "write [(fulltext $ :Dataset/name ?text) [[?e ?v ?tx ?score ?a]]]"),
    "best-match": (2, "write [(best-match $ [:Dataset/name] ?text) [[?e ?score]]]"),
}


# fulltext = (fulltext source? attributes text) [[entity value? tx? score? attribute?]]
def fulltext(called: Called) -> tuple[Clause, ...]:
    """Return the values in which words are found."""
    return (_search(called),)


# best-match = (best-match source? attributes text) [[entity score?]]
def best_match(called: Called) -> tuple[Clause, ...]:
    """Return the entities in whose values words are found, each once."""
    return (_search(called),)


def _search(called: Called) -> Fulltext:
    width, way = _WAYS[called.name]
    source, arguments = source_of(called)
    bound = binding(called.result) if called.result is not None else None
    if len(arguments) != 2 or not isinstance(bound, Rows) or len(bound.members) > width:
        raise refused(called.form, f"{shown(called.form)} finds nothing", way)
    names, text = arguments
    found: tuple[Variable | Blank, ...] = (*bound.members, *[BLANK] * width)[:width]
    is_best = called.name == "best-match"
    return Fulltext(_attributes(names, way), _text(text), found, is_best, source)


# attributes = attribute | [attribute+]
def _attributes(form: Form, way: str) -> tuple[str, ...]:
    several = form.value.members if isinstance(form.value, Vector) else (form,)
    if not 1 <= len(several) <= MOST_ATTRIBUTES:
        raise refused(form, f"1 to {MOST_ATTRIBUTES} attributes are searched", way)
    return tuple(dict.fromkeys(map(attribute, several)))


def _text(form: Form) -> Term:
    text = argument(form)
    is_text = isinstance(text, Constant) and isinstance(text.value, str)
    if not (is_text or isinstance(text, Variable)):
        raise refused(form, f"{shown(form)} is no text", "write a text, or a variable")
    return text
