"""`:find`, `:keys`, `:with` and `:order-by`."""

from collections.abc import Sequence

from datalog.reading.forms import Form, List, Symbol, Vector
from datalog.reading.pulling import pull_pattern
from datalog.reading.terms import (
    is_source,
    is_variable,
    keyword,
    refused,
    shown,
    symbol,
    variable,
    whole_number,
)
from datalog.syntax.finding import Aggregate, Aggregation, FindElement, Pull, PullPattern
from datalog.syntax.query import FindSpec, Order, ReturnMaps

NOT_GIVEN = PullPattern(())
"""The pattern of a pull until the caller gives it."""


# find-spec = element+ | [element ...] | [element+] | element .
def find_spec(section: Form, forms: Sequence[Form]) -> tuple[FindSpec, tuple[Form, ...]]:
    """Return what the answer is made of, and the forms of its elements. Raises NotQuery."""
    if not forms:
        raise refused(section, ":find names nothing", "name at least one variable")
    if len(forms) == 2 and symbol(forms[1]) == ".":
        return FindSpec.SCALAR, (forms[0],)
    if len(forms) == 1 and isinstance(forms[0].value, Vector):
        members = forms[0].value.members
        if len(members) == 2 and symbol(members[1]) == "...":
            return FindSpec.COLLECTION, members[:1]
        if members:
            return FindSpec.TUPLE, members
    return FindSpec.RELATION, tuple(forms)


# element = variable | (pull source? variable (pattern | name)) | (aggregate n? variable)
def element(form: Form) -> FindElement:
    """Return an element of find. Raises NotQuery."""
    if is_variable(form):
        return variable(form)
    if not isinstance(form.value, List) or not form.value.members:
        raise refused(
            form,
            f"{shown(form)} cannot be found",
            "find variables, aggregates such as (count ?x) and pulls",
        )
    return _pull(form) if symbol(form.value.members[0]) == "pull" else aggregate(form)


def pattern_name(form: Form) -> str | None:
    """Return the name of the input that a pull's pattern is, if it is one."""
    match form.value:
        case List((Form(value=Symbol("pull")), *_, Form(value=Symbol(name)))):
            return name
        case _:
            return None


def is_plain_name(name: str) -> bool:
    """Tell whether a symbol can name a pull pattern."""
    return name[0] not in "?$%_." and name != "*"


def _pull(form: Form) -> Pull:
    members = form.value.members[1:] if isinstance(form.value, List) else ()
    source = "$"
    if members and is_source(members[0]):
        source, members = symbol(members[0]) or "$", members[1:]
    if len(members) != 2:
        raise refused(form, f"{shown(form)} is no pull", "write (pull ?e [:Dataset/name])")
    entity = variable(members[0], "a pull")
    name = symbol(members[1])
    named = name is not None and is_plain_name(name)
    return Pull(entity, NOT_GIVEN if named else pull_pattern(members[1]), source)


_LISTED = frozenset({Aggregation.MIN, Aggregation.MAX, Aggregation.RAND, Aggregation.SAMPLE})


# aggregate = (name n? variable)
def aggregate(form: Form) -> Aggregate:
    """Return an aggregate. Raises NotQuery."""
    first, *rest = form.value.members if isinstance(form.value, List) else (form,)
    name = symbol(first)
    if name not in {each.value for each in Aggregation}:
        raise refused(
            first, f"{shown(first)} is no aggregate", f"there are {', '.join(Aggregation)}"
        )
    aggregation = Aggregation(name)
    amount: int | None = None
    if len(rest) == 2 and aggregation in _LISTED:
        amount, rest = whole_number(rest[0], "an amount", 1), rest[1:]
    elif aggregation is Aggregation.SAMPLE:
        raise refused(form, "sample takes how many", "write (sample 3 ?x)")
    if len(rest) != 1:
        raise refused(form, f"{name} takes one variable", f"write ({name} ?x)")
    return Aggregate(aggregation, variable(rest[0], name or ""), amount)


def return_maps(section: Form, names: Sequence[Form], columns: int, spec: FindSpec) -> ReturnMaps:
    """Return what `:keys`, `:strs` or `:syms` say. Raises NotQuery."""
    kind = keyword(section) or ""
    if spec not in {FindSpec.RELATION, FindSpec.TUPLE}:
        raise refused(section, f"a {spec} has no keys", f"leave :{kind} out, or find rows")
    found: dict[str, None] = {}
    for each in names:
        name = symbol(each)
        if name is None or name in found:
            raise refused(
                each, f"{shown(each)} cannot be a key", f"write :{kind} a b, each name once"
            )
        found[name] = None
    if len(found) != columns:
        raise refused(section, f":{kind} names {len(found)} of {columns}", "name all that is found")
    return ReturnMaps(kind, tuple(found))


# order-by = [key+] | key+         key = target | [target (:asc | :desc)]
def orders(forms: Sequence[Form]) -> tuple[tuple[Order, Form], ...]:
    """Return the keys of an order with their forms. Raises NotQuery."""
    if len(forms) == 1 and isinstance(forms[0].value, Vector) and not _directed(forms[0]):
        forms = forms[0].value.members
    return tuple((_order(each), each) for each in forms)


def _directed(form: Form) -> bool:
    match form.value:
        case Vector((_, Form() as last)) if keyword(last) is not None:
            return True
        case _:
            return False


def _order(form: Form) -> Order:
    direction = "asc"
    target = form
    if _directed(form) and isinstance(form.value, Vector):
        target, last = form.value.members
        direction = keyword(last) or ""
        if direction not in {"asc", "desc"}:
            raise refused(last, f":{direction} is no direction", "there are :asc and :desc")
    if isinstance(target.value, List) and target.value.members:
        return Order(aggregate(target), direction == "desc")
    if not is_variable(target):
        raise refused(
            target, f"{shown(target)} orders nothing", "write ?x, [?x :desc] or [(count ?x)]"
        )
    return Order(variable(target), direction == "desc")
