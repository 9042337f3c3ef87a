"""What a dataset goes back to, a hundred thousand of them, against WITH RECURSIVE.

With depths: the search against a recursion over (node, depth), which is told how deep the graph is,
as it would never end on a cycle. Without: a recursive rule against a recursion over the node alone.
"""

from benchmarks.datalog.cases import Case
from benchmarks.graph import dataset

GOAL_WITH_DEPTHS = 0.25
GOAL_WITHOUT = 1.1

_START = dataset(125_000)
_DEEPEST = 26
"""So many levels there are below the start."""

_GIVEN = {"levels": _DEEPEST, "nodes": 1_000_000, "each": 1_000_000}

WITH_DEPTHS = Case(
    "closure with depths",
    f"""
    [:find ?node ?depth
     :in $ ?levels ?nodes ?each
     :where [?d :entity/urn "{_START}"]
            (search ?d ?node ?depth ?side
                    {{:upstream [:DerivedFrom] :downstream [] :types nil
                      :max-depth ?levels :max-nodes ?nodes :per-node ?each}})]
    """,
    """
    WITH RECURSIVE reached (node, depth) AS (
      SELECT u.e, 0
      FROM fact_1 u
      WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
      UNION
      SELECT h."to", r.depth + 1
      FROM reached r
      JOIN edge h ON h."from" = r.node AND h.type = {DerivedFrom} AND h.t1 = {now}
      WHERE r.depth < $2)
    SELECT node, min(depth) FROM reached GROUP BY node
    """,
    (_START, _DEEPEST),
    given=_GIVEN,
)

WITHOUT = Case(
    "closure without depths",
    f"""
    [:find ?node
     :where [?d :entity/urn "{_START}"] (upstream ?d ?node)
     :rules [[(upstream ?a ?b) [?a :DerivedFrom ?b]]
             [(upstream ?a ?b) [?a :DerivedFrom ?c] (upstream ?c ?b)]]]
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
    (_START,),
)
