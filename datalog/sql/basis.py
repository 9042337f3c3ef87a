"""What an answer is true at: the t and the instant of a view."""

from datalog.sql.columns import Column
from datalog.sql.json_text import as_json
from datalog.sql.levels import Scope
from datalog.syntax.query import Source
from store.catalogue import ValueType
from store.sql import Sql, sql


def basis_t(source: Source, scope: Scope) -> Sql:
    """Return the t of a view."""
    until = scope.compilation.until(source.view)
    return sql("m.t") if until is None else until


def basis_instant(source: Source, scope: Scope) -> Sql:
    """Return the instant of a view's basis, as JSON text."""
    until = scope.compilation.until(source.view)
    instant = sql("m.instant")
    if until is not None:  # Before the first transaction it is the instant of the empty log.
        instant = sql(
            "coalesce((SELECT x.instant FROM tx x WHERE x.t = {t}), to_timestamp(0))", t=until
        )
    return as_json(Column(instant, ValueType.DATETIME))
