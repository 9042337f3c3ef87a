"""Strategies that draw queries: any tree that a text can say."""

from datetime import UTC

from hypothesis import strategies as st

from datalog.checking.scoping import bindable, input_variables
from datalog.functions import FUNCTIONS
from datalog.reading.pulling import pull_key
from datalog.syntax.clauses import (
    Call,
    Clause,
    Compare,
    EdgeStep,
    GetElse,
    Ground,
    Not,
    Operator,
    Or,
    Pattern,
    RuleCall,
    Search,
    Step,
)
from datalog.syntax.finding import (
    PULL_LIMIT,
    Aggregate,
    Aggregation,
    Pull,
    PullAttribute,
    PullPattern,
    PullWildcard,
    Recursion,
)
from datalog.syntax.query import (
    Collection,
    FindSpec,
    Order,
    Query,
    Relation,
    ReturnMaps,
    Rule,
    Scalar,
    Source,
)
from datalog.syntax.terms import BLANK, Constant, Keyword, LookupRef, Variable
from datalog.syntax.views import Now

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5
) | st.sampled_from(["hw://a/b", 'q"\\', "#{", "; not a comment", "\n\t"])
VARIABLES = st.builds(
    Variable, st.sampled_from(["a", "b", "c", "d", "e-f", "g?", "h'", "_2", "%y", "!"])
)
ATTRIBUTES = st.sampled_from(
    ["Dataset/name", "Owner/name", "DerivedFrom", "tx/instant", "entity/id"]
)
SOURCES = st.sampled_from(["$", "$then", "$log"])
KEYWORDS = st.builds(Keyword, TEXTS.filter(bool) | ATTRIBUTES)
CONSTANTS = st.builds(
    Constant,
    TEXTS
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(UTC)).map(lambda it: it.replace(fold=0))
    | st.dates()
    | st.uuids()
    | KEYWORDS,
)
LOOKUP_REFS = st.builds(LookupRef, ATTRIBUTES, CONSTANTS)
ARGUMENTS = VARIABLES | CONSTANTS | LOOKUP_REFS
TERMS = ARGUMENTS | st.just(BLANK)
STEPS = st.builds(Step, ATTRIBUTES.filter(lambda name: name != "entity/id"), st.booleans())
ROW = st.lists(VARIABLES, min_size=1, max_size=3, unique=True)
RULES = st.sampled_from(["reaches", "up/down", "named?"])

_OPERATORS = {each.value for each in Operator}
_NAMES = st.sampled_from(sorted(FUNCTIONS.keys() - _OPERATORS))


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    """Draw rows of constants."""
    named = draw(ROW)
    places = tuple(draw(st.just(each) | st.just(BLANK)) for each in named)
    row = st.tuples(*[CONSTANTS] * len(places))
    return Ground(places, tuple(draw(st.lists(row, max_size=3))))


EDGES = st.lists(st.builds(EdgeStep, ATTRIBUTES.filter(str.isalnum), st.booleans()), max_size=2)
LEAVES: st.SearchStrategy[Clause] = st.one_of(
    st.builds(Pattern, TERMS, ATTRIBUTES | VARIABLES, TERMS, TERMS, TERMS, TERMS, source=SOURCES),
    st.builds(Pattern, VARIABLES, ATTRIBUTES, VARIABLES),
    st.builds(Compare, st.sampled_from(Operator), ARGUMENTS, ARGUMENTS),
    st.builds(
        GetElse,
        VARIABLES,
        st.lists(STEPS, min_size=1, max_size=2).map(tuple),
        VARIABLES,
        SOURCES,
        st.none() | CONSTANTS,
    ),
    grounds(),
    st.builds(
        Call,
        _NAMES,
        st.lists(ARGUMENTS, max_size=3).map(tuple),
        st.none() | VARIABLES | ROW.map(tuple),
    ),
    st.builds(RuleCall, RULES, st.lists(TERMS, min_size=1, max_size=3).map(tuple), SOURCES),
    st.builds(
        Search,
        *[VARIABLES] * 4,
        EDGES.map(tuple),
        EDGES.map(tuple),
        st.none() | st.lists(ATTRIBUTES, max_size=2).map(tuple),
        *[VARIABLES] * 3,
        source=SOURCES,
    ),
)
JOINS = st.none() | st.lists(VARIABLES, max_size=2, unique=True).map(tuple)


