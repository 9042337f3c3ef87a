"""What all three are asked: Headwater and Strawberry in GraphQL, the one by hand by name."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from benchmarks.warehouse.history import TAGS
from store.database import Database

Variables = Mapping[str, Any]

LIST = 1_000
_FAN = 50
_FEWEST_OWNED = 4
_FEWEST_PRODUCED = 4


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a warehouse can be asked about, of what was there at a t and still is now."""

    datasets: Sequence[str]
    pipelines: Sequence[str]  # That produce a few datasets at least.
    owners: Sequence[str]  # Of a few datasets at least; their urns.
    tag: str
    last: int  # The highest number from which on a page of LIST datasets was full.
    at_once: int  # How many owners one question is about.

    @classmethod
    async def of(cls, database: Database, t: int) -> Self:
        """Return what there was at a t."""
        datasets = await database.rows(_DATASETS, [t])
        pipelines = await database.rows(_WIDE, [t, "Pipeline", "ProducedBy", _FEWEST_PRODUCED])
        owners = await database.rows(_WIDE, [t, "Owner", "OwnedBy", _FEWEST_OWNED])
        [tag] = await database.row("SELECT e FROM fact_1 WHERE v = 'hw://tag/bench/0'")
        return cls(
            tuple(f"E{e}" for (e,) in datasets),
            tuple(f"E{e}" for e, _ in pipelines),
            tuple(str(urn) for _, urn in owners),
            f"E{tag}",
            max(0, len(datasets) - LIST),
            min(_FAN, len(owners)),
        )


def of_one_size(subjects: Mapping[str, Subjects]) -> Mapping[str, Subjects]:
    """Return subjects of which each question is about as many, however many there are."""
    fewest = min(each.at_once for each in subjects.values())
    return {name: replace(each, at_once=fewest) for name, each in subjects.items()}


_DATASETS = """
SELECT e
FROM fact_1
WHERE v LIKE 'hw://dataset/bench/%' AND t0 <= $1 AND t1 = 9223372036854775807
ORDER BY e
"""
_WIDE = """
SELECT u.e, u.v
FROM fact_1 u
JOIN (
  SELECT "to" AS e
  FROM edge
  WHERE type = (SELECT id FROM schema_name WHERE name = $3) AND t0 <= $1 AND $1 < t1
  GROUP BY "to"
  HAVING count(*) >= $4) w ON w.e = u.e
WHERE u.v LIKE 'hw://' || lower($2) || '/%' AND u.t0 <= $1
ORDER BY u.e
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A question: Headwater's document (the same as of `$t`), Strawberry's, and its variables.

    The peers are not asked about the past: their tables have none.
    """

    name: str
    title: str
    declared: str
    field: str
    arguments: str
    selected: str
    peers: str
    drawn: Callable[[Subjects, random.Random], Variables]

    @property
    def now(self) -> str:
        """Return Headwater's document for the present."""
        head = f"query({self.declared})" if self.declared else "query"
        return f"{head} {{ {self.field}({self.arguments}) {self.selected} }}"

    @property
    def past(self) -> str:
        """Return the same as of `$t`."""
        declared = f"{self.declared}, " if self.declared else ""
        head = f"query({declared}$t: TimePoint)"
        return f"{head} {{ {self.field}({self.arguments}, asOf: $t) {self.selected} }}"


ENTITY = Question(
    "entity",
    "one entity, 6 fields",
    "$id: ID!",
    "dataset",
    "id: $id",
    "{ name description layer rows quality deprecated }",
    "query($id: ID!) { dataset(id: $id) { name description layer rows quality deprecated } }",
    lambda subjects, draw: {"id": draw.choice(subjects.datasets)},
)

NEST = Question(
    "nest",
    "4-level nest from one root",
    "$id: ID!",
    "pipeline",
    "id: $id",
    """{
      name state
      produces(first: 10) { nodes {
        name layer
        upstream(first: 5) { nodes { name rows owner { name } } }
      } }
    }""",
    """query($id: ID!) { pipeline(id: $id) {
      name state
      produces(first: 10) { name layer upstream(first: 5) { name rows owner { name } } }
    } }""",
    lambda subjects, draw: {"id": draw.choice(subjects.pipelines)},
)

MANY = Question(
    "list",
    "1,000 entities x 7 fields, owner",
    "$from: Int!",
    "datasets",
    f"first: {LIST}, where: {{number: {{gte: $from}}}}, orderBy: [{{number: ASC}}]",
    "{ nodes { name description layer rows quality deprecated created owner { name } } }",
    f"""query($from: Int!) {{ datasets(since: $from, first: {LIST}) {{
      name description layer rows quality deprecated created owner {{ name }}
    }} }}""",
    lambda subjects, draw: {"from": draw.randint(0, subjects.last)},
)

FAN = Question(
    "fan",
    "50 x 8 x 2 nest",
    "$urns: [String!]!",
    "owners",
    f"first: {_FAN}, where: {{urn: {{in: $urns}}}}",
    """{ nodes {
      name
      datasets(first: 8) { nodes { name layer checks(first: 2) { nodes { name state } } } }
    } }""",
    """query($urns: [String!]!) { owners(urns: $urns) {
      name datasets(first: 8) { name layer checks(first: 2) { name state } }
    } }""",
    lambda subjects, draw: {"urns": draw.sample(subjects.owners, subjects.at_once)},
)

COUNT = Question(
    "count",
    f"totalCount over {TAGS[0]:.0%} of the datasets, a page of 100",
    "$id: ID!, $first: Int!",
    "tag",
    "id: $id",
    "{ name datasets(first: $first) { totalCount nodes { name } } }",
    """query($id: ID!, $first: Int!) { tag(id: $id) {
      name datasets(first: $first) { totalCount nodes { name } }
    } }""",
    lambda subjects, draw: {"id": subjects.tag, "first": draw.randint(95, 105)},
)

SCAN = Question(
    "scan",
    "scan: pipelines by state, 11 versions each",
    "",
    "pipelines",
    "first: 1",
    "{ groups(by: state) { nodes { key count } } }",
    "",
    lambda _, __: {},
)

FOUR = (ENTITY, NEST, MANY, FAN)
"""Those that the goals are about, whose variables differ from request to request."""
