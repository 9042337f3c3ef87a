"""What is noted while a query is read: where clauses stand, names of our own, histories needed."""

import re
from dataclasses import dataclass, field

from datalog.reading.forms import Form, Place
from datalog.reading.terms import refused
from datalog.syntax.clauses import Clause
from datalog.syntax.terms import Variable

MOST_CLAUSES = 1_000
DEEPEST_CLAUSE = 20
"""Clauses within clauses, and pulls within pulls: who walks them later does it by recursion."""

_OURS = re.compile(r"\?_([0-9]{1,9})", re.ASCII)
_MARK = "'"


@dataclass(slots=True)
class Notes:
    """The notes of one text. A variable of ours, `?_3`, has a number that the text does not use."""

    places: dict[Clause, Place] = field(default_factory=dict)
    made: list[Variable] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    clauses: int = 0
    next_name: int = 1

    def fresh(self) -> Variable:
        """Return a variable that stands nowhere else, for what may be anything."""
        return self._made("")

    def fresh_value(self) -> Variable:
        """Return a variable that stands nowhere else, for what is compared."""
        return self._made(_MARK)

    def _made(self, mark: str) -> Variable:
        name = Variable(f"_{self.next_name}{mark}")
        self.next_name += 1
        self.made.append(name)
        return name

    def log(self, source: str) -> str:
        """Return the name of a database that is the whole history of another."""
        return self.logs.setdefault(source, f"{source}.log")

    def count(self, form: Form) -> None:
        """Count one more clause. Raises NotQuery where there are too many."""
        self.clauses += 1
        if self.clauses > MOST_CLAUSES:
            raise refused(form, "the query is too long", f"it has at most {MOST_CLAUSES} clauses")


def notes_of(text: str) -> Notes:
    """Return the notes of a text that is about to be read."""
    used = max((int(found) for found in _OURS.findall(text)), default=0)
    return Notes(next_name=used + 1)


def is_ours(variable: Variable) -> bool:
    """Tell whether a variable was made while a query was read, for what may be anything."""
    return _OURS.fullmatch(f"?{variable.name}") is not None


def is_compared(variable: Variable) -> bool:
    """Tell whether a variable was made for what is compared with a constant beside it."""
    name = variable.name
    return name.endswith(_MARK) and is_ours(Variable(name.removesuffix(_MARK)))
