"""GraphQL text to a document that may be executed: parsed, limited and validated, once per text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    GraphQLType,
    InlineFragmentNode,
    ListValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from schema.execution.declared import Declared, declared
from schema.execution.repeated import without_repetition
from schema.execution.seen import DECISIVE, META_FIELDS, Seen, looked_through, variables_in
from schema.execution.used import below_root

PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
BAD_USER_INPUT = "BAD_USER_INPUT"
LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
_INCORRECT = "incorrect"
_MOST_ERRORS = 20
# What graphql-core says where comparing equal response keys would take too long.
_ABORTED = "Validation aborted."


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """How large one document may be, and whether it may ask the schema about itself."""

    characters: int = 1_000_000
    tokens: int = 10_000
    depth: int = 50
    aliases: int = 500
    directives: int = 500
    roots: int = 200
    conditions: int = 500
    values: int = 150_000
    fields: int = 10_000
    cost: int = 1_000_000
    introspection: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document.

    `decisive` are the variables whose whole value a plan depends on, not their structure alone.
    `facts` is the document without what asks the schema about itself. `declared` has for each
    operation its variables, where no plan depends on what they hold; `reporting` for each mutation
    those on which depends what its reports are asked for.
    """

    text: str
    node: DocumentNode
    facts: DocumentNode
    operations: tuple[OperationDefinitionNode, ...]
    fragments: Mapping[str, FragmentDefinitionNode]
    decisive: frozenset[str]
    declared: Mapping[int, Declared | None]
    reporting: Mapping[int, frozenset[str]]

    @property
    def asks_schema(self) -> bool:
        """Tell whether the document asks the schema about itself."""
        return self.facts is not self.node


@dataclass(eq=False)
class RequestErrors(Exception):
    """A request cannot be executed at all; every error has its code."""

    errors: tuple[GraphQLError, ...]


def refused(
    message: str, code: str, nodes: Iterable[Node] = (), category: str = _INCORRECT
) -> RequestErrors:
    """Return a request error of one sentence."""
    extensions = {"code": code, "category": category}
    return RequestErrors((GraphQLError(message, list(nodes) or None, extensions=extensions),))


def exceeded(limit: str, given: int, most: int, sentence: str) -> RequestErrors:
    """Return the request error of a document that is larger than a limit allows."""
    told: dict[str, object] = {"code": LIMIT_EXCEEDED, "category": _INCORRECT}
    told |= {"limit": limit, "given": given, "most": most}
    return RequestErrors((GraphQLError(f"{sentence}; {most} is the most", extensions=told),))


