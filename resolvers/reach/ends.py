"""Where lineage begins and ends: entities with nothing upstream, or nothing downstream, of them."""

from collections.abc import Iterator, Mapping

from datalog.syntax.clauses import Clause, Compare, Operator, Pattern
from datalog.syntax.terms import Variable
from datalog.tree import Bound, Fixed, Object, Shape
from resolvers.clauses import any_of, exists, nothing, of_types
from resolvers.connections import Listing, Shaping, connection, paged
from resolvers.draft import Draft, Place
from resolvers.entities import any_entity
from resolvers.filters import deleted, names_lifecycle
from resolvers.lineage.walks import nodes_pass, types, upstream_steps
from resolvers.orders import Key
from resolvers.pages import Question, paging
from resolvers.reach.impact import checked, far_and_wide, stopping
from resolvers.reach.walking import (
    Reach,
    Steps,
    roots,
    step,
    turned,
    walked,
)
from resolvers.selection import Selected
from store.catalogue import ValueType

_ASKED = ("of", "where", "types", "edgeTypes", "maxDepth", "maxNodes")


def lineage_roots(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the entities with nothing upstream of them. Raises BadUserInput."""
    return _ends(draft, place, selected, _upstream(draft, selected))


def lineage_leaves(draft: Draft, place: Place, selected: Selected) -> Shape:
    """Return the shape of the entities with nothing downstream of them. Raises BadUserInput."""
    return _ends(draft, place, selected, turned(_upstream(draft, selected)))


def _upstream(draft: Draft, selected: Selected) -> Steps:
    return upstream_steps(draft.catalogue, selected.arguments.get("edgeTypes"))


def _ends(draft: Draft, place: Place, selected: Selected, steps: Steps) -> Shape:
    """Return the shape of those from which no step leads on: of all, or of what some come to."""
    place = draft.timed(place, selected)
    question = Question((selected.name,), {each: selected.arguments.get(each) for each in _ASKED})
    if selected.arguments.get("of") is None:
        return _of_all(draft, place, selected, steps, question)
    return _of_some(draft, place, selected, steps, question)


def _of_all(
    draft: Draft, place: Place, selected: Selected, steps: Steps, question: Question
) -> Shape:
    node = draft.variable("node")
    end = tuple(_end(draft, place, selected, steps, node))
    shown = _names_lifecycle(selected.arguments.get("where"))
    alive = () if shown else (nothing((node,), (deleted(node),)),)
    led_to = exists((node,), (step(node, draft.variable("near"), turned(steps)),))
    listing = Listing(
        name="LineageEnd",
        question=question,
        find=(node,),
        where=(
            Pattern(node, "entity/type"),
            led_to,
            *end,
            *alive,
        ),
        keys=(Key(node, ValueType.REF),),
        node=lambda at, each: any_entity(draft, at, each, node),
        beside={"complete": lambda _, __: Fixed("true"), "stoppedBy": lambda _, __: Fixed("[]")},
        of_row={"distance": lambda _, __: Fixed("null")},
    )
    return connection(draft, place, selected, listing)


def _names_lifecycle(where: object) -> bool:
    """Tell whether a filter says which lifecycles it is about, of all or of one type."""
    of_types = where.values() if isinstance(where, Mapping) else ()
    return any(map(names_lifecycle, (where, *of_types)))


def _of_some(
    draft: Draft, place: Place, selected: Selected, steps: Steps, question: Question
) -> Shape:
    node, depth = draft.variable("node"), draft.variable("depth")
    keys = (Key(depth, ValueType.INT), Key(node, ValueType.REF))
    page = paging(draft, place, selected, question, keys)
    at = page.place
    start = roots(draft, at, selected, "of", draft.limits.page.most)
    asked = Reach((), steps, None, *far_and_wide(draft, selected))
    walk = walked(draft, at, "reached", start, asked)
    most = asked.depth.slot(draft, at)
    beside: dict[str, Shaping] = stopping(draft, walk.name, asked.depth)
    listing = Listing(
        name="LineageEnd",
        question=question,
        find=(node, depth),
        where=(Compare(Operator.LE, depth, most), *_end(draft, at, selected, steps, node)),
        keys=keys,
        node=lambda place, each: any_entity(draft, place, each, node),
        among=(walk.among(node, depth),),
        beside=beside,
        of_row={"distance": lambda _, __: Bound(depth)},
    )
    draft.reshape(place, lambda request: checked(start, request))
    shape = paged(draft, place, selected, listing, page)
    return Object((("there", start.there(draft, at)), ("found", walk.held(at, shape))))


def _end(
    draft: Draft, place: Place, selected: Selected, steps: Steps, node: Variable
) -> Iterator[Clause]:
    """Yield the conditions that no step leads on from a node, and that it is asked for."""
    yield nothing((node,), (step(node, draft.variable("far"), steps),))
    named = types(draft.catalogue, "types", selected.arguments.get("types"))
    if named is not None:
        yield of_types(node, named)
    for each in nodes_pass(draft, place, selected.arguments.get("where"), node):
        clauses = each.query.where
        if each.types is None:
            yield from clauses
        else:
            other = (nothing((node,), (of_types(node, each.types),)),)
            yield any_of((node, *draft.given(clauses)), (other, clauses))
