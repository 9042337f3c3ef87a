"""Values made here, by field name, to the shape that a selection asks for, by response key."""

from collections.abc import Mapping

from resolvers.selection import Selected


def shaped(fields: tuple[Selected, ...], value: object) -> object:
    """Return what the fields select of a value: objects by response key, lists by member."""
    match value:
        case _ if not fields:
            return value
        case Mapping():
            return {
                field.key: shaped(field.of(), value[field.name])
                for field in fields
                if field.name in value
            }
        case list() | tuple():
            return [shaped(fields, each) for each in value]
        case _:
            return value
