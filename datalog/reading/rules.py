"""`%`: the definitions of rules."""

from collections.abc import Iterator, Sequence

from datalog.reading.calling import Within
from datalog.reading.clauses import clauses
from datalog.reading.forms import Form, List, Vector
from datalog.reading.functions import PREDICATES
from datalog.reading.notes import Notes
from datalog.reading.terms import is_source, is_variable, refused, shown, symbol, variable
from datalog.syntax.query import Rule
from datalog.syntax.terms import Variable

_RESERVED = PREDICATES | {"not", "not-join", "or", "or-join", "and", "search", "%", "_", "..."}


# rules = [rule*]
def rules(form: Form, notes: Notes) -> tuple[Rule, ...]:
    """Return the definitions of rules, in the order of the text. Raises NotQuery."""
    if not isinstance(form.value, Vector | List):
        raise refused(
            form, f"{shown(form)} defines no rules", "write [[(name ?a) [?a :attribute ?v]]]"
        )
    return tuple(_rule(each, notes) for each in form.value.members)


# rule = [head clause+]
def _rule(form: Form, notes: Notes) -> Rule:
    match form.value:
        case Vector((Form(value=List((_, _, *_) as head)), _, *_) as members):
            name, parameters, required = _head(form, head)
        case _:
            raise refused(form, f"{shown(form)} is no rule", "write [(name ?a) [?a :attribute ?v]]")
    return Rule(name, parameters, clauses(members[1:], Within(notes)), required)


# head = (name variable+) | (name [variable+] variable*)
def _head(form: Form, head: Sequence[Form]) -> tuple[str, tuple[Variable, ...], int]:
    name = symbol(head[0])
    if name is None or name in _RESERVED or is_variable(head[0]) or is_source(head[0]):
        raise refused(head[0], f"{shown(head[0])} cannot name a rule", "choose another name")
    parameters = tuple(_parameters(name, head[1:]))
    first = head[1].value
    required = len(first.members) if isinstance(first, Vector) else 0
    if len(set(parameters)) < len(parameters):
        raise refused(
            form, f"the head of {name} names a variable twice", "name each parameter for itself"
        )
    return name, parameters, required


def _parameters(name: str, forms: Sequence[Form]) -> Iterator[Variable]:
    for position, form in enumerate(forms):
        if position == 0 and isinstance(form.value, Vector) and form.value.members:
            yield from (variable(each, name) for each in form.value.members)
        else:
            yield variable(form, name)
