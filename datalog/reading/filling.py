"""The values of `:in` in a query: sent in slots, or standing in the place of their variables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from datalog.checking.rules.definitions import every
from datalog.checking.rules.fresh import FreshNames, fresh_names
from datalog.checking.rules.substitution import substituted
from datalog.checking.scoping import outward_of
from datalog.kinds import Kind
from datalog.reading.bindings import Binding, Each, One, Row, Rows, members_text
from datalog.reading.errors import WrongInput
from datalog.reading.rows import MOST_CONSTANTS
from datalog.reading.values import Sent, Settled, is_entity, plain, settled
from datalog.syntax.clauses import Clause, Compare, Ground, Operator, Or, Pattern
from datalog.syntax.query import Collection, Input, Query, Relation, Scalar
from datalog.syntax.terms import Blank, Constant, Keyword, LookupRef, Term, Variable
from datalog.vocabulary import ANY_TIME, at_its_end
from store.catalogue import ValueType
from store.values import shortened


@dataclass(slots=True)
class Filling:
    """What the values seen so far have become: inputs with slots, terms, and clauses."""

    kinds: Mapping[Variable, Kind]
    lists: frozenset[Variable]
    amounts: frozenset[Variable]
    names: FreshNames
    inputs: list[Input] = field(default_factory=list)
    slots: dict[str, object] = field(default_factory=dict)
    terms: dict[Variable, Term] = field(default_factory=dict)
    clauses: list[Clause] = field(default_factory=list)

    def fill(self, binding: Binding, given: object) -> None:
        """Go on by one input. Raises WrongInput."""
        match binding:
            case One(variable):
                self._one(variable, given, f"?{variable.name}")
            case Row(members):
                values = _list(given, f"[{members_text(members)}]", len(members))
                for member, value in zip(members, values, strict=True):
                    if isinstance(member, Variable):
                        self._one(member, value, f"?{member.name}")
            case Each(variable):
                self._each(variable, _list(given, f"[?{variable.name} ...]"))
            case Rows(members):
                self._rows(members, _list(given, f"[[{members_text(members)}]]"))

    def _one(self, variable: Variable, given: object, name: str) -> None:
        if variable in self.lists:
            values = [self._sent(variable, each, name) for each in _list(given, name)]
            self._slot(Scalar(variable), variable, values)
            return
        if variable in self.amounts:
            if given is not None and (type(given) is not int or not 0 <= given < 2**31):
                raise WrongInput(name, "a whole number from 0 on", shortened(given))
            self._slot(Scalar(variable), variable, given)
            return
        found = settled(given, self.kinds.get(variable), name)
        if isinstance(found, Sent):
            self._slot(Scalar(variable), variable, found.value)
        else:
            self.terms[variable] = found

    def _sent(self, variable: Variable, given: object, name: str) -> object:
        found = settled(given, self.kinds.get(variable, ValueType.STRING), name)
        if isinstance(found, Sent):
            return found.value
        if isinstance(found, Constant):
            return found.value
        raise WrongInput(name, "values, not lookup refs", shortened(given))

    def _slot(self, declared: Input, variable: Variable, value: object) -> None:
        self.inputs.append(declared)
        self.slots[variable.name] = value

    def _each(self, variable: Variable, given: Sequence[object]) -> None:
        kind, name = self.kinds.get(variable), f"[?{variable.name} ...]"
        found = [settled(each, kind, name) for each in given if each is not None]
        if (values := _all_sent(found)) is not None and kind is not None:
            self._slot(Collection(variable), variable, values)
        elif is_entity(kind) and (urns := _all_urns(found)) is not None:
            urn = self._named_by_urn(variable)
            self._slot(Collection(urn), urn, urns)
        else:
            self.clauses.append(self._alternatives(variable, found, name))

    def _alternatives(self, variable: Variable, found: Sequence[Settled], name: str) -> Clause:
        rows = [(each,) for each in map(_constant, found) if each is not None]
        branches = _grounds((variable,), rows, name)
        refs = [each for each in found if isinstance(each, LookupRef)]
        return _either((*branches, *(_looked_up(variable, ref) for ref in refs)), (variable,))

    def _named_by_urn(self, variable: Variable) -> Variable:
        urn = self.names.variable(variable)
        self.clauses.append(Pattern(variable, "entity/urn", urn, source=ANY_TIME))
        return urn

    def _rows(self, members: Sequence[Variable | Blank], given: Sequence[object]) -> None:
        name = f"[[{members_text(members)}]]"
        rows = [_list(each, name, len(members)) for each in given]
        columns = {
            member: [settled(row[at], self.kinds.get(member), name) for row in rows]
            for at, member in enumerate(members)
            if isinstance(member, Variable)
        }
        whole = [self._column(variable, found) for variable, found in columns.items()]
        if any(each is None for each in whole):
            self.clauses.append(_constants(columns, name))
            return
        variables: list[Variable] = []
        for variable, column in zip(columns, whole, strict=True):
            by_urn = column is not None and column[0]
            variables.append(self._named_by_urn(variable) if by_urn else variable)
            self.slots[variables[-1].name] = column[1] if column is not None else []
        self.inputs.append(Relation(tuple(variables)))

    def _column(
        self, variable: Variable, found: Sequence[Settled]
    ) -> tuple[bool, list[object]] | None:
        """Return the list of a column, and whether it is of urns; None where it is mixed."""
        kind = self.kinds.get(variable)
        if kind is None:
            return None
        if (values := _all_sent(found)) is not None:
            return False, values
        urns = _all_urns(found) if is_entity(kind) else None
        return None if urns is None else (True, urns)


def filled(
    query: Query, values: Iterable[tuple[Binding, object]], kinds: Mapping[Variable, Kind]
) -> tuple[Query, dict[str, object]]:
    """Return a query with the values of `:in`, and the slots of those that are sent.

    Raises WrongInput.
    """
    lists = frozenset(_lists(query.where))
    amounts = frozenset(each for each in (query.limit, query.offset) if isinstance(each, Variable))
    filling = Filling(kinds, lists, amounts, fresh_names(query))
    for binding, given in values:
        filling.fill(binding, given)
    where = query.where
    if filling.terms:
        same = {each: each for each in outward_of(where)}
        where = substituted(where, {**same, **filling.terms}, "$", filling.names)
    told = {each: filling.terms[each] for each in _found(query) if each in filling.terms}
    bound = tuple(_bound(variable, term, kinds) for variable, term in told.items())
    where = (*bound, *filling.clauses, *where)
    return replace(query, inputs=tuple(filling.inputs), where=where), filling.slots


def _lists(clauses: Iterable[Clause]) -> Iterator[Variable]:
    """Return the variables of `:in` that hold lists."""
    for clause in every(clauses):
        match clause:
            case Compare(operator=Operator.MEMBER, right=Variable() as right):
                yield right
            case _:
                pass


def _found(query: Query) -> Iterator[Variable]:
    """Return the variables that a query names outside of its clauses."""
    for each in (*query.find, *(order.variable for order in query.order)):
        yield each if isinstance(each, Variable) else each.variable
    yield from query.with_


def _bound(variable: Variable, term: Term, kinds: Mapping[Variable, Kind]) -> Clause:
    match term:
        case Constant(value=str()) if is_entity(kinds.get(variable)):
            return Pattern(variable, "entity/urn", term, source=ANY_TIME)
        case Constant(value=Keyword()) if is_entity(kinds.get(variable)):
            return Pattern(variable, "db/ident", term)
        case Constant():
            return Ground((variable,), ((term,),))
        case LookupRef():
            return _looked_up(variable, term)
        case _:
            raise AssertionError(f"an input became {term}")


def _looked_up(variable: Variable, ref: LookupRef) -> Pattern:
    source = ANY_TIME if ref.attribute == "entity/urn" else at_its_end("$")
    return Pattern(variable, ref.attribute, ref.value, source=source)


def _constants(columns: Mapping[Variable, Sequence[Settled]], name: str) -> Clause:
    rows: list[tuple[Constant, ...]] = []
    for row in zip(*columns.values(), strict=True):
        if any(isinstance(each, LookupRef) for each in row):
            raise WrongInput(name, "entities as urns or ids", "a lookup ref")
        constants = tuple(each for each in map(_constant, row) if each is not None)
        if len(constants) == len(row):  # A null matches nothing.
            rows.append(constants)
    variables = tuple(columns)
    return _either(_grounds(variables, rows, name), variables)


def _grounds(
    variables: tuple[Variable, ...], rows: Sequence[tuple[Constant, ...]], name: str
) -> tuple[Ground, ...]:
    """Return rows of constants, those of the same types together: urns apart from numbers."""
    if len(rows) * len(variables) > MOST_CONSTANTS:
        raise WrongInput(name, f"at most {MOST_CONSTANTS} values of this sort", f"{len(rows)} rows")
    groups: dict[tuple[type, ...], dict[tuple[Constant, ...], None]] = {}
    for row in rows:
        groups.setdefault(tuple(type(each.value) for each in row), {})[row] = None
    return tuple(Ground(variables, tuple(group)) for group in groups.values())


def _either(branches: Sequence[Clause], variables: tuple[Variable, ...]) -> Clause:
    match branches:
        case []:
            return Ground(variables, ())
        case [only]:
            return only
        case _:
            return Or(tuple((each,) for each in branches), variables)


def _constant(found: Settled) -> Constant | None:
    match found:
        case Constant():
            return found
        case Sent(value=(bool() | int() | float() | str()) as value):
            return Constant(value)
        case Sent(value):
            return Constant(value) if value is not None else None  # type: ignore[arg-type]  # What asyncpg sends is what a constant holds.
        case _:
            return None


def _all_sent(found: Iterable[Settled]) -> list[object] | None:
    values: list[object] = []
    for each in found:
        if not isinstance(each, Sent):
            return None
        values.append(each.value)
    return values


def _all_urns(found: Iterable[Settled]) -> list[object] | None:
    urns: list[object] = []
    for each in found:
        match each:
            case Constant(value=str() as urn):
                urns.append(urn)
            case Sent(value=None):
                urns.append(None)
            case _:
                return None
    return urns


def _list(given: object, name: str, length: int | None = None) -> list[object]:
    given = plain(given)
    if not isinstance(given, list) or (length is not None and len(given) != length):
        expected = "a list" if length is None else f"a list of {length} values"
        raise WrongInput(name, expected, shortened(given))
    return given
