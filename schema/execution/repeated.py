"""Documents whose root fields select the same over and over: it is validated once."""

from collections import Counter
from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

_NAME_OF_TYPE = SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))


def without_repetition(document: DocumentNode) -> DocumentNode:
    """Return a shorter document, which is valid where the document is, or the document itself.

    Below a root field of a query that selects the very text of an earlier one of its name only the
    type's name is left: whatever is wrong there is wrong in the earlier one, too.
    """
    shorter = tuple(
        _shorter(each) if isinstance(each, OperationDefinitionNode) else each
        for each in document.definitions
    )
    if all(one is other for one, other in zip(shorter, document.definitions, strict=True)):
        return document
    return DocumentNode(definitions=shorter, loc=document.loc)


def _shorter(operation: OperationDefinitionNode) -> OperationDefinitionNode:
    selections = operation.selection_set.selections
    fields = [each for each in selections if isinstance(each, FieldNode)]
    # Fragments may have fields of the same key, to be compared with all that a field selects.
    if operation.operation is not OperationType.QUERY or len(fields) < len(selections):
        return operation
    told = tuple(_told(fields))
    if all(one is other for one, other in zip(told, selections, strict=True)):
        return operation
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=operation.directives,
        selection_set=SelectionSetNode(selections=told, loc=operation.selection_set.loc),
        loc=operation.loc,
    )


def _told(fields: list[FieldNode]) -> Iterator[SelectionNode]:
    keys = Counter(map(_key, fields))
    known: set[tuple[str, str]] = set()
    for each in fields:
        text = _text(each.selection_set)
        told = each.name.value, text
        # Labels of directives have to be unique.
        if not text or "@" in text or keys[_key(each)] > 1:
            yield each
        elif told in known:
            yield _with_name_of_type(each)
        else:
            known.add(told)
            yield each


def _key(field: FieldNode) -> str:
    return (field.alias or field.name).value


def _text(selections: SelectionSetNode | None) -> str:
    if selections is None or selections.loc is None:
        return ""
    return selections.loc.source.body[selections.loc.start : selections.loc.end]


def _with_name_of_type(field: FieldNode) -> FieldNode:
    return FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=field.arguments,
        directives=field.directives,
        selection_set=_NAME_OF_TYPE,
        loc=field.loc,
    )
