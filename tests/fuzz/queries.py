"""A whole random query: patterns, what joins and tests and computes, and what is found."""

import random

from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Step,
)
from datalog.syntax.terms import BLANK, Constant, Term, Variable
from datalog.syntax.views import History
from tests.fuzz import recursion
from tests.fuzz.asked import Asked
from tests.fuzz.constants import constant_of, family_of, kind_of
from tests.fuzz.drawing import Drawing, called, kind_is_real, views
from tests.fuzz.finding import asked
from tests.fuzz.history import SCHEMA
from tests.fuzz.variants import renamed
from tests.meaning.binding import named_in
from tests.meaning.facts import World

TRIES = 8
"""How often a clause of one sort is proposed until one holds."""


def query(draw: random.Random, world: World) -> Asked | None:
    """Return a random query over a world, or None where nothing came of it."""
    chosen, moments = views(draw, world)
    drawing = Drawing(draw, world, chosen, moments)
    if drawing.chance(0.3):
        return _small(drawing)
    for _ in range(draw.choice([1, 2, 2, 3, 3, 4, 5])):
        drawing.pattern()
    if not drawing.clauses:
        return None
    if drawing.chance(0.1):
        _triangle(drawing)
    for _ in range(draw.choice([0, 1, 1, 2, 2, 3, 4])):
        propose = draw.choice(_MORE)
        any(propose(drawing) for _ in range(TRIES))
    if drawing.chance(0.2):
        drawing.pattern()
    return asked(drawing)


def _small(drawing: Drawing) -> Asked | None:
    """Return a query of few clauses, which hide less of what each of them finds."""
    drawing.pattern()
    propose = drawing.draw.choice(_ALONE)
    any(propose(drawing) for _ in range(TRIES))
    drawing.constructs["few clauses"] += 1
    return asked(drawing) if drawing.clauses else None


def recursive(draw: random.Random, world: World) -> Asked | None:
    """Return a random query of a call of a rule, and little beside it."""
    chosen, moments = views(draw, world)
    drawing = Drawing(draw, world, chosen, moments)
    if drawing.chance(0.6):
        drawing.pattern()
    return asked(drawing) if any(_rule(drawing) for _ in range(TRIES)) else None


# Clauses beside patterns.


def _triangle(drawing: Drawing) -> bool:
    """Close a way round: of two steps or of three."""
    source = drawing.source()
    step = drawing.draw.choice(recursion.STEPS)
    facts = drawing.seen(source).facts(step)
    if not facts:
        return False
    a, b, c = (drawing.fresh("Ref") for _ in range(3))
    ways = [((a, b), (b, a)), ((a, b), (b, c), (c, a)), ((a, a),)]
    return all(
        drawing.keep(Pattern(near, step, far, source=source), "cyclic join")
        for near, far in drawing.draw.choice(ways)
    )


def _at_another_time(drawing: Drawing) -> bool:
    """Ask another source what a pattern asks, of the same entity."""
    possible = [
        (each.entity, each.attribute, source)
        for each in drawing.clauses
        if isinstance(each, Pattern) and isinstance(each.attribute, str) and each.entity != BLANK
        if kind_is_real(each.attribute)
        for source in drawing.views
        if source != each.source
    ]
    if not possible:
        return False
    entity, attribute, source = drawing.draw.choice(possible)
    value = drawing.fresh(kind_of(attribute))
    return drawing.keep(Pattern(entity, attribute, value, source=source), "at another time")


def _comparison(drawing: Drawing) -> bool:
    return drawing.comparison()


def _negation(drawing: Drawing) -> bool:
    """Keep a `not` of what holds of another entity of the same type."""
    known = drawing.bound("Ref")
    if not known:
        return False
    shared = drawing.draw.choice(known)
    kept = dict(drawing.witness)
    drawing.elsewhere(shared)
    if drawing.chance(0.5):
        drawing.witness = {shared: drawing.witness[shared]}
    drawing.constants = 0.7
    clauses = tuple(drawing.inside(drawing.draw.choice([1, 1, 2]), lambda: _simple(drawing)))
    drawing.constants, drawing.witness = 0.2, kept
    if not clauses:
        return False
    if drawing.chance(0.4):
        named = sorted(_named(clauses) & set(kept), key=lambda each: each.name)
        join = tuple(each for each in named if drawing.chance(0.7)) or tuple(named[:1])
        return bool(join) and drawing.keep(Not(_apart(drawing, clauses, join), join), "not-join")
    return drawing.keep(Not(clauses), "not")