def read(text: str, schema: GraphQLSchema, limits: DocumentLimits) -> Document:
    """Return the document that a text is, valid against the schema.

    Raises RequestErrors: it does not parse, is too large or too deep, or is not valid.
    """
    node = _parse(text, limits)
    operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {
        each.name.value: each
        for each in node.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    deepest = max(_depths(operations, fragments), default=0)
    if deepest > limits.depth:
        raise exceeded("depth", deepest, limits.depth, f"the query is {deepest} levels deep")
    seen = looked_through(node)
    _check_counts(seen, limits)
    facts = _without_introspection(node) if seen.asks_schema else node
    if facts is not node and not limits.introspection:
        sentence = "this server does not tell its schema: ask whoever runs it for the SDL"
        raise refused(sentence, INTROSPECTION_DISABLED)
    errors = _errors(schema, node, limits)
    if any(error.message == _ABORTED for error in errors):
        raise refused("the document takes too long to be checked: make it simpler", LIMIT_EXCEEDED)
    if errors:
        raise RequestErrors(tuple(with_code(error, VALIDATION_FAILED) for error in errors))
    decisive = _decisive(schema, node) if seen.may_decide else frozenset()
    known = {id(each): declared(schema, each, decisive) for each in operations}
    reporting = {
        id(each): below_root(fragments, each)
        for each in operations
        if each.operation is OperationType.MUTATION
    }
    return Document(text, node, facts, tuple(operations), fragments, decisive, known, reporting)


def operation(document: Document, name: str | None) -> OperationDefinitionNode:
    """Return the operation of that name, or the only one.

    Raises RequestErrors where that leaves none, or a choice.
    """
    if name is None and len(document.operations) == 1:
        return document.operations[0]
    named = [each for each in document.operations if each.name and each.name.value == name]
    if name is not None and named:
        return named[0]
    sentence = (
        f"the document has no operation named {name!r}"
        if name is not None
        else "the document has several operations: say which with operationName"
        if document.operations
        else "the document has no operation"
    )
    raise refused(sentence, OPERATION_RESOLUTION_FAILURE)


def with_code(error: GraphQLError, code: str) -> GraphQLError:
    """Return an error with its code and category; one that a scalar gave it already stays."""
    told = error.extensions or {}
    cause = error.original_error
    while not told.get("code") and isinstance(cause, GraphQLError):
        told = cause.extensions or {}
        cause = cause.original_error
    error.extensions = {"code": code, "category": _INCORRECT, **told}
    return error


def _parse(text: str, limits: DocumentLimits) -> DocumentNode:
    try:
        return parse(
            text,
            allow_empty_selection_sets=False,
            max_lexical_tokens=limits.tokens,
            max_comments=limits.tokens,
            max_source_length=limits.characters,
        )
    except GraphQLSyntaxError as error:
        # graphql-core tells its limits by sentence only; a test holds the three of them.
        limited = ("nested too deeply", "contains more than", "exceeds", "too long")
        code = LIMIT_EXCEEDED if any(map(error.message.__contains__, limited)) else PARSE_FAILED
        raise RequestErrors((with_code(error, code),)) from None


def _errors(
    schema: GraphQLSchema, node: DocumentNode, limits: DocumentLimits
) -> list[GraphQLError]:
    def found(document: DocumentNode) -> list[GraphQLError]:
        return validate(
            schema,
            document,
            max_errors=_MOST_ERRORS,
            hide_suggestions=not limits.introspection,
            allow_empty_selection_sets=False,
        )

    shorter = without_repetition(node)
    if shorter is not node and not found(shorter):
        return []
    return found(node)


def _check_counts(seen: Seen, limits: DocumentLimits) -> None:
    """Raise RequestErrors where there are too many aliases or directives: each costs its time."""
    for name, given, most in (
        ("aliases", seen.aliases, limits.aliases),
        ("directives", seen.directives, limits.directives),
    ):
        if given > most:
            raise exceeded(name, given, most, f"the document has {given} {name}")


def _depths(
    operations: Iterable[OperationDefinitionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterable[int]:
    known: dict[str, int] = {}
    return (_depth(each.selection_set, fragments, known) for each in operations)


def _depth(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, int],
) -> int:
    deepest = 0
    for selection in selections.selections:
        match selection:
            case FieldNode(selection_set=None):
                depth = 1
            case FieldNode(selection_set=SelectionSetNode() as inner):
                depth = 1 + _depth(inner, fragments, known)
            case InlineFragmentNode(selection_set=inner):
                depth = _depth(inner, fragments, known)
            case FragmentSpreadNode(name=name):
                depth = _fragment_depth(name.value, fragments, known)
            case _:
                depth = 0
        deepest = max(deepest, depth)
    return deepest


def _fragment_depth(
    name: str, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]
) -> int:
    if name not in known:
        known[name] = 0  # A circle of fragments adds nothing; validation refuses it.
        fragment = fragments.get(name)
        known[name] = _depth(fragment.selection_set, fragments, known) if fragment else 0
    return known[name]


def _without_introspection(node: DocumentNode) -> DocumentNode:
    """Return the document itself where it does not ask the schema about itself."""
    found: DocumentNode = visit(node, _WithoutIntrospection())
    return found


class _WithoutIntrospection(Visitor):
    def enter_field(self, node: FieldNode, *_: object) -> Any:  # What `visit` is told to do.
        return REMOVE if node.name.value in META_FIELDS else None


def _decisive(schema: GraphQLSchema, node: DocumentNode) -> frozenset[str]:
    types = TypeInfo(schema)
    visitor = _Decisive(types)
    visit(node, TypeInfoVisitor(types, visitor))
    return frozenset(visitor.names)


class _Decisive(Visitor):
    """Finds the variables that a literal of JSON holds, and those of decisive arguments."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._types = types

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        argument = self._types.get_argument()
        if node.name.value in DECISIVE:
            self.names |= variables_in(node.value)
        elif argument is not None:
            self.names |= _inside_scalars(node.value, argument.type)


def _inside_scalars(node: ValueNode, kind: GraphQLType) -> set[str]:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    match inner, node:
        case GraphQLList(), ListValueNode():
            found = (_inside_scalars(each, inner.of_type) for each in node.values or ())
            return set().union(*found)
        case GraphQLList(), _:
            return _inside_scalars(node, inner.of_type)
        case GraphQLInputObjectType(), ObjectValueNode():
            given = ((each.name.value, each.value) for each in node.fields or ())
            known = ((inner.fields[name].type, value) for name, value in given)
            return set().union(*(_inside_scalars(value, field) for field, value in known))
        case _, (ListValueNode() | ObjectValueNode()):
            return variables_in(node)
        case _:
            return set()
