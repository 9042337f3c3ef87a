"""Forms to terms: variables, constants, attributes, lookup refs."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from datalog.reading.edn import write
from datalog.reading.errors import NotQuery
from datalog.reading.forms import Character, Form, Symbol, Vector
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, LookupRef, Term, Variable


def refused(form: Form, problem: str, remedy: str) -> NotQuery:
    """Return the fault that a form is: what is wrong with it, and what to do."""
    return NotQuery(*form.place, problem, remedy)


def shown(form: Form) -> str:
    """Return the beginning of a form's text, for an error."""
    text = write(form)
    return text if len(text) <= 60 else f"{text[:60]}…"


def symbol(form: Form) -> str | None:
    """Return the name of a symbol."""
    return form.value.name if isinstance(form.value, Symbol) else None


def keyword(form: Form) -> str | None:
    """Return the name of a keyword, without the colon."""
    return form.value.name if isinstance(form.value, Keyword) else None


def is_variable(form: Form) -> bool:
    """Tell whether a form is a variable."""
    name = symbol(form)
    return name is not None and name[0] == "?" and len(name) > 1


def is_source(form: Form) -> bool:
    """Tell whether a form names a database."""
    name = symbol(form)
    return name is not None and name[0] == "$"


# variable = symbol that begins with ?
def variable(form: Form, what: str = "this place") -> Variable:
    """Return the variable that a form is. Raises NotQuery, about `what`."""
    name = symbol(form)
    if name is None or not is_variable(form):
        raise refused(
            form, f"{what} takes a variable, not {shown(form)}", "a variable begins with ?"
        )
    return Variable(name[1:])


# term = variable | _ | [attribute constant] | a constant
def term(form: Form) -> Term:
    """Return what stands in a place of a clause."""
    if is_variable(form):
        return variable(form)
    if symbol(form) == "_":
        return BLANK
    if isinstance(form.value, Vector):
        return lookup_ref(form, form.value)
    return constant(form)


def argument(form: Form) -> Term:
    """Return what a function or a predicate is called with."""
    found = term(form)
    if isinstance(found, Blank):
        raise refused(form, "_ is no argument", "name a variable, or write a constant")
    return found


# lookup-ref = [attribute constant]
def lookup_ref(form: Form, vector: Vector) -> LookupRef:
    """Return the entity that a unique attribute tells."""
    if len(vector.members) != 2 or keyword(vector.members[0]) is None:
        raise refused(
            form,
            f"{shown(form)} is no value",
            'a lookup ref is [:Type/attribute "value"]; the values of a list come by ground or :in',
        )
    name, value = vector.members
    return LookupRef(attribute(name), constant(value))


def constant(form: Form) -> Constant:
    """Return the value that a form is."""
    match form.value:
        case None:
            raise refused(form, "nil is no value", "missing? and get-else say what is not there")
        case Character(text):
            return Constant(text)
        case int() as number if not isinstance(number, bool):
            # Beyond 64 bits it is still a number, and compares with the others.
            return Constant(number if -(2**63) <= number < 2**63 else Decimal(number))
        case str() | bool() | float() | Decimal() | datetime() | date() | UUID() | Keyword():
            return Constant(form.value)
        case Symbol(name):
            raise refused(
                form, f"{name} is no value", "variables begin with ?, texts stand in quotes"
            )
        case _:
            raise refused(form, f"{shown(form)} is no value", "write one value, not several")


ATTRIBUTE = "an attribute is a keyword such as :Dataset/name, an edge type one such as :DerivedFrom"


# attribute = a keyword
def attribute(form: Form) -> str:
    """Return the name of an attribute, `db/id` under our own name."""
    name = keyword(form)
    if name is None:
        raise refused(form, f"{shown(form)} is no attribute", ATTRIBUTE)
    if step(name)[1]:
        raise refused(form, f":{name} goes in reverse", "write the clause the other way round")
    return "entity/id" if name == "db/id" else name


def step(name: str) -> tuple[str, bool]:
    """Return the name of an attribute, and whether it is to be walked in reverse.

    `Dataset/_replacement`, `_DerivedFrom`.
    """
    owner, slash, field = name.rpartition("/")
    if field.startswith("_") and len(field) > 1:
        return f"{owner}{slash}{field[1:]}", True
    if name.startswith("_") and len(owner) > 1:
        return name[1:], True
    return ("entity/id" if name == "db/id" else name), False


def whole_number(form: Form, what: str, least: int) -> int:
    """Return the number that a form is. Raises NotQuery."""
    if type(form.value) is not int or not least <= form.value < 2**31:
        raise refused(form, f"{what} is no {shown(form)}", f"write a whole number from {least} on")
    return form.value
