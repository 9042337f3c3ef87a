"""Conditions on the value of one attribute: one function per kind of operator.

condition = {eq, ne, in, startsWith, contains, gt, gte, lt, lte, isNull}   of a single value
          | {has, hasAny, hasAll, isEmpty}                                 of a list

A missing value meets no condition but `ne` and `isNull: true`. Values are checked at run time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from datalog.syntax.clauses import Clause, Compare, GetElse, Operator, Pattern, Step
from datalog.syntax.terms import BLANK, Constant, Variable
from resolvers.clauses import NEVER, exists, nothing
from resolvers.draft import Draft, Place
from resolvers.errors import BadUserInput
from resolvers.selection import Given
from store.catalogue import Attribute, ValueType
from store.values import native, parse

Clauses = tuple[Clause, ...]

_COMPARISONS = MappingProxyType(
    {
        "in": Operator.MEMBER,
        "startsWith": Operator.STARTS_WITH,
        "contains": Operator.CONTAINS,
        "gt": Operator.GT,
        "gte": Operator.GE,
        "lt": Operator.LT,
        "lte": Operator.LE,
    }
)


@dataclass(frozen=True, slots=True)
class Filtered:
    """What a filter is about: a variable for an entity or edge, and the type it is known as.

    It was come to through so many `relations`.
    """

    draft: Draft
    place: Place
    entity: Variable
    type: str
    relations: int = 0

    def of(self, entity: Variable, type_name: str) -> "Filtered":
        """Return the same for another entity, met on the way."""
        return replace(self, entity=entity, type=type_name, relations=self.relations + 1)

    def outside(self, clauses: Clauses) -> tuple[Variable, ...]:
        """Return what a clause within the filter joins on: the entity, and what the caller gave."""
        return (self.entity, *self.draft.given(clauses))


def conditions(about: Filtered, attribute: Attribute, asked: object, argument: str) -> Clauses:
    """Return the clauses that hold where the attribute's value meets all that is asked of it.

    Raises BadUserInput where the condition makes no sense.
    """
    if asked is None:
        return _missing(about, attribute.name)
    if not isinstance(asked, Mapping):
        raise BadUserInput(argument, "expected an object of conditions")
    operands = [
        Operand(about, attribute, name, given, f"{argument}.{name}")
        for name, given in asked.items()
    ]
    if attribute.many:
        return tuple(clause for operand in operands for clause in _list_condition(operand))
    return tuple(_single(about, attribute, operands))


_EDGE_KEY = "edge/key"


def _held(about: Filtered, name: str, value: Variable) -> Clause:
    """Return the condition that an attribute has a value; no fact says that a key is empty."""
    if name == _EDGE_KEY:
        return GetElse(about.entity, (Step(name),), value, default=Constant(""))
    return Pattern(about.entity, name, value)


def _missing(about: Filtered, name: str) -> Clauses:
    if name == _EDGE_KEY:
        return (NEVER,)
    return (nothing((about.entity,), (Pattern(about.entity, name, BLANK),)),)


def _present(about: Filtered, name: str) -> Clauses:
    if name == _EDGE_KEY:
        return ()
    return (exists((about.entity,), (Pattern(about.entity, name, BLANK),)),)


@dataclass(frozen=True, slots=True)
class Operand:
    """One operator of a condition and what stands on its right side."""

    about: Filtered
    attribute: Attribute
    operator: str
    given: object
    argument: str

    @property
    def name(self) -> str:
        """Return the full name of the attribute."""
        return self.attribute.name

    def slot(self) -> Variable:
        """Return an `:in` variable for the value on the right. Raises BadUserInput for null."""
        return self._bound(self._one)

    def set(self) -> Variable:
        """Return an `:in` variable for the list on the right. Raises BadUserInput for null."""
        return self._bound(self._list)

    def _bound(self, read: Callable[[object], object]) -> Variable:
        if self.given is None:
            raise BadUserInput(self.argument, "null is no value to compare with; see isNull")
        draft, place = self.about.draft, self.about.place
        return draft.slot(place, self.attribute.field, self.given, read)

    def _one(self, value: object) -> object:
        attribute = self.attribute
        if value is None:
            raise BadUserInput(self.argument, "null is no value to compare with; see isNull")
        if self.operator in {"startsWith", "contains"}:  # A part of a URI is no URI.
            attribute = replace(attribute, type=ValueType.STRING, enum=None)
        return native(
            parse(value, attribute, self.about.draft.catalogue, self.argument), attribute.type
        )

    def _list(self, value: object) -> object:
        members = value if isinstance(value, list | tuple) else [value]
        return [self._one(member) for member in members]


def _single(about: Filtered, attribute: Attribute, operands: Sequence[Operand]) -> Iterator[Clause]:
    comparing = [each for each in operands if each.operator in _COMPARISONS]
    if comparing:  # All of them look at one value.
        value = about.draft.variable(attribute.field)
        yield _held(about, attribute.name, value)
        yield from (_compared(each, value) for each in comparing)
    for operand in operands:
        if operand.operator not in _COMPARISONS:
            yield from _matched(operand)


def _compared(operand: Operand, value: Variable) -> Clause:
    operator = _COMPARISONS[operand.operator]
    right = operand.set() if operator is Operator.MEMBER else operand.slot()
    return Compare(operator, value, right)


def _matched(operand: Operand) -> Clauses:
    """Return the conditions that need no value, or exactly one."""
    about, name = operand.about, operand.name
    match operand.operator, operand.given:
        case ("eq", None) | ("isNull", True):
            return _missing(about, name)
        case ("ne", None) | ("isNull", False):
            return _present(about, name)
        case "eq", _:
            return (_held(about, name, operand.slot()),)
        case "ne", _:
            return (negated(about, (_held(about, name, operand.slot()),)),)
        case _:
            raise BadUserInput(operand.argument, "there is no such operator, or it needs a value")


def _list_condition(operand: Operand) -> Clauses:
    about, name = operand.about, operand.name
    match operand.operator, operand.given:
        case "isEmpty", True:
            return _missing(about, name)
        case "isEmpty", False:
            return _present(about, name)
        case "has", _:
            return (Pattern(about.entity, name, operand.slot()),)
        case "hasAny", _:
            return _has_any(operand)
        case "hasAll", [*members]:
            single = [replace(operand, operator="has", given=member) for member in members]
            return tuple(clause for each in single for clause in _list_condition(each))
        case "hasAll", Given():
            return (_has_all(operand),)
        case _:
            raise BadUserInput(operand.argument, "there is no such operator, or it needs a value")


def _has_any(operand: Operand) -> Clauses:
    value = operand.about.draft.variable(operand.attribute.field)
    within = (
        Pattern(operand.about.entity, operand.name, value),
        Compare(Operator.MEMBER, value, operand.set()),
    )
    return (exists(operand.about.outside(within), within),)


def _has_all(operand: Operand) -> Clause:
    """Return the condition that nothing in the list is missing."""
    about, value = operand.about, operand.about.draft.variable(operand.attribute.field)
    given = operand.set()
    held = Pattern(about.entity, operand.name, value)
    missing = (Compare(Operator.MEMBER, value, given), nothing((about.entity, value), (held,)))
    return nothing((about.entity, given), missing)


def negated(about: Filtered, within: Clauses) -> Clause:
    """Return the condition that holds where the clauses do not."""
    return nothing(about.outside(within), within)
