"""Conditions drawn with a fixed seed, against the plainest reading of the same facts."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from datalog.syntax.clauses import Clause, Compare, Not, Operator, Or, Pattern
from datalog.syntax.query import Input, Query, Scalar, Source
from datalog.syntax.terms import Constant, Keyword, Variable
from datalog.tree import Many, Object, Total, Value
from tests.datalog.asking import NOW, THEN, Library
from tests.datalog.library import LAST, NAMES, State, urn

E = Variable("e")
Holds = Callable[[str, State], bool]
COMPARED: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: lambda one, other: bool(one == other),
    Operator.NE: lambda one, other: bool(one != other),
    Operator.LT: lambda one, other: bool(one < other),
    Operator.LE: lambda one, other: bool(one <= other),
    Operator.GT: lambda one, other: bool(one > other),
    Operator.GE: lambda one, other: bool(one >= other),
}


@dataclass(frozen=True)
class Drawn:
    """Clauses that limit ?e, the slots that they need, and what they mean."""

    clauses: tuple[Clause, ...]
    slots: Mapping[str, object]
    holds: Holds


class Drawing:
    """Draws conditions; every variable gets a name of its own."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # Nothing secret.
        self.count = 0

    def variable(self) -> Variable:
        """Return a variable that nobody has."""
        self.count += 1
        return Variable(f"v{self.draw.randrange(10**6)}-{self.count}")

    def condition(self, depth: int) -> Drawn:
        """Return a condition, of conditions where the depth allows."""
        plain = [self.comparison, self.fact, self.missing, self.text, self.member, self.related]
        nested = [self.negation, self.alternative, self.both]
        if depth and self.draw.random() < 0.5:
            return self.draw.choice(nested)(depth - 1)
        return self.draw.choice(plain)()

    def comparison(self) -> Drawn:
        """Compare an attribute with a slot."""
        among: list[tuple[str, list[Any]]] = [
            ("rows", [0, 1, -5, 7]),
            ("price", [Decimal("1.5"), Decimal(10), Decimal("0.001")]),
            ("name", NAMES),
        ]
        name, values = self.draw.choice(among)
        operator = self.draw.choice(list(COMPARED))
        value, variable, given = self.draw.choice(values), self.variable(), self.variable()
        clauses = (
            Pattern(E, f"Dataset/{name}", variable),
            Compare(operator, variable, given),
        )

        def holds(of: str, state: State) -> bool:
            held = state.values[of].get(name)
            if held is None:
                return False
            one = Decimal(str(held)) if name == "price" else held
            return COMPARED[operator](_ordered(one), _ordered(value))

        return Drawn(clauses, {given.name: value}, holds)

    def fact(self) -> Drawn:
        """Ask for a value."""
        among: list[tuple[str, Any]] = [("layer", "RAW"), ("hidden", True), ("tags", "%")]
        name, value = self.draw.choice(among)
        constant = Keyword(value) if name == "layer" else value

        def holds(of: str, state: State) -> bool:
            held = state.values[of].get(name)
            return value in held if isinstance(held, list) else held == value

        return Drawn((Pattern(E, f"Dataset/{name}", Constant(constant)),), {}, holds)

    def missing(self) -> Drawn:
        """Ask that there is no value."""
        name = self.draw.choice(["name", "rows", "layer", "tags"])
        clause = Not((Pattern(E, f"Dataset/{name}"),))
        return Drawn((clause,), {}, lambda of, state: state.values[of].get(name) in (None, []))

    def text(self) -> Drawn:
        """Ask for a part of a text."""
        operator = self.draw.choice([Operator.STARTS_WITH, Operator.CONTAINS])
        part = self.draw.choice(["", "a", "%", "_", "\\", "b" * 280, "😀", "o"])
        variable, given = self.variable(), self.variable()

        def holds(of: str, state: State) -> bool:
            held = state.values[of].get("name")
            if not isinstance(held, str):
                return False
            return held.startswith(part) if operator is Operator.STARTS_WITH else part in held

        clauses = (Pattern(E, "Dataset/name", variable), Compare(operator, variable, given))
        return Drawn(clauses, {given.name: part}, holds)

    def member(self) -> Drawn:
        """Ask that a value is one of several."""
        chosen = self.draw.sample(NAMES, 4)
        variable, given = self.variable(), self.variable()
        clauses = (Pattern(E, "Dataset/name", variable), Compare(Operator.MEMBER, variable, given))
        if self.draw.random() < 0.5:
            chosen = self.draw.sample(["x", "y", "%", "nothing"], 2)
            pattern = Pattern(E, "Dataset/tags", variable)
            clauses = (pattern, Compare(Operator.MEMBER, variable, given))
            return Drawn(
                clauses,
                {given.name: chosen},
                lambda of, state: bool(set(chosen) & set(_list(state.values[of].get("tags")))),
            )
        return Drawn(
            clauses, {given.name: chosen}, lambda of, state: state.values[of].get("name") in chosen
        )

    def related(self) -> Drawn:
        """Ask for something at the other end of an edge."""
        edge, attribute, name = self.draw.choice(
            [
                ("OwnedBy", "Owner/name", "Team 1"),
                ("OwnedBy", "Person/name", "Person 0"),
                ("StewardedBy", "Person/name", "Person 2"),
                ("DerivedFrom", "Dataset/layer", "RAW"),
            ]
        )
        far, value = self.variable(), self.variable()
        clauses: tuple[Clause, ...] = (
            Pattern(E, edge, far),
            Pattern(far, attribute, value),
            Compare(Operator.EQ, value, Constant(name)),
        )
        if self.draw.random() < 0.5:
            reified = self.variable()
            clauses = (
                Pattern(reified, "edge/from", E),
                Pattern(reified, "edge/type", Constant(Keyword(edge))),
                Pattern(reified, "edge/to", far),
                Pattern(far, attribute, Constant(name)),
            )
        field = attribute.partition("/")[2]

        def holds(of: str, state: State) -> bool:
            ends = [end for kind, near, end, _ in state.edges if (kind, near) == (edge, of)]
            return any(
                state.values.get(end, {}).get(field) == name
                for end in ends
                if attribute != "Person/name" or end.startswith(urn("p"))
            )

        if self.draw.random() < 0.5:
            clauses = (Or((clauses,), (E,)),)
        return Drawn(clauses, {}, holds)

    def negation(self, depth: int) -> Drawn:
        """Ask for the opposite."""
        inner = self.condition(depth)
        join = (E, *map(Variable, inner.slots)) if self.draw.random() < 0.5 else None
        clause = Not(inner.clauses, join)
        return Drawn((clause,), inner.slots, lambda of, state: not inner.holds(of, state))

    def alternative(self, depth: int) -> Drawn:
        """Ask for either of two."""
        one, other = self.condition(depth), self.condition(depth)
        slots = {**one.slots, **other.slots}
        clause = Or((one.clauses, other.clauses), (E, *map(Variable, slots)))
        return Drawn(
            (clause,), slots, lambda of, state: one.holds(of, state) or other.holds(of, state)
        )

    def both(self, depth: int) -> Drawn:
        """Ask for both of two, in any order."""
        one, other = self.condition(depth), self.condition(depth)
        clauses = [*one.clauses, *other.clauses]
        self.draw.shuffle(clauses)
        return Drawn(
            tuple(clauses),
            {**one.slots, **other.slots},
            lambda of, state: one.holds(of, state) and other.holds(of, state),
        )


