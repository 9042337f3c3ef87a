"""The clauses of a query: patterns, conditions, alternatives, calls."""

from dataclasses import dataclass
from enum import StrEnum

from datalog.syntax.terms import BLANK, Blank, Constant, Term, Variable


@dataclass(frozen=True, slots=True)
class Pattern:
    """`[$source ?e :Attribute/name ?v ?tx ?op]`: a fact.

    `entity/id` is the own number of an entity, a live edge or a transaction that is there at the
    view. `?tx`, and the values of `entity/createdAt`, `entity/changedAt`, `edge/since` and
    `edge/until`, are transactions (entities), not their t.

    `attribute` is a name without the colon: of an attribute (`Dataset/name`; `Owner/name` of an
    interface means all implementers), of the built-in ones (`entity/urn`, `entity/type`,
    `entity/lifecycle`, `entity/createdAt`, `entity/changedAt`, `edge/type`, `edge/from`, `edge/to`,
    `edge/key`, `edge/since`, `edge/until`, `tx/t`, `tx/instant`, `tx/recordedAt`, `tx/source`,
    `tx/actor`, `tx/reason`, `tx/hash`), of an edge type (`DerivedFrom`: e is `from`, v is `to`), or
    a variable (the log answers then). `position` numbers the datoms of one transaction.
    """

    entity: Term
    attribute: str | Variable
    value: Term = BLANK
    transaction: Term = BLANK
    operation: Term = BLANK
    position: Term = BLANK
    source: str = "$"


