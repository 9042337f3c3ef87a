"""Values in which words are found, with how well they fit.

The words of a value stand beside it, and have an index (store/migrations/003_search.sql). Periods
are looked at afterwards: PostgreSQL would else read the index of periods too, which tells pages and
not rows, and then compare the words of all that is on them.
"""

from collections.abc import Iterable

from datalog.checking.searching import Searched, searched
from datalog.errors import Unsupported
from datalog.kinds import Special
from datalog.planning.steps import Matched
from datalog.sql.columns import Column
from datalog.sql.comparing import compare, same
from datalog.sql.rows import Item, Rows, conjunction
from datalog.sql.unification import Reading, term_column, unified
from datalog.syntax.clauses import Fulltext, Operator
from datalog.syntax.terms import Variable
from datalog.syntax.views import History
from store.catalogue import ValueType
from store.sql import Sql, fact_table, join, literal, number, sql


def matched_rows(rows: Rows, step: Matched, reading: Reading) -> Rows:
    """Join the values in which words are found, or the entities that have them, each once."""
    if isinstance(step.view, History):
        raise Unsupported("a search of a history")
    clause, table = step.fulltext, reading.compilation.names.fresh("m")
    text = term_column(clause.text, rows.columns, ValueType.STRING, reading)
    arms = [
        _arm(rows, step, each, text, reading)
        for each in searched(clause, reading.compilation.catalogue)
    ]
    found = join("\nUNION ALL ", arms)
    if clause.best:
        found = sql("SELECT b.e, max(b.score) AS score FROM ({all}) b GROUP BY b.e", all=found)
    held = zip(clause.found, _columns(clause, table), strict=True)
    columns, conditions = unified(rows.columns, held, reading)
    source = sql("LATERAL ({found}) {table}", found=found, table=table)
    return rows.joined(Item(source, conditions), columns)


def _columns(clause: Fulltext, table: Sql) -> Iterable[Column]:
    entity = Column(sql("{m}.e", m=table), ValueType.REF)
    score = Column(sql("{m}.score", m=table), ValueType.INT)
    if clause.best:
        return entity, score
    return (
        entity,
        Column(sql("{m}.v", m=table), ValueType.STRING),
        Column(sql("{m}.t0", m=table), Special.TRANSACTION),
        score,
        Column(sql("{m}.a", m=table), Special.SCHEMA),
    )


def _arm(rows: Rows, step: Matched, table: Searched, text: Column, reading: Reading) -> Sql:
    """Look into one table: by its words, or at what an entity has that is known already."""
    entity = step.fulltext.found[0]
    seen = reading.compilation.seen(sql("f"), step.view)
    matches, score = _of_urn(text) if table.is_urn else _of_words(table, text)
    first, then = matches, seen
    if isinstance(entity, Variable) and entity in rows.columns:
        first = same(Column(sql("f.e"), ValueType.REF), rows.columns[entity])
        then = conjunction((seen, matches))
    return sql(
        "SELECT f.e, f.v, f.t0, {score} AS score, {a} AS a"
        " FROM (SELECT f.* FROM {facts} f WHERE {first} OFFSET 0) f WHERE {then}",
        score=score,
        a=number(table.attribute),
        facts=fact_table(table.attribute),
        first=first,
        then=then,
    )


def _of_words(table: Searched, text: Column) -> tuple[Sql, Sql]:
    query = sql("search_query({text})", text=text.sql)
    score = sql(
        "search_score(f.v, f.words, {text}, {query}, {named})",
        text=text.sql,
        query=query,
        named=sql("true") if table.named else sql("false"),
    )
    return sql("f.words @@ {query}", query=query), score


def _of_urn(text: Column) -> tuple[Sql, Sql]:
    """Find a urn by how it begins; what has no `://` begins none, and would find them all."""
    urn = Column(sql("f.v"), ValueType.URI, prefixed=True)
    starts = compare(Operator.STARTS_WITH, urn, text)
    matches = sql(
        "position({mark} in {text}) > 1 AND {starts}",
        mark=literal("://"),
        text=text.sql,
        starts=starts,
    )
    score = sql(
        "CASE WHEN f.v = {text} THEN 6000000"
        " ELSE 5000000 + 999999 * length({text}) / length(f.v) END",
        text=text.sql,
    )
    return matches, score
