"""Is what a call names there, and are its arguments such as it takes?"""

from collections.abc import Iterable

from datalog.checking.regular_expressions import translated
from datalog.checking.variable_kinds import Kinds, term_kind
from datalog.errors import UnknownFunction, WrongArguments
from datalog.functions import FUNCTIONS, PREDICATES, Function, Gives, Takes, takes
from datalog.reason import Empty
from datalog.syntax.clauses import Call, Clause, Not, Or
from datalog.syntax.terms import Blank, Constant, Variable


def check_calls(clauses: Iterable[Clause]) -> None:
    """Raise UnknownFunction, WrongArguments or MalformedPattern for what can never be called."""
    for clause in clauses:
        match clause:
            case Call():
                _check(clause)
            case Not():
                check_calls(clause.clauses)
            case Or():
                for branch in clause.branches:
                    check_calls(branch)
            case _:
                pass


def function_of(call: Call) -> Function:
    """Return the predicate or the function that a call names."""
    return (PREDICATES if call.binding is None else FUNCTIONS)[call.name]


def _check(call: Call) -> None:
    known = PREDICATES if call.binding is None else FUNCTIONS
    if call.name not in known:
        _refuse(call)
    function, given = known[call.name], len(call.arguments)
    if given < function.least or (function.most is not None and given > function.most):
        raise WrongArguments(call.name, f"takes {_counted(function)}, and has {given}")
    if isinstance(call.binding, tuple) is not (function.gives is Gives.PARTS):
        raise WrongArguments(
            call.name,
            "is taken apart by a tuple of variables"
            if function.gives is Gives.PARTS
            else "gives one value, which one variable takes",
        )
    for position, argument in enumerate(call.arguments):
        if isinstance(argument, Blank):
            raise WrongArguments(call.name, "needs values, and a blank is none")
        is_pattern = function.argument(position) is Takes.PATTERN
        if is_pattern and isinstance(argument, Constant) and isinstance(argument.value, str):
            translated(argument.value)


def _refuse(call: Call) -> None:
    if call.binding is None and call.name in FUNCTIONS:
        raise WrongArguments(call.name, "gives a value, which a variable must take")
    if call.binding is not None and call.name in PREDICATES:
        raise WrongArguments(call.name, "is a predicate: it holds or not, and binds nothing")
    raise UnknownFunction(call.name, tuple(dict.fromkeys((*PREDICATES, *FUNCTIONS))))


def _counted(function: Function) -> str:
    least, most = function.least, function.most
    if most is None:
        return f"{least} arguments or more"
    numbers = str(least) if least == most else f"{least} to {most}"
    return f"{numbers} argument{'' if most == 1 else 's'}"


def possible(call: Call, kinds: Kinds) -> Call | Empty:
    """Return the call, or why it has no value for its arguments."""
    function = function_of(call)
    for position, argument in enumerate(call.arguments):
        kind, expected = term_kind(argument, kinds), function.argument(position)
        if kind is not None and not takes(expected, kind):
            told = f"?{argument.name}" if isinstance(argument, Variable) else "a constant"
            return Empty(f"({call.name} …) takes {expected.value}, and {told} is {kind.value}")
    return call
