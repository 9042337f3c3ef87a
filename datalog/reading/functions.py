"""`[(name argument*) binding?]`: conditions, functions, and those that become other clauses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from datalog.reading.bindings import Each, One, Row, Rows, binding
from datalog.reading.forms import Form, List, Set, Vector
from datalog.reading.notes import Notes
from datalog.reading.terms import (
    argument,
    attribute,
    constant,
    is_source,
    is_variable,
    keyword,
    refused,
    shown,
    step,
    symbol,
    variable,
)
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    Step,
)
from datalog.syntax.terms import BLANK, Blank, Constant, Keyword, Term, Variable


@dataclass(frozen=True, slots=True)
class Within:
    """Where clauses are read.

    `source` is what clauses read that name no database. In a plain `or`, all branches must name the
    same variables, so that those of ours have to be hidden. `depth` counts the clauses around.
    """

    notes: Notes
    source: str = "$"
    in_or: bool = False
    depth: int = 0

    def below(self) -> "Within":
        """Return where the clauses of a clause are read."""
        return replace(self, depth=self.depth + 1)


@dataclass(frozen=True, slots=True)
class _Called:
    """`[(name argument*) result?]`."""

    form: Form
    name: str
    arguments: tuple[Form, ...]
    result: Form | None
    within: Within


_COMPARISONS = frozenset({"=", "!=", "not=", "<", "<=", ">", ">="})
MOST_ARGUMENTS = 100
"""Of one call: each of a comparison becomes a clause of its own."""

_TESTS = frozenset({Operator.STARTS_WITH, Operator.CONTAINS, Operator.MEMBER})
PREDICATES = _COMPARISONS | {each.value for each in _TESTS} | {"missing?"}


# call-clause = [(name argument*) binding?]
def call_clauses(form: Form, members: Sequence[Form], within: Within) -> tuple[Clause, ...]:
    """Return the clauses that a call means. Raises NotQuery."""
    called = _called(form, members, within)
    special = _SPECIAL.get(called.name)
    if special is not None:
        return special(called)
    if called.result is None and called.name in _COMPARISONS:
        return _comparison(called)
    if called.result is None and called.name in _TESTS:
        if len(called.arguments) != 2:
            raise refused(
                form, f"{called.name} compares two values", f"write [({called.name} ?a ?b)]"
            )
        left, right = _arguments(called)
        return (Compare(Operator(called.name), left, right),)
    return (Call(called.name, _arguments(called), _result(called)),)


def _called(form: Form, members: Sequence[Form], within: Within) -> _Called:
    if len(members) > 2 or not isinstance(members[0].value, List) or not members[0].value.members:
        raise refused(form, f"{shown(form)} is no call", "write [(name ?a)] or [(name ?a) ?b]")
    head, *arguments = members[0].value.members
    name = symbol(head)
    if name is None or is_variable(head) or is_source(head):
        raise refused(head, f"{shown(head)} is no function", "write its name: [(count ?a) ?b]")
    if len(arguments) > MOST_ARGUMENTS:
        raise refused(
            head, f"{name} is given too many arguments", f"give it {MOST_ARGUMENTS} at most"
        )
    name = name.removeprefix("clojure.string/")
    return _Called(form, name, tuple(arguments), members[1] if len(members) == 2 else None, within)


def _arguments(called: _Called) -> tuple[Term, ...]:
    for each in called.arguments:
        if isinstance(each.value, List):
            raise refused(
                each,
                f"{shown(each)} stands inside of a call",
                f"bind it first: [{shown(each)} ?x], and use ?x here",
            )
        if is_source(each):
            raise refused(each, f"{called.name} takes no database", f"leave {shown(each)} out")
    return tuple(map(argument, called.arguments))


def _result(called: _Called) -> Variable | tuple[Variable | Blank, ...] | None:
    if called.result is None:
        return None
    match binding(called.result):
        case One(name):
            return name
        case Row(members):
            return members
        case Each() | Rows():
            raise refused(
                called.result,
                f"{called.name} gives one value",
                "bind it to ?x, or take a tuple apart with [?x ?y]",
            )


# comparison = (operator argument argument+)
def _comparison(called: _Called) -> tuple[Clause, ...]:
    if len(called.arguments) < 2:
        raise refused(
            called.form, f"{called.name} compares values", f"give it two: [({called.name} ?a ?b)]"
        )
    terms = _arguments(called)
    if called.name not in {"!=", "not="}:
        operator = Operator(called.name)
        return tuple(Compare(operator, left, right) for left, right in pairwise(terms))
    if len(terms) == 2:
        return (Compare(Operator.NE, *terms),)
    # Clojure's: not all of them are equal.
    same = tuple(Compare(Operator.EQ, left, right) for left, right in pairwise(terms))
    return (Not(same),)


# missing = (missing? source? term attribute)
def _missing(called: _Called) -> tuple[Clause, ...]:
    source, arguments = _source(called)
    if len(arguments) != 2 or called.result is not None:
        raise refused(
            called.form, f"{shown(called.form)} tests nothing", "write [(missing? $ ?e :attr)]"
        )
    entity, name = arguments
    return (Not((Pattern(argument(entity), attribute(name), source=source),)),)


def _source(called: _Called) -> tuple[str, tuple[Form, ...]]:
    """Return the database that a function reads, and its other arguments."""
    if called.arguments and is_source(called.arguments[0]):
        return symbol(called.arguments[0]) or "$", called.arguments[1:]
    return called.within.source, called.arguments


# get-else = (get-else source? variable (attribute | [attribute+]) (constant | nil)) variable
def _get_else(called: _Called) -> tuple[Clause, ...]:
    source, arguments = _source(called)
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
def _get_some(called: _Called) -> tuple[Clause, ...]:
    source, arguments = _source(called)
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


# ground = (ground (constant | [constant*] | [[constant*]*])) binding
def _ground(called: _Called) -> tuple[Clause, ...]:
    if len(called.arguments) != 1 or called.result is None:
        raise refused(called.form, f"{shown(called.form)} binds nothing", "write [(ground 1) ?x]")
    [given] = called.arguments
    match binding(called.result):
        case One(name):
            return (Ground((name,), ((constant(given),),)),)
        case Each(name):
            return (Ground((name,), tuple((constant(each),) for each in _several(given))),)
        case Row(members):
            return (Ground(members, (_row(given, len(members)),)),)
        case Rows(members):
            rows = tuple(_row(each, len(members)) for each in _several(given))
            return (Ground(members, rows),)


def _several(form: Form) -> tuple[Form, ...]:
    match form.value:
        case Vector(members) | List(members) | Set(members):
            return members
        case _:
            raise refused(form, f"{shown(form)} is one value", "write several in brackets: [1 2]")


def _row(form: Form, width: int) -> tuple[Constant, ...]:
    values = tuple(map(constant, _several(form)))
    if len(values) != width:
        raise refused(
            form, f"{shown(form)} has {len(values)} values for {width}", "give one for each place"
        )
    return values


# tx-ids = (tx-ids source? from until) [variable ...]
def _tx_ids(called: _Called) -> tuple[Clause, ...]:
    source, arguments = _source(called)
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
def _tx_data(called: _Called) -> tuple[Clause, ...]:
    source, arguments = _source(called)
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


_SPECIAL: Mapping[str, Callable[[_Called], tuple[Clause, ...]]] = MappingProxyType(
    {
        "missing?": _missing,
        "get-else": _get_else,
        "get-some": _get_some,
        "ground": _ground,
        "tx-ids": _tx_ids,
        "tx-data": _tx_data,
    }
)
