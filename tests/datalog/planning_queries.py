"""Queries of many shapes over the library, for tests of the planner."""

from collections.abc import Mapping

from datalog.syntax.clauses import Clause, Compare, GetElse, Not, Operator, Or, Pattern, Step
from datalog.syntax.query import Collection, Input, Relation, Scalar, Source
from datalog.syntax.terms import Constant, Keyword, Term, Variable
from datalog.syntax.views import AsOf
from tests.datalog.library import urn

A, B, C, D, E, N, R, S, X, Y = (Variable(name) for name in "abcdenrsxy")
EDGE, TX, GIVEN, MANY = (Variable(name) for name in ("edge", "tx", "given", "many"))
BEFORE = Source("$then", AsOf("then"))
SLOTS: Mapping[str, object] = {
    "given": 1,
    "x": [0, 1, 1],
    "y": ["RAW", "RAW", "REFINED"],
    "many": [1, 5],
    "then.t": 6,
    "then.instant": None,
}


def is_a(entity: Variable, name: str) -> Pattern:
    return Pattern(entity, "entity/type", Constant(Keyword(name)))


def hop(near: Variable, edge: str, far: Variable) -> Pattern:
    return Pattern(near, edge, far)


def named(entity: Variable, name: Term) -> Pattern:
    return Pattern(entity, "Dataset/name", name)


ALIVE = Not((Pattern(E, "entity/lifecycle", Constant(Keyword("DELETED"))),))
RAW = Pattern(E, "Dataset/layer", Constant(Keyword("RAW")))
EDGES = (
    Pattern(EDGE, "edge/type", Constant(Keyword("DerivedFrom"))),
    Pattern(EDGE, "edge/from", A),
    Pattern(EDGE, "edge/to", B),
    Pattern(EDGE, "edge/key", X),
)

Written = tuple[tuple[Variable, ...], tuple[Input, ...], tuple[Clause, ...]]

