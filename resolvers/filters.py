"""`where` to clauses: one function per kind of filter.

where = {attribute: condition, relation: ends, lifecycle: {in}, type: {in}, and, or, not}
ends  = where                                                             of a relation to one
      | {some, none, every: where, edge: where of the edge's properties}  of a relation to many

`relationEdge` is a filter of the edge of a relation to one.

Keys beside each other are ANDed. Null in place of a condition, or of ends, asks for what has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from datalog.syntax.clauses import Clause, Or, Pattern
from datalog.syntax.terms import Constant, Keyword, Variable
from resolvers.clauses import NEVER, any_of, exists, nothing, of_types
from resolvers.conditions import Clauses, Filtered, conditions, negated
from resolvers.errors import BadUserInput, TooManyRelations
from resolvers.fields import EdgeField, ends, fields_of
from store.catalogue import Attribute, Relation, ValueType
from store.ids import AttributeId

MOST_RELATIONS = 10
"""Relations one after the other: PostgreSQL's work can double with each."""

URN = Attribute(AttributeId(1), "entity", "urn", ValueType.STRING)
KEY = Attribute(AttributeId(7), "edge", "key", ValueType.STRING)


def deleted(entity: Variable) -> Clause:
    """Return the condition that the entity's source says it is gone."""
    return Pattern(entity, "entity/lifecycle", Constant(Keyword("DELETED")))


_QUANTIFIERS = ("some", "none", "every")


def clauses(about: Filtered, where: object, argument: str = "where") -> Clauses:
    """Return the clauses that all hold where the filter does; none where it asks for nothing.

    Raises BadUserInput where the filter makes no sense, TooManyRelations where it leads too far.
    Values are checked at run time.
    """
    if where is None:
        return ()
    if not isinstance(where, Mapping):
        raise BadUserInput(argument, "expected an object of conditions")
    return tuple(
        clause
        for key, asked in where.items()
        for clause in _clauses(about, key, asked, f"{argument}.{key}")
    )


def names_lifecycle(where: object) -> bool:
    """Tell whether a filter asks for lifecycles of the listed entity itself, at any depth."""
    match where:
        case Mapping():
            return bool(where.get("lifecycle")) or any(
                names_lifecycle(where.get(key)) for key in ("and", "or", "not")
            )
        case list() | tuple():
            return any(map(names_lifecycle, where))
        case _:
            return False


def _clauses(about: Filtered, key: str, asked: object, argument: str) -> Clauses:
    match key:
        case "and" | "or" | "not":
            return _combined(about, key, asked, argument)
        case "lifecycle":
            return _lifecycle(about, asked, argument)
        case "type":
            return _type(about, asked, argument)
        case "urn":
            return conditions(about, URN, asked, argument)
        case "key":
            return conditions(about, KEY, asked, argument)
        case _:
            return _field(about, key, asked, argument)


def _combined(about: Filtered, key: str, asked: object, argument: str) -> Clauses:
    if asked is None:
        return ()
    match key:
        case "not":
            return (negated(about, clauses(about, asked, argument)),)
        case "and":
            parts = _several(about, asked, argument)
            return tuple(clause for part in parts for clause in part)
        case _:
            return _either(about, _several(about, asked, argument))


def _several(about: Filtered, asked: object, argument: str) -> list[Clauses]:
    members = asked if isinstance(asked, list | tuple) else [asked]
    return [clauses(about, each, f"{argument}[{n}]") for n, each in enumerate(members)]


def _either(about: Filtered, branches: list[Clauses]) -> Clauses:
    if not all(branches):  # An empty branch is true, and so is the whole.
        return ()
    if len(branches) == 1:
        return branches[0]
    every = tuple(clause for branch in branches for clause in branch)
    return (any_of(about.outside(every), tuple(branches)),)


def _lifecycle(about: Filtered, asked: object, argument: str) -> Clauses:
    if not asked:
        return ()
    names = _plain_names(asked, argument)
    patterns = [
        Pattern(about.entity, "entity/lifecycle", Constant(Keyword(name))) for name in names
    ]
    if len(patterns) == 1:
        return (patterns[0],)
    return (Or(tuple((each,) for each in patterns)) if patterns else NEVER,)


def _type(about: Filtered, asked: object, argument: str) -> Clauses:
    return () if not asked else (of_types(about.entity, _plain_names(asked, argument)),)


def _plain_names(asked: object, argument: str) -> tuple[str, ...]:
    match asked:
        case {"in": [*names]}:
            return tuple(dict.fromkeys(map(str, names)))
        case {"eq": str(name)}:
            return (name,)
        case _:
            raise BadUserInput(argument, "expected {in: […]}")