def _simple(drawing: Drawing) -> bool:
    """Keep a pattern, mostly; else a comparison, or a `not` within."""
    if drawing.chance(0.15):
        return drawing.comparison()
    if drawing.chance(0.06):
        return _negation(drawing)
    return drawing.pattern()


def _gate(drawing: Drawing) -> bool:
    """Keep a `not` that shares no variable."""
    attribute = drawing.draw.choice(sorted(SCHEMA.attributes))
    constant = drawing.constant(kind_of(attribute))
    if constant is None:
        return False
    value = constant if drawing.chance(0.7) else BLANK
    gate = Pattern(drawing.fresh("Ref"), attribute, value, source=drawing.source())
    return drawing.keep(Not((gate,)), "not as a gate")


def _missing(drawing: Drawing) -> bool:
    """Keep what `missing?` reads as."""
    known = drawing.bound("Ref")
    if not known:
        return False
    entity = drawing.draw.choice(known)
    attribute = drawing.draw.choice(sorted(SCHEMA.attributes))
    pattern = Pattern(entity, attribute, source=drawing.source())
    return drawing.keep(Not((pattern,)), "missing")


def _alternatives(drawing: Drawing) -> bool:
    """Keep an `or` of two attributes of one kind, or of an attribute with two values."""
    known = drawing.bound("Ref")
    if not known:
        return False
    entity: Variable = drawing.draw.choice(known) if drawing.chance(0.8) else drawing.fresh("Ref")
    names = sorted([*SCHEMA.attributes, *SCHEMA.edge_types, *SCHEMA.interfaces])
    first = drawing.draw.choice(names)
    alike = [it for it in names if family_of(kind_of(it)) == family_of(kind_of(first))]
    attributes = [
        first,
        *(drawing.draw.choice(alike) for _ in range(drawing.draw.choice([1, 1, 2]))),
    ]
    source = drawing.source()
    if drawing.chance(0.5) and kind_of(first) != "JSON":
        values: list[Term] = [drawing.fresh(kind_of(first))] * len(attributes)
    else:
        values = [drawing.constant(kind_of(it)) or BLANK for it in attributes]
    branches: list[tuple[Clause, ...]] = [
        (Pattern(entity, attribute, value, source=source),)
        for attribute, value in zip(attributes, values, strict=True)
    ]
    if drawing.chance(0.3):
        extra = Not((Pattern(entity, "entity/lifecycle", drawing.constant("Keyword") or BLANK),))
        branches[0] = (*branches[0], extra)
    return drawing.keep(Or(tuple(branches)), "or")


def _or_join(drawing: Drawing) -> bool:
    """Keep an `or-join`: each branch is drawn by itself, one of them around the witness."""
    known = drawing.bound("Ref")
    if not known:
        return False
    join = (drawing.draw.choice(known),)
    kept = dict(drawing.witness)
    branches: list[tuple[Clause, ...]] = []
    for number in range(drawing.draw.choice([1, 2, 2, 3])):
        drawing.witness = {join[0]: kept[join[0]]}
        if number:
            drawing.elsewhere(join[0])
        amount = drawing.draw.choice([1, 1, 2])
        drawn = tuple(drawing.inside(amount, lambda: _simple(drawing)))
        if drawn and join[0] in _named(drawn):
            branches.append(_apart(drawing, drawn, join))
    drawing.witness = kept
    return bool(branches) and drawing.keep(Or(tuple(branches), join), "or-join")


