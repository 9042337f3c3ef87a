"""Documents that hypothesis-graphql writes: what is selected is its choice, the arguments are ours.

Types that lead to each other in circles give it thin queries, so it draws a piece at a time: what
is selected of one entity, edge or transaction, with the pages of its lists. Where another one
stands in a piece is a hole, a scalar, which the next piece fills, to a depth. All arguments of a
field are one in the schema of a piece, `given`, of a scalar of its own: its strategy draws them
together, out of the history. Every field below the root that takes a time is there twice, so that
two times stand side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_composite_type,
    print_ast,
)
from graphql.language import (
    ArgumentNode,
    FieldNode,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.queries.given import Given
from tests.queries.literals import node
from tests.queries.pieces import AGAIN, IT, OTHERS, Piece


def roots(schema: GraphQLSchema) -> list[str]:
    """Return the root fields that are asked for."""
    assert schema.query_type is not None
    return sorted(set(schema.query_type.fields) - OTHERS)


def documents(given: Given) -> st.SearchStrategy[str]:
    """Return a strategy of documents with one to three root fields."""
    pieces = _Pieces(given)
    names = roots(given.schema)

    @st.composite
    def drawn(draw: st.DrawFn) -> str:
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        selections = [pieces.root(draw, name, draw(st.integers(0, 2))) for name in chosen]
        query = SelectionSetNode(selections=tuple(selections))
        return print_ast(query)

    return drawn()


@dataclass(frozen=True)
class _Pieces:
    """Strategies of what is selected, by the type it is selected of and whether it has holes."""

    given: Given
    made: dict[tuple[str, str, bool], st.SearchStrategy[DocumentNode]] = field(default_factory=dict)

    @property
    def schema(self) -> GraphQLSchema:
        return self.given.schema

    def root(self, draw: st.DrawFn, name: str, depth: int) -> SelectionNode:
        """Draw a root field and everything below it."""
        assert self.schema.query_type is not None
        [selection] = self._drawn(draw, "Query", name, depth)
        return selection

    def _drawn(
        self, draw: st.DrawFn, owner: str, name: str, depth: int
    ) -> tuple[SelectionNode, ...]:
        """Draw a piece and fill its holes."""
        key = owner, name, depth > 0
        if key not in self.made:
            self.made[key] = self._selected(Piece(self.schema, owner, name, holes=depth > 0))
        [operation] = draw(self.made[key]).definitions
        assert isinstance(operation, OperationDefinitionNode)
        selections = operation.selection_set.selections
        if owner != "Query":
            [it] = selections
            assert isinstance(it, FieldNode)
            assert it.selection_set is not None
            selections = it.selection_set.selections
        return self._filled(draw, selections, owner, depth)

    def _selected(self, piece: Piece) -> st.SearchStrategy[DocumentNode]:
        schema = build_schema("\n".join(piece.lines()))
        scalars = {
            scalar: self.given.arguments(kind, each).map(node)
            for scalar, (kind, each) in piece.scalars.items()
        }
        return queries(
            schema, fields=[piece.name or IT], custom_scalars=scalars, print_ast=lambda it: it
        )

    def _filled(
        self, draw: st.DrawFn, selections: tuple[SelectionNode, ...], owner: str, depth: int
    ) -> tuple[SelectionNode, ...]:
        return tuple(self._put_right(draw, each, owner, depth) for each in selections)

    def _put_right(
        self, draw: st.DrawFn, selection: SelectionNode, owner: str, depth: int
    ) -> SelectionNode:
        """Return a selection as the served schema has it."""
        if isinstance(selection, InlineFragmentNode):
            assert selection.type_condition is not None
            owner = selection.type_condition.name.value
            below = self._filled(draw, selection.selection_set.selections, owner, depth)
            return InlineFragmentNode(
                type_condition=selection.type_condition,
                directives=(),
                selection_set=SelectionSetNode(selections=below),
            )
        assert isinstance(selection, FieldNode)
        name, alias = selection.name.value, selection.alias
        if name.startswith(AGAIN):
            name, alias = name.removeprefix(AGAIN), alias or selection.name
        shown = get_named_type(_fields(self.schema, owner)[name].type)
        below = selection.selection_set.selections if selection.selection_set else ()
        if below:
            below = self._filled(draw, below, shown.name, depth)
        elif is_composite_type(shown):
            below = self._drawn(draw, shown.name, "", depth - 1)
        return FieldNode(
            alias=alias,
            name=NameNode(value=name),
            arguments=_arguments(selection),
            directives=(),
            selection_set=SelectionSetNode(selections=below) if below else None,
        )


def _arguments(selection: FieldNode) -> tuple[ArgumentNode, ...]:
    return tuple(
        ArgumentNode(name=each.name, value=each.value)
        for argument in selection.arguments or ()
        for each in argument.value.fields  # type: ignore[attr-defined]  # An object.
    )


def _fields(schema: GraphQLSchema, owner: str) -> Mapping[str, GraphQLField]:
    kind = schema.type_map[owner]
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    found: Mapping[str, GraphQLField] = kind.fields
    return found
