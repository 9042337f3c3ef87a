"""NUL, which PostgreSQL keeps in no text, is found wherever it stands in what is given."""

from enum import Enum
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.arguments import holds_nul

_TEXTS = st.text(alphabet="\0\\u0a\ud800é", max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(_TEXTS, inner, max_size=3)
        | st.dictionaries(_TEXTS, inner, max_size=2).map(MappingProxyType)
    ),
    max_leaves=6,
)


def _texts(value: object) -> list[str]:
    """Return every text inside a value; names of fields are none."""
    match value:
        case str():
            return [value]
        case dict() | MappingProxyType():
            return [text for each in value.values() for text in _texts(each)]
        case list() | tuple():
            return [text for each in value for text in _texts(each)]
        case _:
            return []


@given(_VALUES)
def test_nul_is_found_where_a_text_has_it(value: object) -> None:
    assert holds_nul(value) == any("\0" in text for text in _texts(value))


class _Kind(Enum):
    NUL = "\0"


@pytest.mark.parametrize("value", [_Kind.NUL, [_Kind.NUL], {"\0": "a"}, "\\u0000", ["\\u0000"]])
def test_what_only_looks_like_it_in_json_is_none(value: object) -> None:
    assert not holds_nul(value)