class Operator(StrEnum):
    """What compares two values, or a value and a set."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    STARTS_WITH = "starts-with?"
    CONTAINS = "includes?"  # Clojure's name: does the string contain the substring.
    # The right side is a scalar of `:in` that holds a list; a left side that nothing else binds
    # goes through it.
    MEMBER = "member?"


@dataclass(frozen=True, slots=True)
class Compare:
    """`[(< ?a ?b)]`: a condition on values that are bound elsewhere.

    Text compares by code point.
    """

    operator: Operator
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Not:
    """`(not …)`, or `(not-join [?x] …)` where `join` says which variables are those outside.

    Without `join`, every variable that also occurs outside is the one outside. With it, only those
    listed, scalars of `:in` too; a scalar of `:in` used inside but not listed is an error, since it
    would silently mean anything.
    """

    clauses: tuple["Clause", ...]
    join: tuple[Variable, ...] | None = None


@dataclass(frozen=True, slots=True)
class Or:
    """`(or (and …) …)`, or `(or-join [?x] …)`.

    With one branch, `or-join` says that something exists. `join` is as in `Not`. The branches of a
    plain `or` name the same variables, those bound by `:in` apart.
    `exclusive`: whoever asks knows that one branch at most finds something; no text says so.
    """

    branches: tuple[tuple["Clause", ...], ...]
    join: tuple[Variable, ...] | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path.

    An attribute (full name), or an edge type walked forward or in reverse (`_DerivedFrom`).
    """

    name: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class GetElse:
    """`[(get-else $ ?e [:PublishedBy :Organization/name] nil) ?v]`.

    The value at the path's end, else nothing. After a step along an edge type, an attribute of the
    edge (`:PublishedBy/since`, `:edge/key`) is read of the edge, not of what it leads to.

    Every step must be of cardinality one (else the least value is taken). The row stays when there
    is no value: with the default, or with nothing where that is None (ours; Datomic has no nil).
    """

    entity: Variable
    path: tuple[Step, ...]
    value: Variable
    source: str = "$"
    default: Constant | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """`[(ground [[1 2] [3 4]]) [[?a ?b]]]`: rows of constants, each row one way to bind.

    `[(ground 1) ?a]` is one row of one, `[(ground [1 2]) [?a ...]]` two rows of one,
    `[(ground [1 2]) [?a ?b]]` one row of two.
    """

    variables: tuple[Variable | Blank, ...]
    rows: tuple[tuple[Constant, ...], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`[(name ?a 1)]`, a predicate, or `[(name ?a 1) ?b]`, a function, on what is bound elsewhere.

    The six comparisons, `starts-with?` and `includes?` are `Compare`; `get-else` is `GetElse`;
    `ground` is `Ground`; `missing?` is read as a `Not`, `get-some` as an `Or`. What there is beside
    them, `datalog/functions.py` lists. A tuple in `binding` takes a tuple value apart (`untuple`).
    """

    name: str
    arguments: tuple[Term, ...]
    binding: Variable | tuple[Variable | Blank, ...] | None = None


@dataclass(frozen=True, slots=True)
class RuleCall:
    """`(upstream ?a ?b)`, `($then upstream ?a "hw://…")`: some definition of the rule holds.

    The clauses of a rule that name no source of their own read the source of the call.
    """

    name: str
    arguments: tuple[Term, ...]
    source: str = "$"


@dataclass(frozen=True, slots=True)
class EdgeStep:
    """An edge type that a search follows, and whether from its `to` end to its `from` end."""

    edge: str
    reverse: bool


@dataclass(frozen=True, slots=True)
class Through:
    """Entities of these concrete types are passed on the way, and are nothing that a walk comes to.

    One hop, from one node in one direction, passes at most so many, the nearest first, then by id;
    the limit is an `:in` variable.
    """

    types: tuple[str, ...]
    per_hop: Variable


@dataclass(frozen=True, slots=True)
class Search:
    """`(search ?root ?node ?depth ?side {…})`.

    Breadth-first over edges from all roots, cycle-safe, shortest depth. In a graph all roots make
    one walk; as a clause of any other query each root makes a walk of its own.

    `upstream` and `downstream` are two walks that share one budget (either may be empty); `types`
    keeps the walk to entities of these concrete types (None: any). The limits are `:in` variables;
    `max_depth` is that of both walks, unless downstream has a `downstream_depth` of its own; below
    0 a side is not walked at all. What is kept and in which order is fixed
    (`resolvers/lineage/graph.py` says how), so that an answer never depends on the plan.

    What it goes `through`, whatever `types` says, takes no hop and no place: the neighbours of a
    node are then those behind it as well. Roots are nodes, of whatever type.
    """

    root: Variable
    node: Variable
    depth: Variable
    side: Variable
    upstream: tuple[EdgeStep, ...]
    downstream: tuple[EdgeStep, ...]
    types: tuple[str, ...] | None
    max_depth: Variable
    max_nodes: Variable
    per_node: Variable
    source: str = "$"
    downstream_depth: Variable | None = None
    through: Through | None = None

    @property
    def limits(self) -> tuple[Variable, ...]:
        """Return the variables of all limits."""
        own = () if self.downstream_depth is None else (self.downstream_depth,)
        hop = () if self.through is None else (self.through.per_hop,)
        return (self.max_depth, self.max_nodes, self.per_node, *own, *hop)

    @property
    def depths(self) -> tuple[Variable, Variable]:
        """Return how far it goes upstream, and downstream."""
        return self.max_depth, self.downstream_depth or self.max_depth


@dataclass(frozen=True, slots=True)
class Fulltext:
    """`[(fulltext $ :Dataset/name ?text) [[?e ?v ?tx ?score ?a]]]`: values that words are found in.

    `attributes` are searched ones, or `entity/urn`, which is found by itself and by how it begins.
    `text` is what is looked for (docs/search.md). `found` are the places of the entity, the value,
    its transaction, how well it fits, and the attribute.

    `best`: `[(best-match $ [:Dataset/name :Dataset/description] ?text) [[?e ?score]]]`. Each entity
    comes once, with the score of that value of its own which fits best.
    """

    attributes: tuple[str, ...]
    text: Term
    found: tuple[Variable | Blank, ...]
    best: bool = False
    source: str = "$"


Clause = Pattern | Compare | Not | Or | GetElse | Ground | Call | RuleCall | Search | Fulltext
