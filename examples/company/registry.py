"""Models: registered, trained, judged, cleared away."""

from collections.abc import Iterator
from datetime import date, timedelta

from examples.company.cast import (
    EXPERIMENTS,
    FEATURES,
    LAST_DAY,
    MODEL,
    MODELS,
    PEOPLE,
    Model,
    team_on,
)
from examples.company.featurestore import SCHEDULER, run_urn, run_values
from examples.company.journal import (
    Change,
    Journal,
    at,
    between,
    dataset_urn,
    link,
    link_parallel,
    pick,
    retract,
    stamp,
    unlink,
    upsert,
    urn,
    whole,
)

REGISTRY = "registry/svc:registry"
TRAINER = "registry/svc:trainer"
BORN = {feature.name: feature.since for feature in FEATURES}
KEPT = {("home-ranker", 4)}  # A baseline that is never cleared away.

# Trainings that came out worse than what was there, and were never shown to anybody.
POOR = {
    ("row-picker", 2),
    ("search-ranker", 4),
    ("churn-risk", 3),
    ("shop-ranker", 3),
    ("payment-fraud", 4),
    ("query-intent", 3),
    ("continue-watching", 3),
}


def promotions(model: Model) -> list[tuple[int, date]]:
    """Return the versions that went to all members, each with the day on which that began."""
    tried = {each.version: each for each in EXPERIMENTS if each.model == model.slug}
    promoted = []
    for version in range(1, model.versions + 1):
        day = model.trained(version) + timedelta(days=6)
        if version in tried:
            day += timedelta(days=tried[version].days + 2)
            if tried[version].outcome == "WIN":
                promoted.append((version, day))
        elif (model.slug, version) not in POOR:
            promoted.append((version, day))
    return promoted


def in_production(model: Model, day: date) -> int:
    """Return the version that most members see on that day."""
    whole_switch = timedelta(days=0)
    version = 1
    for promoted, since in promotions(model):
        if since + whole_switch <= day:
            version = promoted
        whole_switch = timedelta(days=7)  # From the second on, the first week is a trial.
    return version


def instance_urn(model: str, version: int) -> str:
    """Return the urn of a model's instance."""
    return urn("model-instance", f"{model}-v{version}")


def write_registry(journal: Journal) -> None:
    """Write what the model registry and the trainings tell."""
    for model in MODELS:
        _write_registration(journal, model)
        for version in range(1, model.versions + 1):
            _write_training(journal, model, version)
    for day in (date(2024, 9, 10), date(2025, 3, 10), date(2025, 9, 10), date(2026, 3, 10)):
        _write_importance(journal, day)
    for year, month in ((2025, 4), (2025, 7), (2025, 10), (2026, 1), (2026, 4), (2026, 6)):
        _write_clearing(journal, date(year, month, 15))
    for day, author, reason, changes in _turns():
        journal.write(at(day, reason), author, reason, changes)


def _write_registration(journal: Journal, model: Model) -> None:
    """Write the model and its pipeline; one model was registered after its first training."""
    late = model.slug == "payment-fraud"
    day = model.first + timedelta(days=13 if late else -10)
    name = urn("model", model.slug)
    team = urn("team", team_on(model.team, day))
    changes = [
        upsert(
            "Model",
            name,
            name=model.name,
            description=model.description,
            family=model.family,
            card=f"https://models.larkfield.example/{model.slug}",
            tags=[model.team, "batch" if model.family == "encoder" else "online"],
        ),
        link("OwnedBy", name, team, duty="ACCOUNTABLE"),
        link("OwnedBy", name, urn("person", maintainer(model.slug, day)), duty="MAINTAINER"),
    ]
    reason = "forgotten at first" if late else None
    journal.write(at(day, model.slug), REGISTRY, reason, changes)
    job = urn("pipeline", f"train-{model.slug}")
    scheduled = [
        upsert(
            "Pipeline",
            job,
            name=f"train-{model.slug}",
            description=f"Trains {model.name}.",
            schedule="on demand",
            repository=f"https://git.larkfield.example/models/{model.slug}",
            tags=["training"],
        ),
        link("OwnedBy", job, team, duty="ACCOUNTABLE"),
        link("Reads", job, dataset_urn(model.examples)),
    ]
    moment = at(model.first - timedelta(days=7), model.slug)
    journal.write(moment, SCHEDULER, None, scheduled)


