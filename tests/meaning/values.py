"""Values by family: those of one family compare among each other, all else is never equal.

A value is a pair of its family and what it is. None is the value that a `get-else` did not find: it
equals nothing, itself included. A constant that was given, in the query or at run time, is of no
family until it meets a value: then it is read as one of that family.
"""

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from datalog.syntax.clauses import Operator
from datalog.syntax.terms import Keyword

Value = tuple[str, Any] | None

TEXT = "text"  # String, URI, Keyword (its name), JSON (its canonical text)
NUMBER = "number"  # Int and Long as int, Float as float, Decimal
BOOLEAN = "boolean"
INSTANT = "instant"
DATE = "date"
UNIVERSALLY_UNIQUE = "uuid"  # as text, in lower case
ENTITY = "entity"  # entities, edges, transactions, attributes and types: their numbers
GIVEN = "given"  # a constant that has met no value yet
TUPLE = "tuple"

TRUE: Value = (BOOLEAN, True)
FALSE: Value = (BOOLEAN, False)


def natural(constant: object) -> Value:  # noqa: PLR0911  # One case for each type.
    """Return a constant as what it is by itself."""
    match constant:
        case bool():
            return (BOOLEAN, constant)
        case int() | float() | Decimal():
            return (NUMBER, constant)
        case datetime():
            return (INSTANT, constant)
        case date():
            return (DATE, constant)
        case UUID():
            return (UNIVERSALLY_UNIQUE, str(constant))
        case Keyword(name):
            return (TEXT, name)
        case _:
            return (TEXT, constant)


def read_as(constant: object, family: str) -> Value:
    """Return a constant as a value of a family (entities apart), or as itself."""
    if isinstance(constant, str):
        try:
            match family:
                case "instant":
                    found = datetime.fromisoformat(constant)
                    return (INSTANT, found if found.tzinfo else found.replace(tzinfo=UTC))
                case "date":
                    return (DATE, date.fromisoformat(constant))
                case "uuid":
                    return (UNIVERSALLY_UNIQUE, str(UUID(constant)))
                case "number":
                    return (NUMBER, Decimal(constant))
        except (ValueError, InvalidOperation):
            pass
    return natural(constant)


def settled(value: Value) -> Value:
    """Return a value that is a constant still as what it is by itself."""
    return natural(value[1]) if value is not None and value[0] == GIVEN else value


def compared(operator: Operator, left: Value, right: Value) -> bool:
    """Tell whether a comparison holds. Across families only `!=` does; of what is missing, none."""
    if left is None or right is None:
        return False
    if left[0] != right[0]:
        return operator is Operator.NE
    return _of_one_family(operator, left, right)


def _of_one_family(  # noqa: C901, PLR0911  # One case for each operator.
    operator: Operator, left: tuple[str, Any], right: tuple[str, Any]
) -> bool:
    one, other = left[1], right[1]
    match operator:
        case Operator.EQ:
            return bool(one == other)
        case Operator.NE:
            return bool(one != other)
        case Operator.LT:
            return bool(one < other)
        case Operator.LE:
            return bool(one <= other)
        case Operator.GT:
            return bool(one > other)
        case Operator.GE:
            return bool(one >= other)
        case Operator.STARTS_WITH:
            return left[0] == TEXT and one.startswith(other)
        case Operator.CONTAINS:
            return left[0] == TEXT and other in one
        case _:
            raise NotImplementedError(operator)


def order_key(value: Value) -> tuple[bool, Any]:
    """Return what sorts values, within their family: text by code point, what is missing last."""
    return (True, 0) if value is None else (False, value)
