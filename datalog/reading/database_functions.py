"""Functions that read a database: each becomes patterns, with what has to stand beside them."""

from datalog.reading.bindings import Each, Row, Rows, binding
from datalog.reading.calling import Called, source_of
from datalog.reading.forms import Form, Vector
from datalog.reading.terms import (
    argument,
    attribute,
    constant,
    keyword,
    refused,
    shown,
    step,
    variable,
)
from datalog.syntax.clauses import Clause, Compare, GetElse, Not, Operator, Or, Pattern, Step
from datalog.syntax.terms import BLANK, Constant, Keyword, Variable


# missing = (missing? source? term attribute)
def missing(called: Called) -> tuple[Clause, ...]:
    """Return that an entity has no value."""
    source, arguments = source_of(called)
    if len(arguments) != 2 or called.result is not None:
        raise refused(
            called.form, f"{shown(called.form)} tests nothing", "write [(missing? $ ?e :attr)]"
        )
    entity, name = arguments
    return (Not((Pattern(argument(entity), attribute(name), source=source),)),)


# get-else = (get-else source? variable (attribute | [attribute+]) (constant | nil)) variable
def get_else(called: Called) -> tuple[Clause, ...]:
    """Return the value at the end of a path, or a default."""
    source, arguments = source_of(called)
    if len(arguments) != 3 or called.result is None:
        raise refused(
            called.form,
            f"{shown(called.form)} gives nothing",
            'write [(get-else $ ?e :Dataset/name "none") ?name]',
        )
    entity, path, default = arguments
    return (
        GetElse(
            variable(entity, "get-else"),
            _path(path),
            variable(called.result, "get-else"),
            source,
            None if default.value is None else constant(default),
        ),
    )


def _path(form: Form) -> tuple[Step, ...]:
    steps = form.value.members if isinstance(form.value, Vector) else (form,)
    if not steps:
        raise refused(
            form, "the path has no steps", "write :Dataset/name, or [:PublishedBy :Team/name]"
        )
    found: list[Step] = []
    for each in steps:
        name = keyword(each)
        if name is None:
            raise refused(each, f"{shown(each)} is no attribute", "a path is made of attributes")
        found.append(Step(*step(name)))
    return tuple(found)


# get-some = (get-some source? term attribute+) [variable variable]
def get_some(called: Called) -> tuple[Clause, ...]:
    """Return the first of several attributes that an entity has, and its value."""
    source, arguments = source_of(called)
    bound = binding(called.result) if called.result is not None else None
    if len(arguments) < 2 or not isinstance(bound, Row) or len(bound.members) != 2:
        raise refused(
            called.form,
            f"{shown(called.form)} gives nothing",
            "write [(get-some $ ?e :Dataset/name :Dataset/title) [?attribute ?value]]",
        )
    entity = argument(arguments[0])
    names = [attribute(each) for each in arguments[1:]]
    which, value = bound.members
    branches: list[tuple[Clause, ...]] = []
    for position, name in enumerate(names):
        told: list[Clause] = [Pattern(entity, name, value, source=source)]
        if isinstance(which, Variable):
            told.append(Pattern(which, "db/ident", Constant(Keyword(name)), source=source))
        told += [Not((Pattern(entity, other, source=source),)) for other in names[:position]]
        branches.append(tuple(told))
    outside = [each for each in (entity, which, value) if isinstance(each, Variable)]
    return (Or(tuple(branches), tuple(dict.fromkeys(outside))),)


# tx-ids = (tx-ids source? from until) [variable ...]
def tx_ids(called: Called) -> tuple[Clause, ...]:
    """Return the transactions from one t up to, and without, another."""
    source, arguments = source_of(called)
    bound = binding(called.result) if called.result is not None else None
    if len(arguments) != 2 or not isinstance(bound, Each):
        raise refused(
            called.form, f"{shown(called.form)} gives nothing", "write [(tx-ids $ 3 9) [?tx ...]]"
        )
    made = called.within.notes.fresh()
    clauses: list[Clause] = [Pattern(bound.variable, "tx/t", made, source=source)]
    for operator, form in zip((Operator.GE, Operator.LT), arguments, strict=True):
        if form.value is None:
            continue
        limit = argument(form)
        if not isinstance(limit, Variable | Constant) or (
            isinstance(limit, Constant) and type(limit.value) is not int
        ):
            raise refused(form, f"{shown(form)} is no t", "write a number, a variable or nil")
        clauses.append(Compare(operator, made, limit))
    return tuple(clauses)


# tx-data = (tx-data source? term) [[e a v tx op]]
def tx_data(called: Called) -> tuple[Clause, ...]:
    """Return the datoms of a transaction, those that retract too."""
    source, arguments = source_of(called)
    bound = binding(called.result) if called.result is not None else None
    if len(arguments) != 1 or not isinstance(bound, Rows) or len(bound.members) > 5:
        raise refused(
            called.form,
            f"{shown(called.form)} gives nothing",
            "write [(tx-data $ ?tx) [[?e ?a ?v _ ?op]]]",
        )
    transaction = argument(arguments[0])
    entity, name, value, again, operation = (*bound.members, *[BLANK] * 5)[:5]
    if again not in (BLANK, transaction):
        raise refused(called.form, "the transaction is known already", "write _ in its place")
    named = name if isinstance(name, Variable) else called.within.notes.fresh()
    log = called.within.notes.log(source)
    return (Pattern(entity, named, value, transaction, operation, source=log),)
