"""Which columns of a statement are their root fields' JSON as it is, and their shapes without more.

A column is that where nothing is made of it after the statement: no cursor is signed in it, no part
of it is left to Python. Then it needs none of the type names that only our own reading asks for.
"""

from collections.abc import Iterable
from dataclasses import replace

from datalog.tree import Graph, Groups, Let, Many, Object, One, Page, Rows, Shape, Summary, Variant
from resolvers.draft import Draft


def untouched(draft: Draft, keys: Iterable[str]) -> frozenset[str]:
    """Return the keys of the root fields of whose columns, or of whose lists, nothing is made.

    A fault below the root, which stands in a value, is made of it: graphql-core then has to know
    the types in it.
    """
    typed = {each.path[0].key for each in draft.hidden}
    touched = {each.path[0].key for each in draft.finishes}
    touched |= draft.reshapes.keys() - draft.handed
    below = [*draft.faults, *(site.path for site in draft.sites() if site.checks)]
    touched |= {path[0].key for path in below if len(path) > 1 and path[0].key in typed}
    return frozenset(keys) - touched


def bare(shape: Shape) -> Shape:
    """Return a shape without what it hides, its lists handed on as they are where they can be."""
    return _bare(shape, {})


def _bare(shape: Shape, made: dict[int, Shape]) -> Shape:
    """Do as `bare`: what several types share is made once."""
    if id(shape) not in made:
        made[id(shape)] = _made(shape, made)
    return made[id(shape)]


def _made(shape: Shape, made: dict[int, Shape]) -> Shape:
    match shape:
        case Object(fields):
            return Object(tuple((key, _bare(each, made)) for key, each in fields[shape.hides :]))
        case Variant(cases=cases, otherwise=otherwise):
            told = tuple((types, _bare(each, made)) for types, each in cases)
            return replace(shape, cases=told, otherwise=_bare(otherwise, made))
        case One() | Many() | Rows() | Page() | Summary() | Groups() | Let():
            return replace(shape, shape=_bare(shape.shape, made))
        case Graph(node=node, edge=edge):
            return replace(
                shape,
                node=None if node is None else _bare(node, made),
                edge=None if edge is None else _bare(edge, made),
                handed=bool(shape.nodes_told or shape.edges_told),
            )
        case _:
            return shape
