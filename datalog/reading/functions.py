"""`[(name argument*) binding?]`: conditions, functions, and those that become other clauses."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from datalog.reading.bindings import Each, One, Row, Rows, binding
from datalog.reading.calling import Called, Within, arguments_of, call_of
from datalog.reading.database_functions import get_else, get_some, missing, tx_data, tx_ids
from datalog.reading.forms import Form, List, Set, Vector
from datalog.reading.searching import best_match, fulltext
from datalog.reading.terms import constant, refused, shown
from datalog.syntax.clauses import Call, Clause, Compare, Ground, Not, Operator
from datalog.syntax.terms import Blank, Constant, Variable

_COMPARISONS = frozenset({"=", "!=", "not=", "<", "<=", ">", ">="})
_TESTS = frozenset({Operator.STARTS_WITH, Operator.CONTAINS, Operator.MEMBER})
PREDICATES = _COMPARISONS | {each.value for each in _TESTS} | {"missing?"}


# call-clause = [(name argument*) binding?]
def call_clauses(form: Form, members: Sequence[Form], within: Within) -> tuple[Clause, ...]:
    """Return the clauses that a call means. Raises NotQuery."""
    called = call_of(form, members, within)
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
        left, right = arguments_of(called)
        return (Compare(Operator(called.name), left, right),)
    return (Call(called.name, arguments_of(called), _result(called)),)


def _result(called: Called) -> Variable | tuple[Variable | Blank, ...] | None:
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
def _comparison(called: Called) -> tuple[Clause, ...]:
    if len(called.arguments) < 2:
        raise refused(
            called.form, f"{called.name} compares values", f"give it two: [({called.name} ?a ?b)]"
        )
    terms = arguments_of(called)
    if called.name not in {"!=", "not="}:
        operator = Operator(called.name)
        return tuple(Compare(operator, left, right) for left, right in pairwise(terms))
    if len(terms) == 2:
        return (Compare(Operator.NE, *terms),)
    # Clojure's: not all of them are equal.
    same = tuple(Compare(Operator.EQ, left, right) for left, right in pairwise(terms))
    return (Not(same),)


# ground = (ground (constant | [constant*] | [[constant*]*])) binding
def _ground(called: Called) -> tuple[Clause, ...]:
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


_SPECIAL: Mapping[str, Callable[[Called], tuple[Clause, ...]]] = MappingProxyType(
    {
        "missing?": missing,
        "get-else": get_else,
        "get-some": get_some,
        "ground": _ground,
        "tx-ids": tx_ids,
        "tx-data": tx_data,
        "fulltext": fulltext,
        "best-match": best_match,
    }
)