def _ordered(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


async def test_conditions_mean_what_they_say(library: Library) -> None:
    drawing = Drawing(11)
    found = 0
    for _ in range(150):
        drawn = drawing.condition(2)
        for t in (None, drawing.draw.randint(2, LAST)):
            source = NOW if t is None else THEN
            state = library.facts.states[t or LAST]
            names = library.facts.datasets(t or LAST)
            expected = sorted(
                (of for of in names if drawn.holds(of, state)),
                key=library.facts.numbers.__getitem__,
            )
            shape = _shape(source, drawn, drawing.draw)
            answer = await library.ask(shape, t=t, **drawn.slots)
            assert answer == {"all": expected, "count": len(expected)}, (drawn, t)
            found += 0 < len(expected) < len(names)
    assert found > 150


def _shape(source: Source, drawn: Drawn, draw: random.Random) -> Object:
    of_type: Clause = Pattern(E, "entity/type", Constant(Keyword("Dataset")))
    clauses = [of_type, *drawn.clauses]
    draw.shuffle(clauses)
    inputs: tuple[Input, ...] = (source, *(Scalar(Variable(name)) for name in drawn.slots))
    query = Query((E,), inputs, tuple(clauses))
    return Object(
        (
            ("all", Many("all", query, Value(E, "entity/urn"))),
            ("count", Total("count", query)),
        )
    )