def maintainer(subject: str, day: date) -> str:
    """Return who does the work: somebody of the model's team who is there on that day."""
    team = MODEL[subject].team
    there = [person.slug for person in PEOPLE if person.team == team and person.joined <= day]
    return pick(there[1:] or there, subject, "maintainer")


def _write_training(journal: Journal, model: Model, version: int) -> None:
    day = model.trained(version)
    ended = at(day, model.slug, "train")
    job, run = f"train-{model.slug}", run_urn(f"train-{model.slug}", day)
    values = run_values(run, ended, whole(2, 19, run), model.slug)
    begun: list[Change] = []
    if version % 5 == 2:  # Long ones are seen while they run.
        begun = [
            upsert("PipelineRun", run, runId=values["runId"], state="RUNNING"),
            link("RunOf", run, urn("pipeline", job)),
        ]
        moment = ended - timedelta(hours=2)
        journal.write(moment, SCHEDULER, None, begun)
    done = [
        upsert("PipelineRun", run, **values, state="SUCCEEDED", settings={"version": version}),
        *([] if begun else [link("RunOf", run, urn("pipeline", job))]),
        *_instance(model, version, stamp(ended)),
        link("Produced", run, instance_urn(model.slug, version)),
    ]
    journal.write(ended, TRAINER, f"{model.name} is trained again" if begun else None, done)


def _instance(model: Model, version: int, trained: str) -> Iterator[Change]:
    name = instance_urn(model.slug, version)
    yield upsert(
        "ModelInstance",
        name,
        name=f"{model.slug} v{version}",
        version=version,
        stage="CANDIDATE",
        parameterCount=_parameters(model, version),
        offlineScore=_score(model, version),
        metric=model.metric,
        trainedAt=trained,
        artifact=f"s3://larkfield-models/{model.slug}/v{version}/weights.bin",
        hyperparameters={
            "learningRate": pick((0.1, 0.03, 0.01, 0.003), name, "rate"),
            "rounds": whole(20, 90, name, "rounds") * 10,
            "seed": whole(1, 9999, name, "seed"),
        },
    )
    yield link("InstanceOf", name, urn("model", model.slug))
    yield from _training_data(model, version)
    for feature in features_of(model, version):
        yield link(
            "UsesFeature",
            name,
            urn("feature", feature),
            importance=between(0.01, 0.3, 3, name, feature),
            transform=pick(("none", "log", "bucket", "normalize"), model.slug, feature),
        )
    if model.slug == "similar-titles" and version == 3:  # Nobody here describes it.
        yield link("WarmStartedFrom", name, "hw://model-instance/hub/open-encoder-small")
    elif version > 1 and model.family in {"ranker", "encoder"}:
        yield link("WarmStartedFrom", name, instance_urn(model.slug, version - 1))


def _parameters(model: Model, version: int) -> int:
    if model.family == "encoder":
        return 7_241_732_096 if version >= 3 else 109_482_240
    return whole(40_000, 900_000, model.slug, "size") * (version + 3)


def _score(model: Model, version: int) -> float:
    poor = 0.06 if (model.slug, version) in POOR else 0
    start = between(0.66, 0.8, 3, model.slug, "score")
    return round(start + 0.012 * version - poor + between(0, 0.01, 4, model.slug, version), 4)


