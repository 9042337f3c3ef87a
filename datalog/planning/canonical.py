"""Clauses in an order of their own, whatever order they are written in and variables are called.

A clause is told by its text, in which every variable stands as what is known of it: its position,
where it is known from outside, else the places that it has in clauses, refined until that tells no
more variables apart (the refinement of colours that tests of graphs for sameness begin with). What
is still alike then is alike for the plan as well.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from datalog.syntax.clauses import Clause, Not, Or
from datalog.syntax.terms import Variable

Colours = Mapping[Variable, str]

_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Ordered:
    """The clauses in their own order."""

    clauses: tuple[Clause, ...]

    @property
    def numbers(self) -> Mapping[Variable, int]:
        """Return a number for each variable, by where it occurs first."""
        found = dict.fromkeys(each for clause in self.clauses for each in variables_in(clause))
        return {each: number for number, each in enumerate(found)}


def in_order(
    clauses: Iterable[Clause], asked: Iterable[Variable], bound: Iterable[Variable]
) -> Ordered:
    """Return clauses, those inside of others too, in an order that only their structure decides.

    Variables that are asked, or bound outside, differ by their position where that is a sequence's.
    """
    clauses = tuple(clauses)
    outside: dict[Variable, str] = {}
    for kind, variables in (("a", asked), ("b", bound)):
        for each, told in _positions(kind, variables):
            outside[each] = outside.get(each, "?") + told
    colours: Colours = outside
    for _ in range(_ROUNDS):
        writing = _Writing(colours)
        clauses = writing.ordered(clauses)
        if not writing.ties:
            break
        refined = _refined(clauses, colours)
        if refined == colours:
            break
        colours = refined
    return Ordered(clauses)


def _positions(kind: str, variables: Iterable[Variable]) -> Iterator[tuple[Variable, str]]:
    has_order = isinstance(variables, Sequence)
    for position, each in enumerate(variables):
        yield each, f"{kind}{position}" if has_order else kind


def variables_in(part: object) -> Iterator[Variable]:
    """Return the variables that a clause names, in order, as often as it names them."""
    if isinstance(part, Variable):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from variables_in(each)
    else:
        for name in _fields(part):
            yield from variables_in(getattr(part, name))


def _fields(part: object) -> tuple[str, ...]:
    """Return the fields of a clause or a term; what a constant holds has none."""
    fields: tuple[str, ...] = getattr(type(part), "__match_args__", ())
    return fields


@dataclass(slots=True)
class _Writing:
    """Writes clauses under colours; `ties`: two that are not the same were written the same."""

    colours: Colours
    ties: bool = field(default=False)

    def ordered(self, clauses: Iterable[Clause]) -> tuple[Clause, ...]:
        inside = [self._inside(clause) for clause in clauses]
        return tuple(inside[position] for position in self._places(inside))

    def _inside(self, clause: Clause) -> Clause:
        match clause:
            case Not():
                return replace(clause, clauses=self.ordered(clause.clauses))
            case Or():
                branches = [self.ordered(branch) for branch in clause.branches]
                return replace(
                    clause, branches=tuple(branches[at] for at in self._places(branches))
                )
            case _:
                return clause

    def _places(self, pieces: Sequence[object]) -> list[int]:
        if len(pieces) == 1:
            return [0]
        texts = [self.text(piece) for piece in pieces]
        places = sorted(range(len(texts)), key=texts.__getitem__)
        self.ties = self.ties or any(
            texts[one] == texts[next_] and pieces[one] != pieces[next_]
            for one, next_ in pairwise(places)
        )
        return places

    def text(self, part: object) -> str:
        if isinstance(part, Variable):
            return self.colours.get(part, "?")
        if isinstance(part, tuple):
            return f"({' '.join(map(self.text, part))})"
        fields = _fields(part)
        if not fields:
            return f"{type(part).__name__}:{part}"
        told = " ".join(self.text(getattr(part, name)) for name in fields)
        return f"{type(part).__name__}({told})"


def _refined(clauses: Iterable[Clause], colours: Colours) -> Colours:
    """Return colours that tell variables apart by the places that they have in clauses."""
    places: dict[Variable, list[str]] = {}
    for clause in clauses:
        for variable in dict.fromkeys(variables_in(clause)):
            marked = _Writing({**colours, variable: "?*"}).text(clause)
            places.setdefault(variable, []).append(marked)
    told = {
        variable: (colours.get(variable, "?"), sorted(texts)) for variable, texts in places.items()
    }
    kinds = sorted({(colour, tuple(texts)) for colour, texts in told.values()})
    numbers = {kind: number for number, kind in enumerate(kinds)}
    return {
        variable: f"?{numbers[colour, tuple(texts)]}" for variable, (colour, texts) in told.items()
    }


def structure(
    clauses: Iterable[Clause], ends: Sequence[Variable], outside: Iterable[Variable]
) -> str:
    """Return a text that is the same for clauses that say the same of their ends.

    What is known outside has its own name there.
    Two that say the same may still differ; what is alike in every place is told apart by chance.
    """
    ordered = in_order(clauses, ends, outside)
    colours = {each: f"?{number}" for each, number in ordered.numbers.items()}
    colours |= {each: f"?outside {each.name}" for each in outside}
    colours |= {each: f"?end{position}" for position, each in enumerate(ends)}
    return _Writing(colours).text(ordered.clauses)
