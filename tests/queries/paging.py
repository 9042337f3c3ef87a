"""From a document and its answer to the document that asks for the pages after it."""

from typing import Any

from graphql import parse, print_ast
from graphql.language import (
    ArgumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
)


def further(document: str, data: Any) -> str | None:
    """Return the same with `after`, of the root fields that say where their page ends.

    None where no root field does.
    """
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    fields = []
    for each in operation.selection_set.selections:
        assert isinstance(each, FieldNode)
        cursor = _end(data[(each.alias or each.name).value])
        if cursor is not None and any(it.name.value == "first" for it in each.arguments or ()):
            fields.append(_after(each, cursor))
    return print_ast(SelectionSetNode(selections=tuple(fields))) if fields else None


def _end(answer: Any) -> str | None:
    page = answer.get("pageInfo") if isinstance(answer, dict) else None
    return page.get("endCursor") if page else None


def _after(field: FieldNode, cursor: str) -> FieldNode:
    after = ArgumentNode(name=NameNode(value="after"), value=StringValueNode(value=cursor))
    return FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=(*(field.arguments or ()), after),
        directives=(),
        selection_set=field.selection_set,
    )