def _training_data(model: Model, version: int) -> Iterator[Change]:
    """Yield what was read: older days for the training, the last fortnight for the test."""
    name, examples = instance_urn(model.slug, version), dataset_urn(model.examples)
    last = model.trained(version) - timedelta(days=2)
    middle = last - timedelta(days=14)
    first = middle - timedelta(days=whole(60, 180, name, "days"))
    rows = whole(1_000, 90_000, name, "rows") * 1_000
    days = {"firstDay": first.isoformat(), "lastDay": middle.isoformat()}
    yield link_parallel("TrainedOn", name, examples, "train", rows=rows, weight=1.0, **days)
    days = {"firstDay": middle.isoformat(), "lastDay": last.isoformat()}
    yield link_parallel("TrainedOn", name, examples, "test", rows=rows // 9, **days)
    if model.slug == "home-ranker" and version >= 4:
        served = dataset_urn("home.rankings_served")
        yield link("TrainedOn", name, served, rows=rows // 3, weight=0.25)


def features_of(model: Model, version: int) -> Iterator[str]:
    """Yield the names of the features that this version takes."""
    day = model.trained(version)
    for wanted in model.features:
        name, until, since = _bounds(wanted)
        if BORN[name] < day and since <= day < until:
            yield name


def _bounds(wanted: str) -> tuple[str, date, date]:
    name, _, until = wanted.partition("<")
    name, _, since = name.partition(">")
    return (
        name,
        date.fromisoformat(until or "9999-12-31"),
        date.fromisoformat(since or "0001-01-01"),
    )


def _write_importance(journal: Journal, day: date) -> None:
    """Measure again what the features of the instances in production are worth."""
    changes: list[Change] = []
    for model in MODELS:
        if model.first < day and model.slug != "query-intent":
            changes.extend(_importance(model, in_production(model, day), day))
    moment = at(day, "importance")
    journal.write(moment, "registry/svc:evaluator", "importance on live traffic", changes)


def _importance(model: Model, version: int, day: date) -> Iterator[Change]:
    name = instance_urn(model.slug, version)
    for feature in list(features_of(model, version))[:3]:
        share = between(0.02, 0.35, 3, name, feature, day)
        yield link("UsesFeature", name, urn("feature", feature), importance=share)


def _write_clearing(journal: Journal, day: date) -> None:
    """Delete instances that nobody has used for a long time."""
    cleared = [
        retract(instance_urn(model.slug, version))
        for model in MODELS
        for version in range(1, model.versions + 1)
        if (model.slug, version) not in KEPT and cleared_on(model, version) == day
    ]
    journal.write(at(day, "clearing"), "registry/svc:janitor", "artifacts expired", cleared)


def cleared_on(model: Model, version: int) -> date | None:
    """Return the day on which the instance was deleted, or None where it is still there."""
    days = [since for promoted, since in promotions(model) if promoted > version]
    promoted = {each for each, _ in promotions(model)}
    if version in promoted:
        unused = min(days, default=LAST_DAY) + timedelta(days=330)
    else:
        unused = model.trained(version) + timedelta(days=240)
    clearings = (
        date(year, month, 15)
        for year, month in ((2025, 4), (2025, 7), (2025, 10), (2026, 1), (2026, 4), (2026, 6))
    )
    return next((day for day in clearings if day >= unused), None)


def _turns() -> Iterator[tuple[date, str, str, list[Change]]]:
    """Yield what happened to single models, one turn of the story after the other."""
    offer, churn, intent = (
        urn("model", slug) for slug in ("retention-offer", "churn-risk", "query-intent")
    )
    growth, ads = urn("team", "growth"), urn("team", "ads")
    yield (
        date(2025, 2, 24),
        "registry/kwame.boateng",
        "it guards; nobody is a suspect",
        [upsert("Model", urn("model", "account-guard"), name="Account Guard")],
    )
    yield (
        date(2025, 10, 20),
        "registry/grace.kim",
        "Search Ranker does it by itself",
        [
            upsert("Model", intent, deprecated=True, sunsetOn="2026-03-16"),
            upsert("ModelInstance", instance_urn("query-intent", 4), stage="RETIRED"),
        ],
    )
    yield (
        date(2026, 1, 26),
        "governance/lucia.ferrari",
        "somebody has to know it when Samuel is gone",
        [
            link("OwnedBy", churn, urn("person", "linh.tran"), duty="MAINTAINER"),
            link("OwnedBy", offer, urn("person", "linh.tran"), duty="MAINTAINER"),
        ],
    )
    yield (
        date(2026, 2, 16),
        "governance/ines.moreau",
        "those who sell the cheaper plan make the offer",
        [unlink("OwnedBy", offer, growth), link("OwnedBy", offer, ads, duty="ACCOUNTABLE")],
    )
    yield date(2026, 3, 16), "registry/svc:registry", "removed on its sunset", [retract(intent)]
