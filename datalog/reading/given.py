"""`:in`: what a query is given, in the order in which a caller gives it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from datalog.reading.bindings import Binding, Each, One, Row, Rows, binding, members_text
from datalog.reading.finding import is_plain_name
from datalog.reading.forms import Form, Symbol
from datalog.reading.terms import is_source, refused, shown, symbol
from datalog.syntax.query import Collection, Input, Relation, Scalar, Source
from datalog.syntax.terms import Variable
from datalog.syntax.views import Now


@dataclass(frozen=True, slots=True)
class Database:
    """`$`, `$then`: a database, or rows under a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Rules:
    """`%`: definitions of rules."""


@dataclass(frozen=True, slots=True)
class Named:
    """`pattern`: a pull pattern under a name."""

    name: str


Given = Database | Rules | Named | Binding

DEFAULT = (Form(Symbol("$")),)
"""What `:in` is where a query has none."""


# in = (source | % | name | binding)*
def given_forms(forms: Sequence[Form]) -> tuple[Given, ...]:
    """Return what `:in` names, in its order. Raises NotQuery."""
    found: list[Given] = []
    seen: set[object] = set()
    for form in forms:
        it = _given(form)
        names: set[object] = {it}
        if isinstance(it, One | Each | Row | Rows):
            names = set(variables(it))
        if names & seen:
            raise refused(form, f"{shown(form)} is in :in already", "name each input once")
        if not names:
            raise refused(form, f"{shown(form)} binds nothing", "name a variable in it")
        seen |= names
        found.append(it)
    return tuple(found)


def _given(form: Form) -> Given:
    name = symbol(form)
    if name == "%":
        return Rules()
    if name is not None and is_source(form):
        return Database(name)
    if name is not None and is_plain_name(name):
        return Named(name)
    return binding(form)


def variables(bound: Binding) -> tuple[Variable, ...]:
    """Return the variables that a binding binds."""
    match bound:
        case One(variable) | Each(variable):
            return (variable,)
        case Row(members) | Rows(members):
            return tuple(each for each in members if isinstance(each, Variable))
        case _:
            assert_never(bound)


def declared(given: Given) -> Iterator[Input]:
    """Return the inputs of the tree that something given becomes, databases as they are now."""
    match given:
        case Database(name):
            yield Source(name, Now())
        case One() | Row():
            yield from map(Scalar, variables(given))
        case Each(variable):
            yield Collection(variable)
        case Rows():
            yield Relation(variables(given))
        case Rules() | Named():
            pass
        case _:
            assert_never(given)


def given_text(given: Given) -> str:
    """Return something given as `:in` names it."""
    match given:
        case Database(name) | Named(name):
            return name
        case Rules():
            return "%"
        case One(variable):
            return f"?{variable.name}"
        case Each(variable):
            return f"[?{variable.name} ...]"
        case Row(members):
            return f"[{members_text(members)}]"
        case Rows(members):
            return f"[[{members_text(members)}]]"
        case _:
            assert_never(given)
