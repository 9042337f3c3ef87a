"""Faults in the store, the pages and the layers: what the tests that are not of queries notice."""

from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    Fault(
        "as of T leaves out what began at T",
        "datalog/sql/rows.py",
        "{table}.t0 <= {t} AND",
        "{table}.t0 < {t} AND",
        ("tests/test_sample_history.py",),
    ),
    Fault(
        "as of T keeps what ended at T",
        "datalog/sql/rows.py",
        "AND {t} < {table}.t1",
        "AND {t} <= {table}.t1",
        ("tests/test_sample_history.py",),
    ),
    Fault(
        "a retraction is lost",
        "store/writing/datoms.py",
        "held, wanted = members(old), members(new)",
        "held, wanted = set(sorted(members(old))[1:]), members(new)",
        ("tests/store/test_transactor.py",),
    ),
    Fault(
        "an edge of a retracted entity is left out",
        "store/writing/linking.py",
        "for edge in names.state.leaving.get((edge_type, entity), ()):",
        "for edge in list(names.state.leaving.get((edge_type, entity), ()))[1:]:",
        ("tests/store/test_transactor.py",),
    ),
    Fault(
        "a t is skipped",
        "store/writing/group.py",
        "t = T(self.t + 1)",
        "t = T(self.t + 2)",
        ("tests/store/test_transactor.py",),
    ),
    Fault(
        "a link revives what was deleted",
        "store/writing/transactor.py",
        "            return Lifecycle.DELETED\n",
        "            return Lifecycle.PARTIAL\n",
        ("tests/store/test_transactor.py",),
    ),
    Fault(
        "the hash of a transaction forgets the one before it",
        "store/log.py",
        "(previous, _T.pack(t), *hashes)",
        "(_T.pack(t), *hashes)",
        ("tests/store/test_log.py",),
    ),
    Fault(
        "a cursor of another question is taken",
        "resolvers/cursors.py",
        "if of == question:",
        "if of:",
        ("tests/resolvers/test_cursors.py",),
    ),
    Fault(
        "an arrow within a cycle raises a rank",
        "resolvers/lineage/layers.py",
        "(source != target) & nodes",
        "(arrows.sources != arrows.targets) & nodes",
        ("tests/resolvers/test_layers.py",),
    ),
    Fault(
        "a page begins with the row that the last one ended with",
        "datalog/sql/ordering.py",
        "Operator.LT if down else Operator.GT, column, given",
        "Operator.LE if down else Operator.GE, column, given",
        ("tests/datalog/test_pages.py",),
    ),
    Fault(
        "what is missing comes first where the order goes down",
        "datalog/sql/ordering.py",
        'sql(" DESC NULLS LAST")',
        'sql(" DESC")',
        ("tests/datalog/test_pages.py",),
    ),
    Fault(
        "the last neighbour of a node is not followed",
        "datalog/sql/search.py",
        "ORDER BY q.node LIMIT {most}",
        "ORDER BY q.node LIMIT {most} + 1",
        ("tests/datalog/test_search.py",),
    ),
    Fault(
        "a page from the end says that nothing precedes it",
        "resolvers/connections.py",
        "HasPrevious() if backward else came_from",
        "came_from",
        ("tests/test_queries.py",),
    ),
    Fault(
        "a time below the root is not heeded",
        "resolvers/draft.py",
        'argument = selected.arguments.get("asOf")',
        'argument = selected.arguments.get("asOf") if place.said is None else None',
        ("tests/test_queries.py",),
    ),
)
