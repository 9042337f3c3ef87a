"""What the values of an input or of a function are bound to."""

from collections.abc import Iterable
from dataclasses import dataclass

from datalog.reading.forms import Form, Vector
from datalog.reading.terms import is_variable, refused, shown, symbol, variable
from datalog.syntax.terms import BLANK, Blank, Variable


@dataclass(frozen=True, slots=True)
class One:
    """`?x`: one value."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Each:
    """`[?x ...]`: each of several values."""

    variable: Variable


@dataclass(frozen=True, slots=True)
class Row:
    """`[?x _ ?y]`: the values of one row."""

    members: tuple[Variable | Blank, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """`[[?x _ ?y]]`: the values of each of several rows."""

    members: tuple[Variable | Blank, ...]


Binding = One | Each | Row | Rows

_BINDINGS = "there are ?x, [?x ?y], [?x ...] and [[?x ?y]]"


# binding = variable | [variable ...] | [(variable | _)+] | [[(variable | _)+]]
def binding(form: Form) -> Binding:
    """Return a binding form. Raises NotQuery."""
    if is_variable(form):
        return One(variable(form))
    if not isinstance(form.value, Vector) or not form.value.members:
        raise refused(form, f"{shown(form)} binds nothing", _BINDINGS)
    members = form.value.members
    if symbol(members[-1]) == "...":
        if len(members) != 2:
            raise refused(form, f"{shown(form)} binds nothing", _BINDINGS)
        return Each(variable(members[0], "[… ...]"))
    if len(members) == 1 and isinstance(members[0].value, Vector):
        return Rows(_members(members[0], members[0].value.members))
    return Row(_members(form, members))


def _members(form: Form, members: tuple[Form, ...]) -> tuple[Variable | Blank, ...]:
    if not members:
        raise refused(form, f"{shown(form)} binds nothing", _BINDINGS)
    found = [
        BLANK if symbol(each) == "_" else variable(each, "a row that is bound") for each in members
    ]
    named = [each for each in found if isinstance(each, Variable)]
    if len(set(named)) < len(named):
        raise refused(form, f"{shown(form)} names a variable twice", "name each value for itself")
    return tuple(found)


def members_text(members: Iterable[Variable | Blank]) -> str:
    """Return the places of a row as text."""
    return " ".join(f"?{each.name}" if isinstance(each, Variable) else "_" for each in members)
