"""A pull to an expression that gives the text of a map."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from datalog.errors import UnknownSource, WrongPull
from datalog.kinds import ENTITIES, Kind, Special
from datalog.sql.columns import Column, entity_number
from datalog.sql.levels import Scope
from datalog.sql.pulling.patterns import (
    SCHEMA,
    Named,
    key_of,
    owners_of,
    spelled_out,
    tells_edges,
    whole,
)
from datalog.sql.pulling.subject import Subject, Text, joined, met
from datalog.sql.pulling.targets import Targets, targets
from datalog.sql.pulling.values import either, public_id, type_guard, value_text
from datalog.sql.pulling.walk import Branch, Walk, walked
from datalog.sql.writing import as_text
from datalog.syntax.finding import Pull, PullAttribute, PullPattern, Recursion
from datalog.syntax.terms import Constant, Keyword
from datalog.syntax.views import History
from datalog.vocabulary import Facts, Hop, meaning
from store.catalogue import ValueType
from store.sql import Sql, join, sql


def pulled(pull: Pull, column: Column, scope: Scope) -> Sql:
    """Return the JSON object that a pull makes of the entity in a column.

    Raises WrongPull, UnknownSource, UnknownAttribute.
    """
    if pull.source not in scope.sources:
        raise UnknownSource(pull.source)
    view = scope.sources[pull.source]
    if isinstance(view, History):
        raise WrongPull(pull.source, "is a history; a pull needs a point in time")
    if column.kind not in ENTITIES | {Special.FACT}:
        raise WrongPull(f"?{pull.variable.name}", f"is {column.kind.value}, and no entity")
    # What is known of types holds at the view of `$`, where they were told.
    types = scope.types.get(pull.variable) if pull.source == "$" else None
    if column.kind is Special.SCHEMA:
        types = frozenset({SCHEMA})
    subject = met(scope.compilation, view, entity_number(column), types)
    text = _map(pull.pattern, subject, ())
    if not text.reads:
        return text.sql
    joins = joined(subject, text.reads)
    return sql("(SELECT {text} FROM (SELECT) one{joins})", text=text.sql, joins=joins)


def _map(pattern: PullPattern, subject: Subject, above: Sequence[Sql]) -> Text:
    """Return the text of a map of what the entity has; `above` were seen on the way to it."""
    if any(isinstance(each.pattern, Recursion) for each in _attributes(pattern)):
        return Text(walked(_walk(pattern, subject, above)))
    named = spelled_out(pattern, subject.types, subject.compilation.catalogue)
    text = _members(named, subject)
    return Text(sql("'{{' || substr({members}, 2) || '}}'", members=text.sql), text.reads)


def _attributes(pattern: PullPattern) -> Iterator[PullAttribute]:
    yield from (each for each in pattern.items if isinstance(each, PullAttribute))


def _members(named: Sequence[Named], subject: Subject) -> Text:
    """Return the members of a map, a comma before each; what is missing is left out."""
    texts = [_member(each, subject) for each in named]
    reads = frozenset(read for text in texts for read in text.reads)
    return Text(_side_by_side([text.sql for text in texts]), reads)


_MOST_ARGUMENTS = 90
"""PostgreSQL takes 100 arguments to a function."""


def _side_by_side(texts: Sequence[Sql]) -> Sql:
    if not texts:
        return sql("''")
    if len(texts) > _MOST_ARGUMENTS:
        chunks = range(0, len(texts), _MOST_ARGUMENTS)
        return _side_by_side([_side_by_side(texts[i : i + _MOST_ARGUMENTS]) for i in chunks])
    return sql("concat({all})", all=join(", ", texts))


def _opening(item: PullAttribute) -> str:
    return f",{json.dumps(key_of(item), ensure_ascii=False)}:"


def _member(named: Named, subject: Subject) -> Text:
    text = _value(named.item, subject)
    if named.owner is not None:
        text = type_guard(named.owner, text, subject)
    opening = as_text((_opening(named.item),))
    return replace(text, sql=sql("{key} || {value}", key=opening, value=text.sql))


def _value(item: PullAttribute, subject: Subject) -> Text:
    text = _found(item, subject)
    if item.default is None:
        return text
    default = as_text((_default(item, subject),))
    return replace(text, sql=sql("coalesce({it}, {default})", it=text.sql, default=default))


def _found(item: PullAttribute, subject: Subject) -> Text:
    below = item.pattern
    found = _targets(item, subject, below if isinstance(below, PullPattern) else None)
    if found is None:
        return value_text(item, subject)
    if below is None and _names_type(item, subject):
        return value_text(item, subject)
    if below is None:
        return _with_components(item, found, subject)
    return _told(found, below, subject, ())


def _with_components(item: PullAttribute, found: Targets, subject: Subject) -> Text:
    """Return what an attribute without a pattern leads to: components whole, of others the id."""
    catalogue = subject.compilation.catalogue
    owners, possible = owners_of(item, catalogue)
    if subject.types is not None:
        owners, possible = owners & subject.types, possible & subject.types
    if not owners:
        return _told(found, None, subject, ())
    told = _told(found, whole(found.types, catalogue), subject, (subject.entity,))
    if possible <= owners:
        return told
    return either(owners, told, _told(found, None, subject, ()), subject)


def _names_type(item: PullAttribute, subject: Subject) -> bool:
    found = meaning(item.name, subject.compilation.catalogue)
    return isinstance(found, Facts) and found.kind is Special.SCHEMA and not item.reverse


def _targets(item: PullAttribute, subject: Subject, below: PullPattern | None) -> Targets | None:
    catalogue = subject.compilation.catalogue
    is_hop = isinstance(meaning(item.name, catalogue), Hop)
    with_edges = is_hop and below is not None and tells_edges(below, item.name, catalogue)
    found = targets(item, subject, with_edges=with_edges)
    if found is None and item.pattern is not None:
        raise _leads_nowhere(item)
    return found


def _leads_nowhere(item: PullAttribute) -> WrongPull:
    return WrongPull(f":{item.name}", "leads to no entities of which a pattern could tell")


def _told(
    found: Targets, below: PullPattern | Recursion | None, subject: Subject, above: Sequence[Sql]
) -> Text:
    """Return the text of what an attribute leads to: a map, or a list of maps."""
    if found.number is not None and not isinstance(below, PullPattern):
        only_id = sql("""'{{"entity/id":"E' || {number} || '"}}'""", number=found.number)
        return Text(only_id, found.reads)
    table = subject.compilation.names.fresh("c")
    entity = sql("{c}.e", c=table)
    target = met(subject.compilation, subject.view, entity, found.types)
    if found.walked:
        target = replace(target, edge=sql("{c}.edge", c=table), walked=found.walked)
    if isinstance(below, PullPattern):
        text = _map(below, target, above)
    else:
        text = Text(sql("""'{{"entity/id":' || {id} || '}}'""", id=public_id(entity, found.types)))
    rows = sql(
        "({select}) {c}{joins}", select=found.select, c=table, joins=joined(target, text.reads)
    )
    if found.single:
        return Text(sql("(SELECT {text} FROM {rows})", text=text.sql, rows=rows), found.reads)
    listed = sql(
        "(SELECT '[' || string_agg({text}, ',' ORDER BY {c}.e, {c}.edge) || ']' FROM {rows})",
        text=text.sql,
        c=table,
        rows=rows,
    )
    return Text(listed, found.reads)


def _walk(pattern: PullPattern, start: Subject, above: Sequence[Sql]) -> Walk:
    catalogue = start.compilation.catalogue
    table = start.compilation.names.fresh("w")
    node = met(start.compilation, start.view, sql("{w}.e", w=table), None)
    branches: list[Branch] = []
    types, on_edges = start.types, start.walked
    for item in _attributes(pattern):
        if isinstance(item.pattern, Recursion):
            found = _targets(item, node, pattern)
            if found is None:
                raise WrongPull(
                    f":{item.name}", "leads to no entities of which a pattern could tell"
                )
            branches.append(Branch(_opening(item), found, item.pattern.depth))
            types = None if types is None or found.types is None else types | found.types
            on_edges |= found.walked
    edge = sql("coalesce({w}.edge, {w}.e)", w=table)
    node = replace(node, types=types, edge=edge, walked=on_edges)
    segments = _segments(spelled_out(pattern, types, catalogue), node)
    return Walk(start, node, table, branches, segments, above)


def _segments(named: Sequence[Named], node: Subject) -> list[Text]:
    """Return what stands before, between and after the values that repeat the pattern."""
    segments: list[Text] = []
    together: list[Named] = []
    before: PullAttribute | None = None
    for each in named:
        if isinstance(each.item.pattern, Recursion):
            segments.append(_segment(before, together, node))
            before, together = each.item, []
        else:
            together.append(each)
    return [*segments, _segment(before, together, node)]


def _segment(before: PullAttribute | None, named: Sequence[Named], node: Subject) -> Text:
    """Return some members, after the default of what repeats before them where that is missing."""
    members = _members(named, node)
    if before is None or before.default is None:
        return members
    found = _targets(before, node, None)
    text = as_text((_opening(before) + _default(before, node),))
    missing = sql(
        "CASE WHEN NOT EXISTS ({select}) THEN {text} END",
        select=sql("") if found is None else found.select,
        text=text,
    )
    reads = members.reads if found is None else members.reads | found.reads
    return Text(_side_by_side([missing, members.sql]), reads)


def _default(item: PullAttribute, subject: Subject) -> str:
    found = meaning(item.name, subject.compilation.catalogue)
    kind = found.kind if isinstance(found, Facts) else None
    return "null" if item.default is None else constant_json(item.default, kind)


def constant_json(constant: Constant, kind: Kind | None) -> str:  # noqa: PLR0911  # One case each.
    """Return a constant as JSON text, a number in the form of the values that it stands for."""
    value = constant.value
    quoted = kind in {ValueType.LONG, ValueType.DECIMAL}
    match value:
        case bool():
            return "true" if value else "false"
        case Keyword(name):
            return json.dumps(name, ensure_ascii=False)
        case Decimal():
            return f'"{value.normalize():f}"'
        case int() | float():
            return f'"{value}"' if quoted else json.dumps(value)
        case datetime():
            text = value.astimezone(UTC).isoformat().removesuffix("+00:00")
            return f'"{text.rstrip("0").rstrip(".") if "." in text else text}Z"'
        case date() | UUID():
            return f'"{value}"'
        case str():
            return json.dumps(value, ensure_ascii=False)
