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
from datalog.sql.rows import Factor, Item, Rows, conjunction
from datalog.sql.unification import Reading, term_column, unified
from datalog.syntax.clauses import Fulltext, Operator
from datalog.syntax.terms import Variable
from datalog.syntax.views import History
from store.catalogue import ValueType
from store.sql import Sql, fact_table, join, number, sql


def matched_rows(rows: Rows, step: Matched, reading: Reading) -> Rows:
    """Join the values in which words are found, or the entities that have them, each once.

    Raises Unsupported for a history.
    """
    if isinstance(step.view, History):
        raise Unsupported("a search of a history")
    clause, names = step.fulltext, reading.compilation.names
    reading.compilation.sizes.append((Factor(_weighed(clause, reading)),))
    table, said = names.fresh("m"), names.fresh("q")
    text = term_column(clause.text, rows.columns, ValueType.STRING, reading)
    arms = [
        _arm(rows, step, each, said, reading)
        for each in searched(clause, reading.compilation.catalogue)
    ]
    source = sql(
        "LATERAL (WITH {said} AS MATERIALIZED ({read})\n{found}) {table}",
        said=said,
        read=_read(text),
        found=_best(arms) if clause.best else join("\nUNION ALL ", arms),
        table=table,
    )
    held = zip(clause.found, _columns(clause, table), strict=True)
    columns, conditions = unified(rows.columns, held, reading)
    return rows.joined(Item(source, conditions), columns)


_MOST_WEIGHED = 50_000.0


def _weighed(clause: Fulltext, reading: Reading) -> float:
    """Return how many values may have to be weighed: a word can be in all of them.

    Of very many it is most unlikely; one search is never too dear.
    """
    known = reading.compilation.statistics
    tables = searched(clause, reading.compilation.catalogue)
    values = (known.attribute(each.attribute, ValueType.STRING).now for each in tables)
    return min(sum(values), _MOST_WEIGHED)


def _read(text: Column) -> Sql:
    """Read what is looked for, once: for each value it would take longer than to compare it."""
    return sql(
        "SELECT search_query({it}) AS query, search_vector({it}) AS exact,"
        " search_start({it}) AS start, rtrim(btrim({it}), '*') AS urn",
        it=text.sql,
    )


def _best(arms: Iterable[Sql]) -> Sql:
    return sql(
        "SELECT b.e, max(b.score) AS score FROM ({all}) b GROUP BY b.e",
        all=join("\nUNION ALL ", arms),
    )


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


def _arm(rows: Rows, step: Matched, table: Searched, said: Sql, reading: Reading) -> Sql:
    """Look into one table: by its words, or at what an entity has that is known already."""
    entity = step.fulltext.found[0]
    seen = reading.compilation.seen(sql("f"), step.view)
    matches, score = _URNS if table.is_urn else (_WORDS, _score(table))
    first, then = matches, seen
    if isinstance(entity, Variable) and entity in rows.columns:
        first = same(Column(sql("f.e"), ValueType.REF), rows.columns[entity])
        then = conjunction((seen, matches))
    return sql(
        "SELECT f.e, f.v, f.t0, {score} AS score, {a} AS a FROM {said} q,"
        " LATERAL (SELECT f.* FROM {facts} f WHERE {first} OFFSET 0) f WHERE {then}",
        score=score,
        a=number(table.attribute),
        said=said,
        facts=fact_table(table.attribute),
        first=first,
        then=then,
    )


_WORDS = sql("f.words @@ q.query")


def _score(table: Searched) -> Sql:
    """Return how well words fit: in millions how, below them how dense they are in the value."""
    how = sql("1000000")
    if table.named:
        how = sql(
            "CASE WHEN f.words = q.exact THEN 4000000"
            " WHEN f.words @@ q.start THEN 3000000 ELSE 2000000 END"
        )
    return sql(
        "{how} + floor(999999 * ts_rank('{{1,1,1,1}}', f.words, q.query, 33))::integer", how=how
    )


_FOUND_URN = Column(sql("f.v"), ValueType.URI, prefixed=True)
_GIVEN_URN = Column(sql("q.urn"), ValueType.STRING)
# What has no `://` is the beginning of no urn, and would find them all.
_URNS = (
    sql(
        "strpos(q.urn, '://') > 1 AND {starts}",
        starts=compare(Operator.STARTS_WITH, _FOUND_URN, _GIVEN_URN),
    ),
    sql(
        "CASE WHEN f.v = q.urn THEN 6000000 ELSE 5000000 + 999999 * length(q.urn) / length(f.v) END"
    ),
)
"""What holds of urns that begin so, and how well they fit."""
