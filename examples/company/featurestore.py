"""Features and the pipelines that write tables and features: registered, changed, run, deleted."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from examples.company.cast import (
    FEATURES,
    LAST_DAY,
    PIPELINES,
    TEAMS,
    Feature,
    Pipeline,
    team_on,
)
from examples.company.journal import (
    Change,
    Journal,
    Value,
    at,
    between,
    dataset_urn,
    draw,
    link,
    pick,
    retract,
    stamp,
    upsert,
    urn,
    whole,
)

STORE = "featurestore/svc:registry"
SCHEDULER = "scheduler/svc:scheduler"


def write_features(journal: Journal) -> None:
    """Write what the feature store tells: teams register their features, day by day."""
    for day in sorted({feature.since for feature in FEATURES}):
        for team in TEAMS:
            new = [each for each in FEATURES if (each.since, each.team) == (day, team.slug)]
            changes = [change for feature in new for change in _registered(feature)]
            journal.write(at(day, team.slug, "features"), STORE, None, changes)
    for year, month in ((2024, 8), (2025, 2), (2025, 8), (2026, 2)):
        _write_watch(journal, date(year, month, 5))
    for day, author, reason, changes in _turns():
        journal.write(at(day, reason), author, reason, changes)


def _registered(feature: Feature) -> Iterator[Change]:
    name = urn("feature", feature.name)
    defaults: dict[str, Value] = {"count": 0, "share": 0.5, "flag": False, "label": "unknown"}
    yield upsert(
        "Feature",
        name,
        name=feature.name,
        description=feature.description,
        kind=feature.kind,
        subject=feature.name.split(".")[0],
        freshnessMinutes=feature.freshness,
        missingShare=between(0, 0.08, 3, feature.name, "missing"),
        defaultValue=defaults.get(feature.kind, {"mean": between(0, 9, 2, feature.name)}),
        tags=["online"] if feature.freshness <= 60 else ["online", "daily"],
    )
    yield link(
        "OwnedBy", name, urn("team", team_on(feature.team, feature.since)), duty="ACCOUNTABLE"
    )
    for source in feature.sources:
        column = feature.name.split(".")[1]
        window = 90 if "quarter" in column else pick((1, 7, 28), feature.name)
        yield link(
            "ComputedFrom",
            name,
            dataset_urn(source),
            expression=f"last({column})" if feature.kind == "label" else f"sum({column})",
            windowDays=window,
        )


def _write_watch(journal: Journal, day: date) -> None:
    """Write how much is missing, of those features where that has changed."""
    changes = [
        upsert("Feature", urn("feature", each.name), missingShare=_missing(each, day))
        for each in FEATURES
        if each.since < day and draw(each.name, day, "watch") < 0.3 and each.name not in _DELETED
    ]
    journal.write(at(day, "watch"), "featurestore/svc:monitor", "values missing", changes)


def _missing(feature: Feature, day: date) -> float:
    return between(0, 0.1, 3, feature.name, day, "missing")


_DELETED = {"member.mood_guess", "query.intent"}


def _turns() -> Iterator[tuple[date, str, str, list[Change]]]:
    """Yield what happened to single features, one turn of the story after the other."""
    mood, idle, intent = (
        urn("feature", name) for name in ("member.mood_guess", "member.days_idle", "query.intent")
    )
    yield (
        date(2024, 11, 18),
        "governance/kwame.boateng",
        "nobody agreed to have moods guessed",
        [upsert("Feature", mood, deprecated=True, sunsetOn="2025-02-24")],
    )
    yield date(2025, 2, 24), STORE, "sunset", [retract(mood)]
    yield (
        date(2025, 4, 14),
        "featurestore/samuel.adeyemi",
        "asked for by the home page: within the hour",
        [upsert("Feature", idle, freshnessMinutes=60, tags=["daily", "online", "core"])],
    )
    yield (
        date(2025, 9, 1),
        "featurestore/samuel.adeyemi",
        "idle sounded like a judgement",
        [upsert("Feature", idle, name="member.days_since_last_play")],
    )
    yield (
        date(2025, 9, 8),
        "featurestore/linh.tran",
        "days since the last play come straight from the sessions as well",
        [link("ComputedFrom", idle, urn("dataset", "playback.sessions"), windowDays=400)],
    )
    yield (
        date(2025, 10, 27),
        "governance/grace.kim",
        "the model that wrote it is gone",
        [upsert("Feature", intent, deprecated=True, sunsetOn="2026-03-16")],
    )
    yield date(2026, 3, 16), STORE, "removed on its sunset", [retract(intent)]


def write_pipelines(journal: Journal) -> None:
    """Write the pipelines that make tables and features, and those runs that somebody kept."""
    for pipeline in PIPELINES:
        moment = at(pipeline.since, pipeline.slug)
        journal.write(moment, SCHEDULER, None, _scheduled(pipeline))
        day = pipeline.since + timedelta(days=whole(20, 80, pipeline.slug))
        while day < LAST_DAY:
            _write_run(journal, pipeline, day)
            day += timedelta(days=whole(150, 260, pipeline.slug, day))


def _scheduled(pipeline: Pipeline) -> Iterator[Change]:
    name = urn("pipeline", pipeline.slug)
    yield upsert(
        "Pipeline",
        name,
        name=pipeline.slug,
        description=pipeline.description,
        schedule=pipeline.schedule,
        repository=f"https://git.larkfield.example/pipelines/{pipeline.slug}",
        tags=["tables"],
    )
    team = team_on(pipeline.team, pipeline.since)
    yield link("OwnedBy", name, urn("team", team), duty="ACCOUNTABLE")
    for path in pipeline.reads:
        yield link("Reads", name, dataset_urn(path))
    for path in pipeline.writes:
        feature = path.removeprefix("feature:")
        target = urn("feature", feature) if feature != path else dataset_urn(path)
        yield link("Writes", name, target, rows=whole(10_000, 30_000_000, pipeline.slug, path))


def _write_run(journal: Journal, pipeline: Pipeline, day: date) -> None:
    ended = at(day, pipeline.slug, "run")
    failed = draw(pipeline.slug, day, "fails") < 0.3
    name = run_urn(pipeline.slug, day)
    values: dict[str, Value] = {"state": "FAILED" if failed else "SUCCEEDED"}
    if failed:
        values["message"] = pick(_MESSAGES, pipeline.slug, day)
    run = run_values(name, ended, whole(1, 6, pipeline.slug, day), pipeline.slug)
    changes = [
        upsert("PipelineRun", name, **run, **values, retries=3 if failed else 0),
        link("RunOf", name, urn("pipeline", pipeline.slug)),
    ]
    journal.write(ended, SCHEDULER, "kept for the incident" if failed else "backfill", changes)


_MESSAGES = (
    "out of memory in the second join",
    "a column that was promised is not there",
    "the files of yesterday came too late",
    "permission denied: the key of the job had expired",
)


def run_urn(pipeline: str, day: date) -> str:
    """Return the urn of the pipeline's run of that day."""
    return urn("pipeline-run", f"{pipeline}-{day:%Y%m%d}")


def run_values(name: str, ended: datetime, hours: int, *subject: object) -> dict[str, Value]:
    """Return what is known about a run that has ended."""
    began = ended - timedelta(hours=hours, minutes=whole(0, 50, name))
    return {
        "runId": str(uuid5(NAMESPACE_URL, name)),
        "startedAt": stamp(began),
        "endedAt": stamp(ended - timedelta(minutes=2)),
        "cost": f"{hours * between(8, 31, 2, *subject, ended, 'cost'):.2f}",
    }