def _apart(
    drawing: Drawing, clauses: tuple[Clause, ...], join: tuple[Variable, ...]
) -> tuple[Clause, ...]:
    """Let a variable of a join form be called as one outside, now and then: it is another still."""
    drawing.shadowed |= _named(clauses) - set(join)
    own = sorted(_named(clauses) - set(join) - drawing.witness.keys(), key=lambda it: it.name)
    outside = [each for each in drawing.witness if each not in {*join, *_named(clauses)}]
    if not own or not outside or not drawing.chance(0.3):
        return clauses
    shadow = drawing.draw.choice(outside)
    drawing.shadowed.add(shadow)
    drawing.constructs["shadowed variable"] += 1
    names = {drawing.draw.choice(own).name: shadow.name}
    return tuple(renamed(each, lambda name: names.get(name, name)) for each in clauses)


def _named(clauses: tuple[Clause, ...]) -> frozenset[Variable]:
    return frozenset().union(*map(named_in, clauses))


def _rule(drawing: Drawing) -> bool:
    """Keep a call of a rule, or two."""
    name = f"rule-{len(drawing.by_name)}"
    made, kinds = recursion.rules(drawing.draw, name)
    drawing.learn(made)
    calls = [called(drawing, name, kinds) for _ in range(6)]
    if not any(drawing.keep(call, "rule") for call in calls):
        del drawing.rules[-len(made) :]
        return False
    if drawing.chance(0.35):
        again = RuleCall(name, tuple(_swapped(drawing, calls[0].arguments)), drawing.source())
        drawing.keep(Not((again,)) if drawing.chance(0.6) else again, "rule again")
    return True


def _swapped(drawing: Drawing, arguments: tuple[Term, ...]) -> list[Term]:
    known = drawing.bound("Ref")
    if len(arguments) == 2 and known:
        return [drawing.draw.choice(known), drawing.draw.choice(known)]
    return [each if each in drawing.witness else BLANK for each in arguments]


def _get_else(drawing: Drawing) -> bool:
    """Keep a `get-else` of an attribute of cardinality one, or of one at the end of a path."""
    known = drawing.bound("Ref")
    one = [name for name, of in SCHEMA.attributes.items() if not of.many and of.type != "JSON"]
    plain = [source for source, view in drawing.views.items() if not isinstance(view, History)]
    if not known or not plain:
        return False
    name = drawing.draw.choice(sorted([*one, "entity/lifecycle"]))
    path = [Step(name)]
    if drawing.chance(0.3):
        path.insert(0, Step(drawing.draw.choice(["Dataset/replacement", "Person/boss"])))
    kind = kind_of(name)
    default = drawing.constant(kind) if kind != "Ref" and drawing.chance(0.7) else None
    value = drawing.fresh(kind)
    clause = GetElse(
        drawing.draw.choice(known), tuple(path), value, drawing.draw.choice(plain), default
    )
    kept = drawing.keep(clause, "get-else")
    if kept and default is None and drawing.chance(0.8):
        _different(drawing, value)
    return kept


def _different(drawing: Drawing, value: Variable) -> None:
    """Let a value be another than a constant: what is missing is not."""
    other = drawing.constant(drawing.kinds[value])
    if other is not None:
        drawing.keep(Compare(Operator.NE, value, other), "get-else !=")


def _ground(drawing: Drawing) -> bool:
    """Keep a `ground` of what some variable may be, or of a new one."""
    kinds = {"String", "Int", "Long", "Decimal", "Float", "Date", "DateTime", "Boolean", "UUID"}
    known = drawing.bound(*kinds)
    if not known:
        return False
    variable = drawing.draw.choice(known)
    kind = drawing.kinds[variable]
    right = constant_of(drawing.witness[variable], kind, drawing.world, drawing.draw)
    others = [drawing.constant(kind) for _ in range(drawing.draw.choice([0, 1, 2]))]
    constants = [each for each in (right, *others) if isinstance(each, Constant)]
    rows = tuple((each,) for each in constants)
    return drawing.keep(Ground((variable,), rows), "ground")


