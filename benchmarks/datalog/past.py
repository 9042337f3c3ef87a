"""The present against the middle of the log: reads by key, and scans of what changes often."""

from dataclasses import dataclass
from statistics import median

from benchmarks.datalog.asked import Asked, ready, rows
from benchmarks.graph import dataset, pipeline
from benchmarks.measuring import Budget, Ratio, interleaved, ratio

GOAL_BY_KEY = 1.15
GOAL_OF_SCANS = 1.3


@dataclass(frozen=True, slots=True)
class Question:
    """A query that is asked at both times; `scan` is one that reads an attribute as a whole."""

    name: str
    query: str
    scan: bool = False


QUESTIONS = (
    Question(
        "by key: three values of a dataset",
        f"""
        [:find ?name ?layer ?rows
         :where [?d :entity/urn "{dataset(1_000)}"] [?d :Dataset/name ?name]
                [?d :Dataset/layer ?layer] [?d :Dataset/rows ?rows]]
        """,
    ),
    Question(
        "by key: what a dataset reads",
        f"""
        [:find ?up ?name
         :where [?d :entity/urn "{dataset(50_021)}"] [?d :DerivedFrom ?up]
                [?up :Dataset/name ?name]]
        """,
    ),
    Question(
        "by key: the state of a pipeline, one of 11",
        f"""
        [:find ?name ?state
         :where [?p :entity/urn "{pipeline(1_000)}"] [?p :Pipeline/name ?name]
                [?p :Pipeline/state ?state]]
        """,
    ),
    Question(
        "by key: a pipeline by its name",
        """
        [:find ?p ?state
         :where [?p :Pipeline/name "Pipeline 3-1000"] [?p :Pipeline/state ?state]]
        """,
    ),
    Question(
        "scan: pipelines by state, 11 versions each",
        "[:find ?state (count ?p) :where [?p :Pipeline/state ?state]]",
        scan=True,
    ),
    Question(
        "scan: the pipelines that failed, 11 versions each",
        '[:find ?p :where [?p :Pipeline/state "failed"]]',
        scan=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Times:
    """A question: its rows now and then, seconds of both, and then against now."""

    name: str
    scan: bool
    rows: tuple[int, int]
    now: float
    then: float
    ratio: Ratio


async def measured(question: Question, asked: Asked, budget: Budget) -> Times:
    """Return what a question takes now, and as of the middle of the log."""
    present = ready(asked, question.query, None, {})
    past = ready(asked, question.query, asked.middle, {})
    found = [len(rows(await each.run(asked.database))) for each in (present, past)]
    if not all(found):
        raise ValueError(f"{question.name}: no rows at one of the times")

    async def now() -> None:
        await present.run(asked.database)

    async def then() -> None:
        await past.run(asked.database)

    timings = await interleaved({"now": now, "then": then}, budget)
    return Times(
        question.name,
        question.scan,
        (found[0], found[1]),
        median(timings["now"]),
        median(timings["then"]),
        ratio(timings, "then", "now"),
    )