def _nested(inner: st.SearchStrategy[Clause]) -> st.SearchStrategy[Clause]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.builds(Not, several, JOINS) | st.builds(
        Or, st.lists(several, min_size=1, max_size=3).map(tuple), JOINS
    )


CLAUSES = st.recursive(LEAVES, _nested, max_leaves=6)


def _pull_attributes(
    below: st.SearchStrategy[PullPattern | Recursion | None],
) -> st.SearchStrategy[PullAttribute]:
    return st.builds(
        PullAttribute,
        ATTRIBUTES,
        st.booleans(),
        st.none() | TEXTS,
        st.sampled_from([PULL_LIMIT, None, 5]),
        st.none() | CONSTANTS,
        below,
    ).filter(lambda it: it.name != "entity/id" or not it.reverse)


def _patterns(below: st.SearchStrategy[PullPattern]) -> st.SearchStrategy[PullPattern]:
    recursion = st.builds(Recursion, st.none() | st.integers(1, 9))
    items = _pull_attributes(st.none() | recursion | below) | st.just(PullWildcard())
    return st.builds(
        PullPattern, st.lists(items, min_size=1, max_size=3, unique_by=_key).map(tuple)
    )


def _key(item: PullAttribute | PullWildcard) -> str:
    return "*" if isinstance(item, PullWildcard) else f"key {pull_key(item)}"


PULL_PATTERNS = st.recursive(st.just(PullPattern((PullWildcard(),))), _patterns, max_leaves=3)
_LISTED = [Aggregation.MIN, Aggregation.MAX, Aggregation.RAND, Aggregation.SAMPLE]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw a definition of a rule."""
    parameters = draw(ROW)
    clauses = draw(st.lists(CLAUSES, min_size=1, max_size=2))
    required = draw(st.integers(0, len(parameters)))
    return Rule(draw(RULES), tuple(parameters), tuple(clauses), required)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Draw a query whose databases are all seen as they are now."""
    where = tuple(draw(st.lists(CLAUSES, max_size=3)))
    given = draw(st.lists(VARIABLES, min_size=4, max_size=4, unique=True))
    inputs = (
        Source("$", Now()),
        Source("$then", Now()),
        Scalar(given[0]),
        Collection(given[1]),
        Relation(tuple(given[2:])),
    )
    bound = sorted(
        frozenset(input_variables(inputs)).union(*map(bindable, where)), key=lambda it: it.name
    )
    known = st.sampled_from(bound)
    aggregates = st.builds(
        Aggregate, st.sampled_from(sorted({*Aggregation} - {Aggregation.SAMPLE})), known
    ) | st.builds(Aggregate, st.sampled_from(_LISTED), known, st.integers(1, 9))
    element = known | aggregates | st.builds(Pull, known, PULL_PATTERNS, SOURCES)
    spec = draw(st.sampled_from(FindSpec))
    single = spec in {FindSpec.COLLECTION, FindSpec.SCALAR}
    find = draw(st.lists(element, min_size=1, max_size=1 if single else 3))
    keys = st.sampled_from([f"key/{number}" for number in range(9)])
    names = st.lists(keys, min_size=len(find), max_size=len(find), unique=True).map(tuple)
    maps = st.none() | st.builds(ReturnMaps, st.sampled_from(["keys", "strs", "syms"]), names)
    found = [each for each in find if isinstance(each, Aggregate)]
    ordered = (VARIABLES | st.sampled_from(found)) if found else VARIABLES
    amount = st.none() | st.integers(0, 99) | st.just(given[0])
    return Query(
        tuple(find),
        inputs,
        where,
        tuple(draw(st.lists(st.builds(Order, ordered, st.booleans()), max_size=2))),
        draw(amount),
        draw(amount),
        tuple(draw(st.lists(known, max_size=2))),
        tuple(draw(st.lists(rules(), max_size=2))),
        spec,
        None if single else draw(maps),
    )