QUERIES: Mapping[str, Written] = {
    "one fact": ((E, N), (), (named(E, N),)),
    "a star": (
        (E, N),
        (),
        (named(E, N), RAW, Pattern(E, "Dataset/rows", R), Pattern(E, "Dataset/hidden", X)),
    ),
    "a star with a number that is wanted": (
        (E,),
        (),
        (named(E, N), RAW, Pattern(E, "Dataset/rows", Constant(1))),
    ),
    "a chain": (
        (A, D),
        (),
        tuple(
            hop(*each)
            for each in [(A, "DerivedFrom", B), (B, "DerivedFrom", C), (C, "DerivedFrom", D)]
        ),
    ),
    "a chain between the same names": (
        (A, C),
        (),
        (hop(A, "DerivedFrom", B), hop(B, "DerivedFrom", C), named(A, N), named(C, N)),
    ),
    "a triangle": (
        (A, B, C),
        (),
        (hop(A, "DerivedFrom", B), hop(B, "DerivedFrom", C), hop(C, "DerivedFrom", A)),
    ),
    "a triangle of which one corner is asked": (
        (A,),
        (),
        (hop(A, "DerivedFrom", B), hop(B, "DerivedFrom", C), hop(C, "DerivedFrom", A)),
    ),
    "a square": (
        (A, C),
        (),
        (
            hop(A, "DerivedFrom", B),
            hop(B, "DerivedFrom", C),
            hop(A, "DerivedFrom", D),
            hop(D, "DerivedFrom", C),
        ),
    ),
    "two of one name": ((A, B), (), (named(A, N), named(B, N), Compare(Operator.NE, A, B))),
    "two of one name in order": (
        (A, B),
        (),
        (named(A, N), named(B, N), Compare(Operator.LT, A, B)),
    ),
    "siblings": (
        (A, B),
        (),
        (hop(C, "Writes", A), hop(C, "Writes", B), Compare(Operator.NE, A, B)),
    ),
    "what nobody wrote": ((E,), (), (is_a(E, "Dataset"), Not((hop(A, "Writes", E),)), ALIVE)),
    "a not of several": (
        (E,),
        (),
        (named(E, N), Not((hop(E, "DerivedFrom", A), named(A, N)), (E, N))),
    ),
    "a range": (
        (E, R),
        (),
        (
            Pattern(E, "Dataset/rows", R),
            Compare(Operator.GE, R, Constant(0)),
            Compare(Operator.LT, R, Constant(5)),
        ),
    ),
    "text that starts": (
        (E,),
        (),
        (named(E, N), Compare(Operator.STARTS_WITH, N, Constant("a")), RAW),
    ),
    "an or of values": (
        (E,),
        (),
        (
            Or(
                (
                    (Pattern(E, "Dataset/rows", Constant(1)),),
                    (Pattern(E, "Dataset/rows", Constant(0)),),
                )
            ),
            ALIVE,
        ),
    ),
    "an or of facts": (
        (E, N),
        (),
        (
            named(E, N),
            Or(
                (
                    (RAW,),
                    (Pattern(E, "Dataset/rows", Constant(1)),),
                    (hop(E, "DerivedFrom", A), hop(A, "DerivedFrom", E)),
                ),
                (E,),
            ),
        ),
    ),
    "an or that binds": (
        (A, B),
        (),
        (Or(((hop(A, "DerivedFrom", B),), (hop(B, "DerivedFrom", A),))), named(A, N)),
    ),
    "an or that binds two": (
        (X, Y),
        (),
        (
            Or(
                ((named(E, X), hop(E, "OwnedBy", Y)), (named(E, X), hop(E, "StewardedBy", Y))),
                (X, Y),
            ),
        ),
    ),
    "an edge": ((A, B, X), (), EDGES),
    "an edge with its time": (
        (A, EDGE),
        (),
        (*EDGES, Pattern(EDGE, "edge/since", TX), Pattern(TX, "tx/t", S)),
    ),
    "an owner of any type": ((E, X), (), (hop(E, "OwnedBy", A), Pattern(A, "Owner/name", X))),
    "something of an owner exists": (
        (E,),
        (),
        (is_a(E, "Dataset"), hop(E, "OwnedBy", A), Pattern(A, "Owner/name", Constant("Team 1"))),
    ),
    "a value of the time it was said": (
        (E, S),
        (),
        (Pattern(E, "Dataset/rows", R, TX), Pattern(TX, "tx/t", S), RAW),
    ),
    "what may be missing": (
        (E, X),
        (),
        (named(E, N), GetElse(E, (Step("Dataset/rows"),), X), ALIVE),
    ),
    "a given value": ((E,), (Scalar(GIVEN),), (Pattern(E, "Dataset/rows", GIVEN), named(E, N))),
    "given values": ((E, X), (Collection(X),), (Pattern(E, "Dataset/rows", X), RAW)),
    "given pairs": (
        (E, X),
        (Relation((X, Y)),),
        (Pattern(E, "Dataset/rows", X), Pattern(E, "Dataset/layer", Y)),
    ),
    "a member of a given list": (
        (E,),
        (Scalar(MANY),),
        (Pattern(E, "Dataset/rows", X), Compare(Operator.MEMBER, X, MANY), RAW),
    ),
    "by urn": (
        (B, N),
        (),
        (Pattern(A, "entity/urn", Constant(urn("d01"))), hop(A, "DerivedFrom", B), named(B, N)),
    ),
    "two that do not meet": (
        (A, B),
        (),
        (Pattern(A, "Dataset/rows", Constant(1)), Pattern(B, "Dataset/rows", Constant(0))),
    ),
    "two times": (
        (E, X, Y),
        (BEFORE,),
        (
            Pattern(E, "Dataset/rows", X),
            Pattern(E, "Dataset/rows", Y, source="$then"),
            Compare(Operator.NE, X, Y),
        ),
    ),
}
