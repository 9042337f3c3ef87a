"""What stands in the places of a clause as EDN text."""

from collections.abc import Iterable
from typing import assert_never

from datalog.reading.edn import write
from datalog.syntax.terms import Blank, Constant, Keyword, LookupRef, Term, Variable


def variable_text(variable: Variable) -> str:
    """Return a variable. Those that nobody can write have spaces; people read them with dashes."""
    return f"?{variable.name.replace(' ', '-')}"


def source_text(source: str) -> str:
    """Return the name of a database; as with variables, ours become legible."""
    name = source.replace(" ", "-")
    return name if name.startswith("$") else f"${name}"


def scope_text(source: str) -> str:
    """Return what stands before a clause that reads a database other than `$`."""
    return "" if source == "$" else f"{source_text(source)} "


def name_text(name: str) -> str:
    """Return the name of an attribute or a type as a keyword."""
    return write(Keyword(name))


def step_text(name: str, *, reverse: bool) -> str:
    """Return an attribute or an edge type, `_` before what is walked in reverse."""
    owner, slash, field = name.rpartition("/")
    return name_text(f"{owner}{slash}_{field}" if reverse else name)


def vector(members: Iterable[str]) -> str:
    """Return texts as one vector."""
    return f"[{' '.join(members)}]"


def term_text(term: Term) -> str:
    """Return a term."""
    match term:
        case Variable():
            return variable_text(term)
        case Constant(value):
            return write(value)
        case Blank():
            return "_"
        case LookupRef(attribute, constant):
            return f"[{name_text(attribute)} {term_text(constant)}]"
        case _:
            assert_never(term)
