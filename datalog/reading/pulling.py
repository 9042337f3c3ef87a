"""Pull patterns."""

from collections.abc import Iterator

from datalog.reading.forms import Character, Form, List, Map, Symbol, Vector
from datalog.reading.notes import DEEPEST_CLAUSE
from datalog.reading.terms import (
    ATTRIBUTE,
    constant,
    keyword,
    refused,
    shown,
    step,
    symbol,
    whole_number,
)
from datalog.syntax.finding import PULL_LIMIT, PullAttribute, PullPattern, PullWildcard, Recursion
from datalog.syntax.terms import Constant, Keyword


# pattern = [item+]
def pull_pattern(form: Form, depth: int = 0) -> PullPattern:
    """Return what a pull pattern says. Raises NotQuery."""
    if not isinstance(form.value, Vector) or not form.value.members:
        raise refused(form, f"{shown(form)} is no pull pattern", "write [:Dataset/name …] or [*]")
    if depth > DEEPEST_CLAUSE:
        raise refused(
            form, "pulls are nested too deep", f"there are at most {DEEPEST_CLAUSE} levels"
        )
    items = [item for each in form.value.members for item in _items(each, depth)]
    _check_keys(form, items)
    pattern = PullPattern(tuple(items))
    if depth == 0 and _size(pattern) > MOST_PULLED:
        raise refused(form, "the pull is too long", f"it names at most {MOST_PULLED} attributes")
    return pattern


MOST_PULLED = 1_000


def _size(pattern: PullPattern) -> int:
    below = [each.pattern for each in pattern.items if isinstance(each, PullAttribute)]
    return len(pattern.items) + sum(_size(each) for each in below if isinstance(each, PullPattern))


def _check_keys(form: Form, items: list[PullAttribute | PullWildcard]) -> None:
    seen: set[str] = set()
    for item in items:
        if isinstance(item, PullAttribute):
            key = pull_key(item)
            if key in seen:
                raise refused(
                    form, f"two values would stand under {key}", "name one of them with :as"
                )
            seen.add(key)


def pull_key(item: PullAttribute) -> str:
    """Return what the value of an attribute stands under."""
    if item.key is not None:
        return item.key
    owner, slash, field = item.name.rpartition("/")
    return f"{owner}{slash}_{field}" if item.reverse else item.name


# item = * | attribute-expression | {(attribute-expression (pattern | number | ...))+}
def _items(form: Form, depth: int) -> Iterator[PullAttribute | PullWildcard]:
    match form.value:
        case Symbol("*") | "*":
            yield PullWildcard()
        case Map(pairs):
            for attribute, below in pairs:
                yield _attribute(attribute, _below(below, depth))
        case _:
            yield _attribute(form, None)


def _below(form: Form, depth: int) -> PullPattern | Recursion:
    if symbol(form) == "...":
        return Recursion(None)
    if isinstance(form.value, int):
        return Recursion(whole_number(form, "a number of levels", 1))
    return pull_pattern(form, depth + 1)


# attribute-expression = attribute | [attribute option*] | (limit attribute n)
#                      | (default attribute value)
def _attribute(form: Form, below: PullPattern | Recursion | None) -> PullAttribute:
    match form.value:
        case Keyword(name):
            plain, reverse = step(name)
            return PullAttribute(plain, reverse, pattern=below)
        case Vector((first, *options)) if keyword(first) is not None:
            return _with_options(first, options, below)
        case List((first, name, value)) if symbol(first) in {"limit", "default"}:
            option = Form(Keyword(symbol(first) or ""), first.place)
            return _with_options(name, [option, value], below)
        case _:
            raise refused(form, f"{shown(form)} cannot be pulled", ATTRIBUTE)


# option = :as any | :limit (number | nil) | :default value
def _with_options(
    attribute: Form, options: list[Form], below: PullPattern | Recursion | None
) -> PullAttribute:
    name = keyword(attribute)
    if name is None:
        raise refused(attribute, f"{shown(attribute)} is no attribute", ATTRIBUTE)
    if len(options) % 2:
        raise refused(
            options[-1], f"{shown(options[-1])} has no value", "an option is a name and a value"
        )
    told = dict(_options(options))
    plain, reverse = step(name)
    key, limit, default = told.get("as"), told.get("limit", PULL_LIMIT), told.get("default")
    return PullAttribute(
        plain,
        reverse,
        key if isinstance(key, str) else None,
        limit if isinstance(limit, int) else None,
        default if isinstance(default, Constant) else None,
        below,
    )


def _options(options: list[Form]) -> Iterator[tuple[str, str | int | Constant | None]]:
    seen: set[str] = set()
    for option, value in zip(options[::2], options[1::2], strict=True):
        name = keyword(option)
        if name in seen:
            raise refused(option, f":{name} stands twice", "leave one out")
        seen.add(name or "")
        match name:
            case "as":
                yield name, _key(value)
            case "limit":
                yield name, None if value.value is None else whole_number(value, "a limit", 1)
            case "default":
                yield name, constant(value)
            case "xform":
                raise refused(
                    option,
                    "a pull cannot call functions",
                    "bind what the function gives in :where, and find it beside the pull",
                )
            case _:
                raise refused(
                    option, f"{shown(option)} is no option", "there are :as, :limit and :default"
                )


def _key(form: Form) -> str:
    match form.value:
        case str(text) | Keyword(text) | Symbol(text) | Character(text):
            return text
        case int(number) if not isinstance(number, bool):
            return str(number)
        case _:
            raise refused(
                form, f"{shown(form)} is no key", 'write a text or a keyword: :as "labels"'
            )
