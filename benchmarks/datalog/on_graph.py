"""Ten queries over the generated graph of a million edges."""

from benchmarks.datalog.cases import Case
from benchmarks.graph import dataset, team

_RULES = """
         :rules [[(upstream ?a ?b) [?a :DerivedFrom ?b]]
                 [(upstream ?a ?b) [?a :DerivedFrom ?c] (upstream ?c ?b)]]
"""
_YOUNG = dataset(20_007)
_OLD = dataset(190_000)
_HUB = dataset(7_919)
_TEAM = team(20)

CASES = (
    Case(
        "star of 5: one dataset",
        f"""
        [:find ?name ?layer ?rows ?quality
         :where [?d :entity/urn "{_OLD}"] [?d :Dataset/name ?name] [?d :Dataset/layer ?layer]
                [?d :Dataset/rows ?rows] [?d :Dataset/quality ?quality]]
        """,
        """
        SELECT n.v, l.v, r.v, q.v
        FROM fact_1 u
        JOIN {Dataset/name} n ON n.e = u.e AND n.t1 = {now}
        JOIN {Dataset/layer} l ON l.e = u.e AND l.t1 = {now}
        JOIN {Dataset/rows} r ON r.e = u.e AND r.t1 = {now}
        JOIN {Dataset/quality} q ON q.e = u.e AND q.t1 = {now}
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
        """,
        (_OLD,),
    ),
    Case(
        "range: the largest datasets, with two more values",
        """
        [:find ?d ?name ?rows ?quality
         :where [?d :Dataset/rows ?rows] [(>= ?rows 300000)] [?d :Dataset/layer :SERVED]
                [?d :Dataset/name ?name] [?d :Dataset/quality ?quality]]
        """,
        """
        SELECT r.e, n.v, r.v, q.v
        FROM {Dataset/rows} r
        JOIN {Dataset/layer} l
          ON l.e = r.e AND left(l.v, 256) = $2 AND l.v = $2 AND l.t1 = {now}
        JOIN {Dataset/name} n ON n.e = r.e AND n.t1 = {now}
        JOIN {Dataset/quality} q ON q.e = r.e AND q.t1 = {now}
        WHERE r.v >= $1 AND r.t1 = {now}
        """,
        (300_000, "SERVED"),
    ),
    Case(
        "along edges: two hops up, with names",
        f"""
        [:find ?b ?name
         :where [?d :entity/urn "{_OLD}"] [?d :DerivedFrom ?a] [?a :DerivedFrom ?b]
                [?b :Dataset/name ?name]]
        """,
        """
        SELECT DISTINCT n.e, n.v
        FROM fact_1 u
        JOIN edge g ON g."from" = u.e AND g.type = {DerivedFrom} AND g.t1 = {now}
        JOIN edge h ON h."from" = g."to" AND h.type = {DerivedFrom} AND h.t1 = {now}
        JOIN {Dataset/name} n ON n.e = h."to" AND n.t1 = {now}
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
        """,
        (_OLD,),
    ),
    Case(
        "reverse: who reads the most read dataset, and runs",
        f"""
        [:find ?reader ?pipeline
         :where [?d :entity/urn "{_HUB}"] [?reader :DerivedFrom ?d] [?reader :ProducedBy ?p]
                [?p :Pipeline/state "failed"] [?p :Pipeline/name ?pipeline]]
        """,
        """
        SELECT h."from", n.v
        FROM fact_1 u
        JOIN edge h ON h."to" = u.e AND h.type = {DerivedFrom} AND h.t1 = {now}
        JOIN edge p ON p."from" = h."from" AND p.type = {ProducedBy} AND p.t1 = {now}
        JOIN {Pipeline/state} s
          ON s.e = p."to" AND left(s.v, 256) = $2 AND s.v = $2 AND s.t1 = {now}
        JOIN {Pipeline/name} n ON n.e = p."to" AND n.t1 = {now}
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
        """,
        (_HUB, "failed"),
    ),
    Case(
        "cyclic: triangles below a team's datasets",
        f"""
        [:find ?a ?b ?c
         :where [?t :entity/urn "{_TEAM}"] [?a :OwnedBy ?t] [?a :DerivedFrom ?b]
                [?b :DerivedFrom ?c] [?a :DerivedFrom ?c]]
        """,
        """
        SELECT DISTINCT f."from", g."from", h."to"
        FROM fact_1 u
        JOIN edge o ON o."to" = u.e AND o.type = {OwnedBy} AND o.t1 = {now}
        JOIN edge f ON f."from" = o."from" AND f.type = {DerivedFrom} AND f.t1 = {now}
        JOIN edge g ON g."from" = f."to" AND g.type = {DerivedFrom} AND g.t1 = {now}
        JOIN edge h
          ON h."from" = f."from" AND h."to" = g."to" AND h.type = {DerivedFrom} AND h.t1 = {now}
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
        """,
        (_TEAM,),
    ),
    Case(
        "negation: served, large, and read by nobody",
        """
        [:find ?d ?name
         :where [?d :Dataset/layer :SERVED] [?d :Dataset/rows ?rows] [(> ?rows 100000)]
                [?d :Dataset/name ?name] (not [_ :DerivedFrom ?d])]
        """,
        """
        SELECT n.e, n.v
        FROM {Dataset/layer} l
        JOIN {Dataset/rows} r ON r.e = l.e AND r.v > $2 AND r.t1 = {now}
        JOIN {Dataset/name} n ON n.e = l.e AND n.t1 = {now}
        WHERE left(l.v, 256) = $1 AND l.v = $1 AND l.t1 = {now}
          AND NOT EXISTS (
            SELECT FROM edge h WHERE h."to" = l.e AND h.type = {DerivedFrom} AND h.t1 = {now})
        """,
        ("SERVED", 100_000),
    ),
    Case(
        "aggregate: datasets and their quality by layer",
        """
        [:find ?layer (count ?d) (max ?quality)
         :where [?d :Dataset/layer ?layer] [?d :Dataset/quality ?quality]]
        """,
        """
        SELECT l.v, count(*), max(q.v)
        FROM {Dataset/layer} l
        JOIN {Dataset/quality} q ON q.e = l.e AND q.t1 = {now}
        WHERE l.t1 = {now}
        GROUP BY l.v
        """,
    ),
    Case(
        "edges with values: large shares of a team",
        """
        [:find ?name ?share
         :where [?o :OwnedBy/share ?share] [(> ?share 98)] [?o :edge/from ?d] [?o :edge/to ?t]
                [?t :Team/name "Team 0"] [?d :Dataset/name ?name]]
        """,
        """
        SELECT DISTINCT n.v, s.v
        FROM {Team/name} t
        JOIN edge h ON h."to" = t.e AND h.type = {OwnedBy} AND h.t1 = {now}
        JOIN {OwnedBy/share} s ON s.e = h.e AND s.v > $2 AND s.t1 = {now}
        JOIN {Dataset/name} n ON n.e = h."from" AND n.t1 = {now}
        WHERE left(t.v, 256) = $1 AND t.v = $1 AND t.t1 = {now}
        """,
        ("Team 0", 98),
    ),
    Case(
        "recursion: what a dataset goes back to",
        f"""
        [:find ?up
         :where [?d :entity/urn "{_YOUNG}"] (upstream ?d ?up)
        {_RULES}]
        """,
        """
        WITH RECURSIVE reached (node) AS (
          SELECT h."to"
          FROM fact_1 u
          JOIN edge h ON h."from" = u.e AND h.type = {DerivedFrom} AND h.t1 = {now}
          WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
          UNION
          SELECT h."to"
          FROM reached r
          JOIN edge h ON h."from" = r.node AND h.type = {DerivedFrom} AND h.t1 = {now})
        SELECT node FROM reached
        """,
        (_YOUNG,),
    ),
    Case(
        "recursion from the other side: all that go back to a dataset",
        f"""
        [:find ?down
         :where (upstream ?down ?d) [?d :entity/urn "{_OLD}"]
        {_RULES}]
        """,
        """
        WITH RECURSIVE reached (node) AS (
          SELECT h."from"
          FROM fact_1 u
          JOIN edge h ON h."to" = u.e AND h.type = {DerivedFrom} AND h.t1 = {now}
          WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
          UNION
          SELECT h."from"
          FROM reached r
          JOIN edge h ON h."to" = r.node AND h.type = {DerivedFrom} AND h.t1 = {now})
        SELECT node FROM reached
        """,
        (_OLD,),
    ),
)
