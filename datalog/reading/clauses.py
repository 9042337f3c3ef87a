"""`:where`: one function for each kind of clause."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from datalog.checking.scoping import outward_of
from datalog.reading.calling import Within
from datalog.reading.forms import Form, List, Map, Vector
from datalog.reading.functions import PREDICATES, call_clauses
from datalog.reading.notes import DEEPEST_CLAUSE
from datalog.reading.terms import (
    ATTRIBUTE,
    attribute,
    constant,
    is_source,
    is_variable,
    keyword,
    refused,
    shown,
    step,
    symbol,
    term,
    variable,
)
from datalog.syntax.clauses import (
    Clause,
    Compare,
    EdgeStep,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
    Through,
)
from datalog.syntax.terms import BLANK, Variable


def clauses(forms: Iterable[Form], within: Within) -> tuple[Clause, ...]:
    """Return the clauses that forms mean; one form may mean several. Raises NotQuery."""
    return tuple(each for form in forms for each in clause(form, within))


# clause = a pattern | a call | a list
def clause(form: Form, within: Within) -> tuple[Clause, ...]:
    """Return the clauses that a form means; its place is noted."""
    within.notes.count(form)
    if within.depth > DEEPEST_CLAUSE:
        raise refused(
            form, "clauses are nested too deep", f"there are at most {DEEPEST_CLAUSE} levels"
        )
    made = len(within.notes.made)
    match form.value:
        case Vector((Form(value=List()), *_) as members):
            found = call_clauses(form, members, within)
        case Vector((_, *_) as members):
            found = _pattern(form, members, within)
        case List((_, *_) as members):
            return _noted(form, _list_clause(form, members, within), within)
        case _:
            raise refused(
                form,
                f"{shown(form)} is no clause",
                "write [?e :attribute ?v], [(predicate ?a)] or (rule ?a)",
            )
    ours = within.notes.made[made:]
    return _noted(form, _hidden(found, ours) if ours and within.in_or else found, within)


def _noted(form: Form, found: tuple[Clause, ...], within: Within) -> tuple[Clause, ...]:
    for each in found:
        within.notes.places.setdefault(each, form.place)
    return found


def _hidden(found: tuple[Clause, ...], ours: Sequence[Variable]) -> tuple[Clause, ...]:
    """Return the clauses so that variables of ours are not seen from outside."""
    seen = outward_of(found) - set(ours)
    return (Or((found,), tuple(sorted(seen, key=lambda each: each.name))),)


# pattern = [source? term (attribute | variable | _)? term? term? term? term?]
def _pattern(form: Form, members: Sequence[Form], within: Within) -> tuple[Clause, ...]:
    source = within.source
    if is_source(members[0]):
        source, members = symbol(members[0]) or source, members[1:]
    if not 1 <= len(members) <= 6:
        raise refused(form, f"{shown(form)} is no clause", "write [?e :attribute ?v ?tx ?op]")
    name, also = _attribute(members[1] if len(members) > 1 else None, source, within)
    entity, value, transaction, operation, position = (
        *map(term, (members[0], *members[2:])),
        *[BLANK] * 5,
    )[:5]
    return (Pattern(entity, name, value, transaction, operation, position, source), *also)


def _attribute(
    form: Form | None, source: str, within: Within
) -> tuple[str | Variable, tuple[Clause, ...]]:
    if form is None or symbol(form) == "_":
        return within.notes.fresh(), ()
    if is_variable(form):
        return variable(form), ()
    if keyword(form) is not None:
        return attribute(form), ()
    if source == "$" or symbol(form) is not None or isinstance(form.value, Vector | List | Map):
        raise refused(form, f"{shown(form)} is no attribute", ATTRIBUTE)
    made = within.notes.fresh_value()  # What is read may be rows, with any value here.
    return made, (Compare(Operator.EQ, made, constant(form)),)


# list-clause = (source? (not | not-join | or | or-join | search | rule-name) …) | (and clause+)
def _list_clause(form: Form, members: Sequence[Form], within: Within) -> tuple[Clause, ...]:
    if is_source(members[0]):
        source = symbol(members[0]) or within.source
        within, members = replace(within, source=source), members[1:]
    name = symbol(members[0]) if members else None
    if name is None or is_variable(members[0]):
        raise refused(
            form, f"{shown(form)} is no clause", "a list begins with not, or, or a rule's name"
        )
    rest = members[1:]
    match name:
        case "and":
            return clauses(_some(form, name, rest), within.below())
        case "not" | "not-join":
            return (_negation(form, name, rest, within),)
        case "or" | "or-join":
            return (_alternatives(form, name, rest, within),)
        case "search":
            return (_search(form, rest, within),)
        case _:
            return (_rule_call(form, name, rest, within),)


# negation = (not clause+) | (not-join join clause+)
def _negation(form: Form, name: str, rest: Sequence[Form], within: Within) -> Not:
    if name == "not":
        return Not(clauses(_some(form, name, rest), within.below()))
    join, inside = _join(form, name, rest)
    return Not(clauses(inside, _joined(within)), join)


# alternatives = (or (clause | (and clause+))+) | (or-join join (clause | (and clause+))+)
def _alternatives(form: Form, name: str, rest: Sequence[Form], within: Within) -> Or:
    if name == "or":
        below = replace(within.below(), in_or=True)
        return Or(tuple(clause(each, below) for each in _some(form, name, rest)))
    join, inside = _join(form, name, rest)
    return Or(tuple(clause(each, _joined(within)) for each in inside), join)


def _joined(within: Within) -> Within:
    return replace(within.below(), in_or=False)


def _some(form: Form, name: str, forms: Sequence[Form]) -> Sequence[Form]:
    if not forms:
        raise refused(form, f"{name} has no clauses", f"write ({name} [?e :attribute ?v])")
    return forms


# join = [variable*] | [[variable+] variable*]
def _join(form: Form, name: str, rest: Sequence[Form]) -> tuple[tuple[Variable, ...], list[Form]]:
    if not rest or not isinstance(rest[0].value, Vector):
        raise refused(form, f"{name} lists no variables", f"write ({name} [?e] [?e :attribute ?v])")
    listed, *inside = rest
    members = listed.value.members if isinstance(listed.value, Vector) else ()
    required: tuple[Form, ...] = ()
    if members and isinstance(members[0].value, Vector):
        required, members = members[0].value.members, members[1:]
    _some(form, name, inside)
    return tuple(variable(each, name) for each in (*required, *members)), inside


# rule-call = (source? rule-name term+)
def _rule_call(form: Form, name: str, rest: Sequence[Form], within: Within) -> RuleCall:
    if name in PREDICATES:
        raise refused(form, f"{name} stands in a vector", f"write [{shown(form)}]")
    if not rest:
        raise refused(form, f"{shown(form)} has no arguments", f"write ({name} ?a)")
    return RuleCall(name, tuple(map(term, rest)), within.source)


# search = (source? search root node depth side {options})
def _search(form: Form, rest: Sequence[Form], within: Within) -> Search:
    if len(rest) != 5 or not isinstance(rest[4].value, Map):
        raise refused(
            form, "this search does not say all", "write (search ?root ?node ?depth ?side {…})"
        )
    root, node, depth, side = (variable(each, "search") for each in rest[:4])
    told = {keyword(key): value for key, value in rest[4].value.pairs}
    if set(told) - {"downstream-depth", "through", "per-hop"} != _SEARCH_OPTIONS:
        raise refused(rest[4], "these are not the options", f"write {' '.join(_OPTION_NAMES)}")
    downstream = told.get("downstream-depth")
    return Search(
        root,
        node,
        depth,
        side,
        upstream=_edge_steps(told["upstream"]),
        downstream=_edge_steps(told["downstream"]),
        types=None if told["types"].value is None else tuple(_names(told["types"])),
        max_depth=variable(told["max-depth"], ":max-depth"),
        max_nodes=variable(told["max-nodes"], ":max-nodes"),
        per_node=variable(told["per-node"], ":per-node"),
        source=within.source,
        downstream_depth=(
            None if downstream is None else variable(downstream, ":downstream-depth")
        ),
        through=_through(rest[4], told.get("through"), told.get("per-hop")),
    )


def _through(options: Form, types: Form | None, per_hop: Form | None) -> Through | None:
    match types, per_hop:
        case None, None:
            return None
        case Form(), Form():
            return Through(tuple(_names(types)), variable(per_hop, ":per-hop"))
        case _:
            raise refused(options, "one of :through and :per-hop is missing", "write both")


_OPTION_NAMES = (
    ":upstream",
    ":downstream",
    ":types",
    ":max-depth",
    ":max-nodes",
    ":per-node",
)
_SEARCH_OPTIONS = {name[1:] for name in _OPTION_NAMES}


def _edge_steps(form: Form) -> tuple[EdgeStep, ...]:
    return tuple(EdgeStep(*step(name)) for name in _names(form))


def _names(form: Form) -> list[str]:
    names = [keyword(each) for each in form.value.members] if isinstance(form.value, Vector) else []
    found = [name for name in names if name is not None]
    if not isinstance(form.value, Vector) or len(found) < len(names):
        raise refused(form, f"{shown(form)} names no types", "write [:DerivedFrom :_Writes]")
    return found
