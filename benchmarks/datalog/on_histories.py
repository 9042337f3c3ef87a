"""Ten queries over the real histories: models, deployments, and a warehouse."""

from benchmarks.datalog.cases import Case

_WAREHOUSE = "hw://dataset/bigquery/moz-fx-data-shared-prod"
_USED = f"{_WAREHOUSE}.telemetry.desktop_active_users"
_LONG_USED = f"{_WAREHOUSE}.telemetry.clients_daily"
_DEEP = f"{_WAREHOUSE}.braze_derived.user_profiles_v1"

CASES = (
    Case(
        "point: a dataset by its urn",
        f"""
        [:find ?name ?kind
         :where [?d :entity/urn "{_USED}"] [?d :Dataset/name ?name] [?d :Dataset/kind ?kind]]
        """,
        """
        SELECT n.v, k.v
        FROM fact_1 u
        JOIN {Dataset/name} n ON n.e = u.e AND n.t1 = {now}
        JOIN {Dataset/kind} k ON k.e = u.e AND k.t1 = {now}
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t1 = {now}
        """,
        (_USED,),
    ),
    Case(
        "star of 4: models, access and publishers",
        """
        [:find ?name ?released ?publisher
         :where [?m :Model/access "limited"] [?m :Model/name ?name]
                [?m :Model/releaseDate ?released] [?m :PublishedBy ?o]
                [?o :Organization/name ?publisher]]
        """,
        """
        SELECT DISTINCT n.v, r.v, o.v
        FROM {Model/access} a
        JOIN {Model/name} n ON n.e = a.e AND n.t1 = {now}
        JOIN {Model/releaseDate} r ON r.e = a.e AND r.t1 = {now}
        JOIN edge h ON h."from" = a.e AND h.type = {PublishedBy} AND h.t1 = {now}
        JOIN {Organization/name} o ON o.e = h."to" AND o.t1 = {now}
        WHERE left(a.v, 256) = $1 AND a.v = $1 AND a.t1 = {now}
        """,
        ("limited",),
    ),
    Case(
        "star of 8: all of one model",
        """
        [:find ?urn ?lifecycle ?text ?access ?parameters ?released ?tag
         :where [?m :Model/name "LLaMA (13B)"] [?m :entity/urn ?urn]
                [?m :entity/lifecycle ?lifecycle] [?m :Model/description ?text]
                [?m :Model/access ?access] [?m :Model/parameters ?parameters]
                [?m :Model/releaseDate ?released] [?m :Model/tags ?tag]]
        """,
        """
        SELECT u.v, l.v, d.v, a.v, p.v, r.v, g.v
        FROM {Model/name} n
        JOIN fact_1 u ON u.e = n.e AND u.t1 = {now}
        JOIN fact_3 l ON l.e = n.e AND l.t1 = {now}
        JOIN {Model/description} d ON d.e = n.e AND d.t1 = {now}
        JOIN {Model/access} a ON a.e = n.e AND a.t1 = {now}
        JOIN {Model/parameters} p ON p.e = n.e AND p.t1 = {now}
        JOIN {Model/releaseDate} r ON r.e = n.e AND r.t1 = {now}
        JOIN {Model/tags} g ON g.e = n.e AND g.t1 = {now}
        WHERE left(n.v, 256) = $1 AND n.v = $1 AND n.t1 = {now}
        """,
        ("LLaMA (13B)",),
    ),
    Case(
        "range: models with many parameters",
        """
        [:find ?name ?parameters
         :where [?m :Model/parameters ?parameters] [(> ?parameters 100000000000)]
                [?m :Model/name ?name]]
        """,
        """
        SELECT DISTINCT n.v, p.v
        FROM {Model/parameters} p
        JOIN {Model/name} n ON n.e = p.e AND n.t1 = {now}
        WHERE p.v > $1 AND p.t1 = {now}
        """,
        (100_000_000_000,),
    ),
    Case(
        "along edges: deployments of a publisher's models",
        """
        [:find ?deployment ?model
         :where [?o :Organization/name "OpenAI"] [?m :PublishedBy ?o] [?d :Deploys ?m]
                [?m :Model/name ?model] [?d :Deployment/name ?deployment]]
        """,
        """
        SELECT DISTINCT d.v, n.v
        FROM {Organization/name} o
        JOIN edge p ON p."to" = o.e AND p.type = {PublishedBy} AND p.t1 = {now}
        JOIN {Model/name} n ON n.e = p."from" AND n.t1 = {now}
        JOIN edge h ON h."to" = n.e AND h.type = {Deploys} AND h.t1 = {now}
        JOIN {Deployment/name} d ON d.e = h."from" AND d.t1 = {now}
        WHERE left(o.v, 256) = $1 AND o.v = $1 AND o.t1 = {now}
        """,
        ("OpenAI",),
    ),
    Case(
        "negation: models that nobody deploys",
        """
        [:find ?m ?name
         :where [?m :Model/access "open"] [?m :Model/name ?name] (not [_ :Deploys ?m])]
        """,
        """
        SELECT a.e, n.v
        FROM {Model/access} a
        JOIN {Model/name} n ON n.e = a.e AND n.t1 = {now}
        WHERE left(a.v, 256) = $1 AND a.v = $1 AND a.t1 = {now}
          AND NOT EXISTS (
            SELECT FROM edge h WHERE h."to" = a.e AND h.type = {Deploys} AND h.t1 = {now})
        """,
        ("open",),
    ),
    Case(
        "or: scheduled hourly, or owned by a team",
        """
        [:find ?d ?name
         :where (or-join [?d]
                  [?d :Dataset/tags "schedule:hourly"]
                  (and [?d :OwnedBy ?o] [?o :entity/type :Team]))
                [?d :Dataset/name ?name]]
        """,
        """
        SELECT n.e, n.v
        FROM (
          SELECT g.e
          FROM {Dataset/tags} g
          WHERE left(g.v, 256) = $1 AND g.v = $1 AND g.t1 = {now}
          UNION
          SELECT h."from"
          FROM fact_2 y
          JOIN edge h ON h."to" = y.e AND h.type = {OwnedBy} AND h.t1 = {now}
          WHERE y.v = {Team} AND y.t1 = {now}) d
        JOIN {Dataset/name} n ON n.e = d.e AND n.t1 = {now}
        """,
        ("schedule:hourly",),
    ),
    Case(
        "aggregate: datasets by owner",
        """
        [:find ?owner (count ?d)
         :where [?d :OwnedBy ?o] [?o :Owner/name ?owner] [?d :Dataset/kind "view"]]
        """,
        """
        SELECT o.v, count(DISTINCT h."from")
        FROM {Dataset/kind} k
        JOIN edge h ON h."from" = k.e AND h.type = {OwnedBy} AND h.t1 = {now}
        JOIN (
          SELECT e, v FROM {User/name} WHERE t1 = {now}
          UNION ALL SELECT e, v FROM {Team/name} WHERE t1 = {now}) o ON o.e = h."to"
        WHERE left(k.v, 256) = $1 AND k.v = $1 AND k.t1 = {now}
        GROUP BY o.v
        """,
        ("view",),
    ),
    Case(
        "as of: what read a table back then",
        f"""
        [:find ?reader ?name
         :where [?d :entity/urn "{_LONG_USED}"] [?reader :DerivedFrom ?d]
                [?reader :Dataset/name ?name]]
        """,
        """
        SELECT n.e, n.v
        FROM fact_1 u
        JOIN edge h ON h."to" = u.e AND h.type = {DerivedFrom} AND h.t0 <= $2 AND h.t1 > $2
        JOIN {Dataset/name} n ON n.e = h."from" AND n.t0 <= $2 AND n.t1 > $2
        WHERE left(u.v, 256) = left($1, 256) AND u.v = $1 AND u.t0 <= $2 AND u.t1 > $2
        """,
        (_LONG_USED,),
        past=True,
    ),
    Case(
        "recursion: all that a table goes back to",
        f"""
        [:find ?up ?name
         :where [?d :entity/urn "{_DEEP}"]
                (upstream ?d ?up) [?up :Dataset/name ?name]
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
        SELECT r.node, n.v
        FROM reached r
        JOIN {Dataset/name} n ON n.e = r.node AND n.t1 = {now}
        """,
        (_DEEP,),
    ),
)