def _predicate(drawing: Drawing) -> bool:
    """Keep a predicate on a variable that has the right kind."""
    texts, numbers = drawing.bound("String", "URI"), drawing.bound("Int", "Long")
    truths = drawing.bound("Boolean")
    possible: list[Call] = []
    if texts:
        text = drawing.draw.choice(texts)
        possible += [
            Call("blank?", (text,)),
            Call("ends-with?", (text, Constant(drawing.draw.choice(["a", "b", "z", "0", ""])))),
            Call("re-find", (Constant(drawing.draw.choice(["a", "^[a-z]", "b$", "."])), text)),
            Call("re-matches", (Constant(drawing.draw.choice(["[a-z]", ".*a.*", "z+"])), text)),
        ]
    if numbers:
        number = drawing.draw.choice(numbers)
        names = ("even?", "odd?", "zero?", "pos?", "neg?")
        possible += [Call(name, (number,)) for name in names]
    if truths:
        possible += [Call(name, (drawing.draw.choice(truths),)) for name in ("true?", "false?")]
    if not possible:
        return False
    call = drawing.draw.choice(possible)
    return drawing.keep(call, f"predicate {call.name}")


def _function(drawing: Drawing) -> bool:
    """Keep a function of variables that have the right kinds."""
    possible = [*_of_numbers(drawing), *_of_texts(drawing)]
    if not possible:
        return False
    name, arguments, kind = drawing.draw.choice(possible)
    return drawing.keep(Call(name, arguments, drawing.fresh(kind)), f"function {name}")


Possible = list[tuple[str, tuple[Term, ...], str]]


def _of_numbers(drawing: Drawing) -> Possible:
    numbers = drawing.bound("Int", "Long", "Decimal", "Float")
    if not numbers:
        return []
    one = drawing.draw.choice(numbers)
    kind = drawing.kinds[one]
    alike = [each for each in numbers if drawing.kinds[each] == kind]
    others: list[Term] = [*alike, Constant(2), Constant(-3), Constant(0)]
    other = drawing.draw.choice(others)
    wide = "Long" if kind == "Int" else kind
    found: Possible = [(name, (one, other), wide) for name in ("+", "-", "*", "min", "max")]
    found += [(name, (one,), wide) for name in ("-", "inc", "dec", "abs", "identity")]
    if kind in {"Int", "Long"}:
        found += [(name, (one, other), wide) for name in ("/", "quot", "rem", "mod")]
        found.append(("str", (one, Constant("-")), "String"))
    return found


def _of_texts(drawing: Drawing) -> Possible:
    texts = drawing.bound("String", "URI", "Keyword")
    if not texts:
        return []
    one = drawing.draw.choice(texts)
    found: Possible = [(name, (one,), "String") for name in ("upper-case", "lower-case", "trim")]
    found += [("str", (one, Constant("/"), drawing.draw.choice(texts)), "String")]
    found += [("count", (one,), "Long"), ("identity", (one,), drawing.kinds[one])]
    start = drawing.draw.choice([0, 0, 1, 2])
    found += [("subs", (one, Constant(start)), "String")]
    found += [("subs", (one, Constant(start), Constant(start + 1)), "String")]
    if drawing.kinds[one] != "Keyword":
        pattern = Constant(drawing.draw.choice(["[a-z]+", "a", "[0-9]"]))
        found += [("re-find", (pattern, one), "String")]
    idents = drawing.bound("Ident")
    if idents:
        found += [(name, (idents[0],), "String") for name in ("name", "namespace")]
    return found


_MORE = (
    _comparison,
    _comparison,
    _comparison,
    _negation,
    _negation,
    _negation,
    _negation,
    _gate,
    _missing,
    _alternatives,
    _alternatives,
    _alternatives,
    _or_join,
    _or_join,
    _rule,
    _rule,
    _rule,
    _get_else,
    _get_else,
    _ground,
    _predicate,
    _function,
    _function,
    _at_another_time,
    _at_another_time,
)

_ALONE = (
    _rule,
    _rule,
    _rule,
    _rule,
    _negation,
    _alternatives,
    _or_join,
    _get_else,
    _get_else,
    _at_another_time,
    _at_another_time,
)