def _field(about: Filtered, key: str, asked: object, argument: str) -> Clauses:
    match fields_of(about.draft.catalogue, about.type).get(key):
        case Attribute(type=ValueType.REF) as reference:
            return _reference(about, reference, asked, argument)
        case Attribute() as attribute:
            return conditions(about, attribute, asked, argument)
        case Relation() as relation:
            return _relation(about, relation, asked, argument)
        case EdgeField(relation):
            return _edge(about, relation, asked, argument)
        case _:
            raise BadUserInput(argument, f"{about.type} has no such field")


def _reference(about: Filtered, reference: Attribute, asked: object, argument: str) -> Clauses:
    """Return the clauses for a plain reference: like a relation, but its edges are no entities."""
    end = about.draft.variable(reference.field)
    target = reference.target or ""
    walk = (
        Pattern(about.entity, reference.name, end),
        of_types(end, ends(about.draft.catalogue, target)),
    )
    return _quantified(
        Walked(about, about.of(end, target), None, walk), reference.many, asked, argument
    )


def _relation(about: Filtered, relation: Relation, asked: object, argument: str) -> Clauses:
    if isinstance(asked, Mapping) and relation.many and asked.get("edge") is not None:
        return _quantified(_over_edge(about, relation), relation.many, asked, argument)
    end = about.draft.variable(relation.field)
    of_type = of_types(end, ends(about.draft.catalogue, relation.target))
    near, far = (end, about.entity) if relation.reverse else (about.entity, end)
    walk = (Pattern(near, relation.edge, far), of_type)
    walked = Walked(about, about.of(end, relation.target), None, walk)
    return _quantified(walked, relation.many, asked, argument)


def _edge(about: Filtered, relation: Relation, asked: object, argument: str) -> Clauses:
    """Return the clauses for the edge of a relation to one, whatever it leads to."""
    walked = _over_edge(about, relation)
    return _end_holds(replace(walked, end=walked.edge or walked.end), asked, argument)


def _over_edge(about: Filtered, relation: Relation) -> "Walked":
    draft = about.draft
    end, edge = draft.variable(relation.field), draft.variable(relation.edge)
    near, far = (end, about.entity) if relation.reverse else (about.entity, end)
    walk = (
        Pattern(edge, "edge/type", Constant(Keyword(relation.edge))),
        Pattern(edge, "edge/from", near),
        Pattern(edge, "edge/to", far),
        of_types(end, ends(draft.catalogue, relation.target)),
    )
    return Walked(about, about.of(end, relation.target), about.of(edge, relation.edge), walk)


@dataclass(frozen=True, slots=True)
class Walked:
    """From an entity to its ends: the clauses that lead there, and what stands at the end."""

    start: Filtered
    end: Filtered
    edge: Filtered | None
    walk: Clauses


def _quantified(walked: Walked, many: bool, asked: object, argument: str) -> Clauses:  # noqa: FBT001  # The schema says which.
    if not many or asked is None:
        return _end_holds(walked, asked, argument)
    _check_near(walked, argument)
    if not isinstance(asked, Mapping):
        raise BadUserInput(argument, "expected some, none or every")
    for key in asked:
        if key not in (*_QUANTIFIERS, "edge"):
            raise BadUserInput(f"{argument}.{key}", "expected some, none, every or edge")
    said = {key: asked[key] for key in _QUANTIFIERS if asked.get(key) is not None}
    if not said and walked.edge is not None:
        said = {"some": {}}
    return tuple(
        clause
        for key, each in said.items()
        for clause in _quantifier(
            walked, key, _end_conditions(walked, each, asked.get("edge"), f"{argument}.{key}")
        )
    )


def _end_holds(walked: Walked, asked: object, argument: str) -> Clauses:
    _check_near(walked, argument)
    start = walked.start
    if asked is None:
        return (nothing((start.entity,), walked.walk),)
    within = (*walked.walk, *clauses(walked.end, asked, argument))
    return (exists(start.outside(within), within),)


def _check_near(walked: Walked, argument: str) -> None:
    if walked.end.relations > MOST_RELATIONS:
        raise TooManyRelations(argument, MOST_RELATIONS)


def _end_conditions(walked: Walked, end: object, edge: object, argument: str) -> Clauses:
    on_end = clauses(walked.end, end, argument)
    if walked.edge is None:
        return on_end
    return (*on_end, *clauses(walked.edge, edge, f"{argument}.edge"))


def _quantifier(walked: Walked, name: str, on_end: Clauses) -> Clauses:
    start = walked.start
    match name:
        case "some":
            within = (*walked.walk, *on_end)
            return (exists(start.outside(within), within),)
        case "none":
            within = (*walked.walk, *on_end)
            return (nothing(start.outside(within), within),)
        case _ if not on_end:  # Every end meets no conditions.
            return ()
        case _:
            return (_every(walked, on_end),)


def _every(walked: Walked, on_end: Clauses) -> Clause:
    start = walked.start
    walked_to = (walked.end.entity, *((walked.edge.entity,) if walked.edge else ()))
    unmet = nothing((*walked_to, *start.draft.given(on_end)), on_end)
    within = (*walked.walk, unmet)
    return nothing(start.outside(within), within)
