"""Every root field there is, whoever adds one: what it is said to answer for ever, it does.

The questions are made from the served schema: every time is a t, other arguments are those that are
required, and all fields that need none are selected, three levels deep.
"""

from collections.abc import Iterable, Iterator

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from service.http_cache import KEPT_FOR_EVER
from tests.service.conftest import Asking
from tests.service.test_http_cache import EVERYTHING, RAW, T, write

_LEVELS = 3
_TEXTS = {"query": '"[:find ?n ?t :where [?d :Dataset/name ?n ?t]]"'}
_SCALARS = {"ID": f'"{RAW}"', "Int": "3", "Long": "3", "String": '"raw"', "Boolean": "true"}
_KNOWN = {"node", "nodes", "entity", "dataset", "datasets", "owners", "lineage", "transactions"}


async def test_what_any_root_field_answers_for_ever_stays_so(asking: Asking) -> None:
    schema = asking.executor.live.current.core
    questions = dict(_questions(schema))
    parameters = {"schema": asking.executor.live.current.hash}
    kept = {}
    for name, query in questions.items():
        found = await asking.http.get("/graphql", params={"query": query, **parameters})
        assert "errors" in found.json() or found.headers["cache-control"] == KEPT_FOR_EVER, name
        if found.headers["cache-control"] == KEPT_FOR_EVER:
            kept[name] = found.json()["data"]
    assert kept.keys() >= _KNOWN
    await write(asking, EVERYTHING)
    for name, data in kept.items():
        again = await asking.http.get("/graphql", params={"query": questions[name], **parameters})
        assert again.json()["data"] == data, (name, questions[name])
    print(f"{len(kept)} of {len(questions)} root fields are kept for ever")


def _questions(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        given = _given(field)
        times = [
            f"{key}: {2 if key == 'from' else T}"
            for key, each in field.args.items()
            if get_named_type(each.type).name == "TimePoint" and key != "since"
        ]
        if times and given is not None:
            below = " ".join(_selected(get_named_type(field.type), _LEVELS))
            yield name, f"{{ {name}({', '.join([*given, *times])}) {{ {below} }} }}"


def _given(field: GraphQLField) -> list[str] | None:
    """Return the arguments that a field must have; None where it needs more than we can say."""
    required = {
        key: each
        for key, each in field.args.items()
        if is_required_argument(each) and get_named_type(each.type).name != "TimePoint"
    }
    values = {key: _value(key, each) for key, each in required.items()}
    if None in values.values():
        return None
    first = ["first: 2"] if "first" in field.args else []
    return [*(f"{key}: {value}" for key, value in values.items()), *first]


def _value(key: str, argument: GraphQLArgument) -> str | None:
    kind = argument.type.of_type if isinstance(argument.type, GraphQLNonNull) else argument.type
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        value: str | None = next(iter(named.values))
    else:
        value = _TEXTS.get(key) or _SCALARS.get(named.name)
    return f"[{value}]" if value is not None and isinstance(kind, GraphQLList) else value


def _selected(kind: GraphQLNamedType, levels: int) -> Iterable[str]:
    yield "__typename"
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return
    for name, field in kind.fields.items():
        below, given = get_named_type(field.type), _given(field)
        if given is None:
            continue
        arguments = f"({', '.join(given)})" if given else ""
        if is_leaf_type(below):
            yield f"{name}{arguments}"
        elif levels:
            yield f"{name}{arguments} {{ {' '.join(_selected(below, levels - 1))} }}"
