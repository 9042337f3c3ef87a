"""What the members of filters mean, wherever nothing else describes them."""

from dataclasses import replace

from schema.contract.declared import Argument

_SAYS = {
    "eq": "Equal to it; null: there is no value.",
    "ne": "Anything but equal to it; no value at all is that too.",
    "in": "One of them.",
    "startsWith": "Begins with it.",
    "contains": "Has it somewhere within.",
    "gt": "Greater; texts compare by code point.",
    "gte": "Greater or equal.",
    "lt": "Less; texts compare by code point.",
    "lte": "Less or equal.",
    "isNull": "True: there is no value. False: there is one.",
    "has": "Has it among its values.",
    "hasAny": "Has at least one of them.",
    "hasAll": "Has all of them; where none is named, that is so.",
    "isEmpty": "True: it has no values. False: it has some.",
    "and": "All of these hold.",
    "or": "At least one of these holds; where none is named, that is not so.",
    "not": "This does not hold.",
    "some": "At least one passes.",
    "none": "None passes.",
    "every": "All pass; where there are none, that is so.",
    "urn": "By its urn.",
    "type": "By the name of its type.",
    "key": "By what tells parallel edges apart.",
    "since": "By the transaction that began the edge.",
}


def described(condition: Argument) -> Argument:
    """Return a member of a filter with what it means, where nothing else describes it."""
    return replace(condition, description=condition.description or _SAYS.get(condition.name))
