"""Clauses as EDN text."""

from collections.abc import Iterable
from typing import assert_never

from datalog.printing.terms import (
    name_text,
    scope_text,
    source_text,
    step_text,
    term_text,
    variable_text,
    vector,
)
from datalog.reading.edn import write
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    EdgeStep,
    Fulltext,
    GetElse,
    Ground,
    Not,
    Or,
    Pattern,
    RuleCall,
    Search,
)
from datalog.syntax.terms import Constant, Variable


def clause_text(  # noqa: C901, PLR0911  # One case for each kind of clause.
    clause: Clause,
) -> str:
    """Return a clause."""
    match clause:
        case Pattern():
            return _pattern(clause)
        case Compare(operator, left, right):
            return f"[({operator} {term_text(left)} {term_text(right)})]"
        case Not(clauses, join):
            return _form("not", join, map(clause_text, clauses))
        case Or(branches, join):
            return _form("or", join, map(_branch, branches))
        case GetElse():
            return _get_else(clause)
        case Ground():
            return _ground(clause)
        case Call():
            return _call(clause)
        case RuleCall(name, arguments, source):
            return f"({scope_text(source)}{' '.join((name, *map(term_text, arguments)))})"
        case Search():
            return _search(clause)
        case Fulltext():
            return _fulltext(clause)
        case _:
            assert_never(clause)


def _pattern(pattern: Pattern) -> str:
    attribute = pattern.attribute
    terms = [
        term_text(pattern.entity),
        variable_text(attribute) if isinstance(attribute, Variable) else name_text(attribute),
        *map(term_text, (pattern.value, pattern.transaction, pattern.operation, pattern.position)),
    ]
    while len(terms) > 2 and terms[-1] == "_":
        terms.pop()
    return f"[{scope_text(pattern.source)}{' '.join(terms)}]"


def _branch(branch: tuple[Clause, ...]) -> str:
    texts = list(map(clause_text, branch))
    return texts[0] if len(texts) == 1 else f"(and {' '.join(texts)})"


def _form(name: str, join: tuple[Variable, ...] | None, parts: Iterable[str]) -> str:
    head = name if join is None else f"{name}-join {vector(map(variable_text, join))}"
    return f"({' '.join([head, *parts])})"


def _get_else(clause: GetElse) -> str:
    steps = vector(step_text(step.name, reverse=step.reverse) for step in clause.path)
    default = "nil" if clause.default is None else term_text(clause.default)
    entity, value = variable_text(clause.entity), variable_text(clause.value)
    return f"[(get-else {source_text(clause.source)} {entity} {steps} {default}) {value}]"


def _ground(ground: Ground) -> str:
    """Return rows of constants in the shortest binding form that says the same."""
    match ground.variables, ground.rows:
        case (Variable() as variable,), ((constant,),):
            return f"[(ground {term_text(constant)}) {variable_text(variable)}]"
        case (Variable() as variable,), rows:
            return f"[(ground {_row(each for (each,) in rows)}) [{variable_text(variable)} ...]]"
        case variables, (row,):
            return f"[(ground {_row(row)}) {vector(map(term_text, variables))}]"
        case variables, rows:
            return f"[(ground {vector(map(_row, rows))}) [{vector(map(term_text, variables))}]]"


def _row(row: Iterable[Constant]) -> str:
    return vector(map(term_text, row))


def _call(call: Call) -> str:
    told = f"({' '.join((call.name, *map(term_text, call.arguments)))})"
    match call.binding:
        case None:
            return f"[{told}]"
        case Variable() as variable:
            return f"[{told} {variable_text(variable)}]"
        case tuple() as members:
            return f"[{told} {vector(map(term_text, members))}]"


def _search(search: Search) -> str:
    names = map(variable_text, (search.root, search.node, search.depth, search.side))
    options = {
        ":upstream": vector(map(_edge_step, search.upstream)),
        ":downstream": vector(map(_edge_step, search.downstream)),
        ":types": write(None) if search.types is None else vector(map(name_text, search.types)),
        ":max-depth": variable_text(search.max_depth),
        ":max-nodes": variable_text(search.max_nodes),
        ":per-node": variable_text(search.per_node),
    }
    if search.downstream_depth is not None:
        options[":downstream-depth"] = variable_text(search.downstream_depth)
    if search.through is not None:
        options[":through"] = vector(map(name_text, search.through.types))
        options[":per-hop"] = variable_text(search.through.per_hop)
    told = " ".join(f"{key} {value}" for key, value in options.items())
    return f"({scope_text(search.source)}search {' '.join(names)} {{{told}}})"


def _fulltext(clause: Fulltext) -> str:
    name = "best-match" if clause.best else "fulltext"
    names = [name_text(each) for each in clause.attributes]
    attributes = names[0] if len(names) == 1 else vector(names)
    places = list(map(term_text, clause.found))
    while len(places) > 1 and places[-1] == "_":
        places.pop()
    said = f"({name} {source_text(clause.source)} {attributes} {term_text(clause.text)})"
    return f"[{said} [{vector(places)}]]"


def _edge_step(step: EdgeStep) -> str:
    return step_text(step.edge, reverse=step.reverse)
