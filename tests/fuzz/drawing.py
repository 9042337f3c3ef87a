"""A random query around a witness: values of its variables under which its clauses hold.

Clauses are proposed around facts that are there, and kept where the model finds that they hold
under the witness; now and then one that does not is kept too. So most answers are not empty.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from datalog.syntax.clauses import Clause, Compare, Operator, Pattern, RuleCall
from datalog.syntax.query import Rule, Source
from datalog.syntax.terms import BLANK, Constant, Term, Variable
from datalog.syntax.views import AsOf, History, Now, Since, View
from tests.fuzz.constants import constant_of, family_of, kind_of
from tests.fuzz.history import SCHEMA
from tests.meaning.facts import Fact, Seen, World
from tests.meaning.given import Row
from tests.meaning.values import Value
from tests.model import Evaluation, TooMany, Unanswerable

MISSES = 0.06
"""How often a clause is kept that does not hold under the witness."""


@dataclass
class Drawing:
    """A query in the making; its clauses hold under `witness` (but for those that missed)."""

    draw: random.Random
    world: World
    views: Mapping[str, View]
    moments: Mapping[str, int]
    clauses: list[Clause] = field(default_factory=list)
    kinds: dict[Variable, str] = field(default_factory=dict)
    witness: Row = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    by_name: dict[str, list[Rule]] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    shadowed: set[Variable] = field(default_factory=set)
    constants: float = 0.2
    constructs: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        sources = {name: self.seen(name) for name in self.views}
        self.evaluation = Evaluation(sources, self.by_name)

    def learn(self, rules: Sequence[Rule]) -> None:
        """Add rules that have names of their own."""
        self.rules.extend(rules)
        for rule in rules:
            self.by_name.setdefault(rule.name, []).append(rule)

    def seen(self, source: str) -> Seen:
        """Return what a source shows."""
        return self.world.seen(self.views[source], self.moments)

    def chance(self, share: float) -> bool:
        """Return true so often."""
        return self.draw.random() < share

    def fresh(self, kind: str) -> Variable:
        """Return a new variable of a kind."""
        variable = Variable(f"v{len(self.names)}")
        self.names.append(variable.name)
        self.kinds[variable] = kind
        return variable

    def bound(self, *kinds: str) -> list[Variable]:
        """Return the variables with a witness, of these kinds or of all."""
        return [
            each
            for each, value in self.witness.items()
            if value is not None and (not kinds or self.kinds[each] in kinds)
        ]

    def keep(self, clause: Clause, construct: str) -> bool:
        """Keep a clause that holds under the witness, and let that grow by what it binds."""
        rows = self.under_witness([clause], self.witness)
        if rows is None or (not rows and not self.chance(MISSES)):
            return False
        if rows:
            self.witness = self.draw.choice(rows)
        self.clauses.append(clause)
        self.constructs[construct] += 1
        return True

    def under_witness(self, clauses: Sequence[Clause], witness: Row) -> list[Row] | None:
        """Return the rows under which clauses hold; None where they need more, or too long."""
        try:
            return self.evaluation.solve(clauses, [witness], frozenset(witness), frozenset())
        except (Unanswerable, TooMany, KeyError):
            return None

    def source(self) -> str:
        """Return one of the sources."""
        return self.draw.choice(list(self.views)) if self.chance(0.35) else "$"

    # Places of a pattern.

    def place(self, value: Value, kind: str, constants: float | None = None) -> Term:
        """Return a variable that has this value, or a new one, or the value as a constant."""
        same = [
            each
            for each in self.bound()
            if self.witness[each] == value and self._joins(self.kinds[each], kind)
        ]
        if same and self.chance(0.8):
            return self.draw.choice(same)
        if kind != "Dynamic" and self.chance(self.constants if constants is None else constants):
            constant = constant_of(value, kind, self.world, self.draw)
            if constant is not None:
                return constant
        return BLANK if self.chance(0.1) else self.fresh(kind)

    def _joins(self, one: str, other: str) -> bool:
        if "Dynamic" in {one, other}:
            return {one, other} <= {"Dynamic", "Ref", "Tx", "Schema", "String", "Keyword", "URI"}
        return family_of(one) == family_of(other) and not {"JSON", "Tuple"} & {one, other}

    def pattern(self) -> bool:
        """Keep a pattern around a fact."""
        source = self.source()
        found = self._fact(source)
        if found is None:
            return False
        attribute, fact = found
        construct = f"pattern {type(self.views[source]).__name__}"
        if self.chance(0.07) and fact.attribute is not None and attribute not in SCHEMA.edge_types:
            return self.keep(self._variable_attribute(fact, source), "variable attribute")
        if self.chance(0.3):
            named = [name for name, of in SCHEMA.interfaces.items() if attribute in of]
            attribute = self.draw.choice(named) if named else attribute
        kind = kind_of(attribute)
        transactions = attribute.startswith("tx/")
        ident = attribute == "db/ident"
        entity = self.place(fact.entity, "Tx" if transactions else "Schema" if ident else "Ref")
        value = self.place(fact.value, kind)
        if attribute == "entity/id" and not any(self._is_known(it) for it in (entity, value)):
            return False  # Nobody may ask for all there is.
        pattern = Pattern(entity, attribute, value, source=source)
        if kind_is_real(attribute):
            pattern = self._when(pattern, fact)
        if entity == BLANK and value == BLANK:
            return False
        return self.keep(pattern, construct)

    def _is_known(self, term: Term) -> bool:
        return term in self.witness if isinstance(term, Variable) else term != BLANK

    def _when(self, pattern: Pattern, fact: Fact) -> Pattern:
        """Name the transaction and the operation too, now and then, and mostly of a history."""
        history = isinstance(self.views[pattern.source], History)
        if not self.chance(0.5 if history else 0.18):
            return pattern
        transaction = self.place(fact.transaction, "Tx", 0.1)
        operation: Term = BLANK
        if self.chance(0.6 if history else 0.2):
            operation = self.place(fact.operation, "Boolean", 0.4)
        return Pattern(
            pattern.entity,
            pattern.attribute,
            pattern.value,
            transaction,
            operation,
            source=pattern.source,
        )

    def _variable_attribute(self, fact: Fact, source: str) -> Pattern:
        same = [each for each in self.bound("Ref") if self.witness[each] == fact.entity]
        entity: Term = self.draw.choice(same) if same else BLANK
        if entity == BLANK:
            constant = constant_of(fact.entity, "Ref", self.world, self.draw)
            assert constant is not None
            entity = constant
        attribute = self.place(fact.attribute, "Schema", 0)
        variable = attribute if isinstance(attribute, Variable) else self.fresh("Schema")
        value = self.place(fact.value, "Dynamic")
        return self._when(Pattern(entity, variable, value, source=source), fact)

    def _fact(self, source: str) -> tuple[str, Fact] | None:
        """Return a fact about something that the witness knows, or any."""
        seen = self.seen(source)
        known = self.bound("Ref", "Tx")
        if known and self.chance(0.93):
            value = self.witness[self.draw.choice(known)]
            about = _touching(seen).get(value)
            if about:
                name = self._weighed(about)
                return name, self.draw.choice(about[name])
        if not _by_attribute(seen):
            return None
        name = self._weighed(_by_attribute(seen))
        return name, self.draw.choice(_by_attribute(seen)[name])

    def _weighed(self, names: Iterable[str]) -> str:
        """Return a name; what the catalog declares is what most queries are about."""
        ordered = sorted(names)
        weights = [3 if each in _DECLARED else 1 for each in ordered]
        return self.draw.choices(ordered, weights)[0]

    # What the other clauses are made of.

    def comparison(self) -> bool:
        """Keep a comparison of a variable with another, or with a constant from the facts."""
        possible = [it for it in self.bound() if self.kinds[it] not in _UNORDERED]
        if not possible:
            return False
        left = self.draw.choice(possible)
        kind = self.kinds[left]
        others = [it for it in possible if it != left and self._joins(self.kinds[it], kind)]
        right: Term | None = None
        if others and self.chance(0.5):
            right = self.draw.choice(others)
        elif kind not in {"Ref", "Tx", "Schema", "Dynamic"}:
            right = self.constant(kind)
        if right is None:
            return False
        operators = [Operator.EQ, Operator.NE, Operator.NE]
        if kind not in {"Schema", "Dynamic"}:
            operators += [Operator.LT, Operator.LE, Operator.GT, Operator.GE]
        if family_of(kind) == "text":
            operators += [Operator.STARTS_WITH, Operator.CONTAINS]
        compare = Compare(self.draw.choice(operators), left, right)
        if isinstance(right, Constant) and self.chance(0.2):
            compare = Compare(compare.operator, right, left)
        return self.keep(compare, f"comparison {compare.operator}")

    def constant(self, kind: str) -> Constant | None:
        """Return a constant of a kind, from the facts as they are now or were."""
        seen = self.world.seen(History(), {})
        names = [it for it in _by_attribute(seen) if kind_is_real(it) and kind_of(it) == kind]
        if not names:
            return Constant(self.draw.choice([0, 1, 5])) if family_of(kind) == "number" else None
        value = self.draw.choice(_by_attribute(seen)[self.draw.choice(sorted(names))]).value
        constant = constant_of(value, kind, self.world, self.draw)
        return constant if isinstance(constant, Constant) else None

    def inside(self, amount: int, propose: Callable[[], bool]) -> list[Clause]:
        """Return clauses that are drawn, but not kept; the variables they bind are their own."""
        kept, witness = list(self.clauses), dict(self.witness)
        for _ in range(amount):
            propose()
        drawn = self.clauses[len(kept) :]
        self.clauses, self.witness = kept, witness
        return drawn

    def elsewhere(self, variable: Variable) -> None:
        """Let the witness of an entity be another one of its like, for a while."""
        value = self.witness[variable]
        seen = self.seen("$")
        types = {fact.entity: fact.value for fact in seen.facts("entity/type")}
        alike = [each for each, of in types.items() if of == types.get(value)]
        if alike:
            self.witness[variable] = self.draw.choice(alike)


_UNORDERED = {"JSON", "Tuple"}
_DECLARED = SCHEMA.attributes.keys() | SCHEMA.edge_types


def kind_is_real(attribute: str) -> bool:
    """Tell whether facts of an attribute have a transaction and an operation to be asked for."""
    return attribute not in _VIRTUAL


_VIRTUAL = {
    "entity/createdAt",
    "entity/changedAt",
    "entity/id",
    "edge/since",
    "tx/t",
    "tx/hash",
    "db/ident",
}
_OF_PERIODS = {"entity/createdAt", "edge/since", "entity/id", "tx/t", "tx/hash"}

_CACHES: dict[int, tuple[Seen, dict[str, list[Fact]], dict[Value, dict[str, list[Fact]]]]] = {}


def _by_attribute(seen: Seen) -> dict[str, list[Fact]]:
    return _cached(seen)[1]


def _touching(seen: Seen) -> dict[Value, dict[str, list[Fact]]]:
    return _cached(seen)[2]


def _cached(
    seen: Seen,
) -> tuple[Seen, dict[str, list[Fact]], dict[Value, dict[str, list[Fact]]]]:
    if id(seen) not in _CACHES:
        by_attribute: dict[str, list[Fact]] = {}
        touching: dict[Value, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for name in _names(seen):
            facts = seen.facts(name)
            if facts:
                by_attribute[name] = facts
            for fact in facts:
                for value in {fact.entity, fact.value}:
                    touching[value][name].append(fact)
        _CACHES[id(seen)] = (seen, by_attribute, touching)
    return _CACHES[id(seen)]


def _names(seen: Seen) -> list[str]:
    """Return the attributes to draw from; edge types twice, as they are what joins."""
    names = [*SCHEMA.attributes, *SCHEMA.edge_types]
    names += ["entity/urn", "entity/type", "entity/lifecycle", "edge/type", "edge/from", "edge/to"]
    names += ["edge/key", "tx/instant", "tx/source", "tx/actor"]
    if seen.kind == "now":
        names += ["db/ident", "entity/changedAt", *sorted(_OF_PERIODS)]
    return names


def views(draw: random.Random, world: World) -> tuple[dict[str, View], dict[str, int]]:
    """Return one to three sources with their views, and the t of each moment."""
    moments = {name: draw.choice(_busiest(world)) for name in ("m1", "m2")}
    if moments["m1"] > moments["m2"]:
        moments = {"m1": moments["m2"], "m2": moments["m1"]}
    possible: list[View] = [Now(), Now(), Now(), AsOf("m1"), AsOf("m2"), AsOf("m2")]
    possible += [Since("m1"), Since("m1", AsOf("m2"))]
    possible += [History(), History(AsOf("m2")), History(AsOf("m2"), "m1"), History(Now(), "m1")]
    chosen: dict[str, View] = {"$": draw.choice(possible)}
    if draw.random() < 0.35:
        chosen["$b"] = draw.choice(possible)
    if draw.random() < 0.08:
        chosen["$c"] = draw.choice(possible)
    return chosen, moments


def _busiest(world: World) -> list[int]:
    """Return the t at which most changed: whether a view sees them shows in most answers."""
    changes = Counter(each.t for each in world.datoms if 1 < each.t < world.t)
    return [t for t, _ in changes.most_common(_MOMENTS)]


_MOMENTS = 12


def called(drawing: Drawing, name: str, kinds: Sequence[str]) -> RuleCall:
    """Return a call of a rule: with what the witness knows, with constants, with new variables."""
    arguments: list[Term] = []
    for kind in kinds:
        known = drawing.bound(kind)
        if known and drawing.chance(0.5):
            arguments.append(drawing.draw.choice(known))
        elif kind == "Ref" and drawing.chance(0.3):
            facts = drawing.seen("$").facts("DerivedFrom") or drawing.seen("$").facts("Follows")
            if facts:
                fact = drawing.draw.choice(facts)
                value = drawing.draw.choice([fact.entity, fact.value])
                constant = constant_of(value, "Ref", drawing.world, drawing.draw)
                arguments.append(constant or drawing.fresh(kind))
            else:
                arguments.append(drawing.fresh(kind))
        else:
            arguments.append(drawing.fresh(kind))
    return RuleCall(name, tuple(arguments), drawing.source())


def sources(drawing: Drawing) -> tuple[Source, ...]:
    """Return the sources as inputs."""
    return tuple(Source(name, view) for name, view in drawing.views.items())
