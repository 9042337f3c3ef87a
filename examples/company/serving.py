"""Deployments: opened, switched to new instances in two steps, rolled back, measured, closed."""

from collections.abc import Iterator
from datetime import date, timedelta

from examples.company.cast import DEPLOYMENTS, MODEL, MODELS, Deployment, Model, team_on
from examples.company.journal import (
    Change,
    Journal,
    Value,
    at,
    between,
    dataset_urn,
    draw,
    link,
    retract,
    unlink,
    upsert,
    urn,
    whole,
)
from examples.company.registry import in_production, instance_urn, maintainer, promotions

SERVING = "serving/svc:rollout"


def write_serving(journal: Journal) -> None:
    """Write what the serving platform tells."""
    for model in MODELS:
        _write_promotions(journal, model)
    for deployment in DEPLOYMENTS:
        moment = at(deployment.since, deployment.model, deployment.region)
        journal.write(moment, SERVING, None, _opened(deployment))
        if deployment.until:
            moment = at(deployment.until, deployment.model, deployment.region)
            reason = "nobody asks any more"
            journal.write(moment, SERVING, reason, _closed(deployment, deployment.until))
    for day in (date(2024, 9, 16), date(2025, 3, 18), date(2025, 9, 16), date(2026, 3, 17)):
        _write_latencies(journal, day)
    _write_rollback(journal)


def deployment_urn(deployment: Deployment) -> str:
    """Return the urn of the deployment."""
    return urn("deployment", f"{deployment.model}-{deployment.region}")


def _opened(deployment: Deployment) -> Iterator[Change]:
    model, day = MODEL[deployment.model], deployment.since
    name = deployment_urn(deployment)
    nightly = deployment.region == "batch"
    host = f"https://{model.slug}.{deployment.region}.larkfield.example/v1/answer"
    where: dict[str, Value] = {} if nightly else {"region": deployment.region, "endpoint": host}
    yield upsert(
        "Deployment",
        name,
        name=f"{model.slug} {'nightly' if nightly else deployment.region}",
        description=deployment.description,
        replicas=whole(2, 24, name),
        latency=between(9, 80, 1, name),
        live=True,
        tags=["batch" if nightly else "online"],
        **where,
    )
    yield link("OwnedBy", name, urn("team", team_on(model.team, day)), duty="ACCOUNTABLE")
    version = in_production(model, day)
    yield link("Deploys", name, instance_urn(model.slug, version), trafficShare=1.0)
    match deployment.model, deployment.region:
        case "churn-risk", "batch":
            yield link("Writes", name, dataset_urn("churn.scores_daily"), rows=5_900_000)
        case "query-intent", "eu":
            yield link("Writes", name, urn("feature", "query.intent"), rows=12_000_000)
        case _:
            pass


def _closed(deployment: Deployment, day: date) -> list[Change]:
    name = deployment_urn(deployment)
    if deployment.model == "query-intent":
        return [retract(name)]
    model = MODEL[deployment.model]
    return [
        upsert("Deployment", name, live=False, replicas=0, latency=None),
        unlink("Deploys", name, instance_urn(model.slug, in_production(model, day))),
    ]


def _write_promotions(journal: Journal, model: Model) -> None:
    """Switch to each promoted instance: a tenth in one region, all of it a week later."""
    (first, since), *later = promotions(model)
    changes = [*_crowned(model, first)]
    journal.write(at(since, model.slug, "promote"), SERVING, "the first one", changes)
    before = first
    for version, day in later:
        _write_switch(journal, model, (before, version), day)
        before = version


def _write_switch(
    journal: Journal, model: Model, versions: tuple[int, int], trial_day: date
) -> None:
    old, new = (instance_urn(model.slug, version) for version in versions)
    switch_day = trial_day + timedelta(days=7)
    places = [deployment_urn(each) for each in _open(model, trial_day)]
    trial = [
        upsert("ModelInstance", new, stage="TRIAL"),
        link("Deploys", places[0], old, trafficShare=0.9),
        link("Deploys", places[0], new, trafficShare=0.1, approvedBy="svc:rollout"),
    ]
    journal.write(at(trial_day, new), SERVING, None, trial)
    approved = f"{maintainer(model.slug, switch_day)}@larkfield.example"
    switched = [
        *_crowned(model, versions[1]),
        upsert("ModelInstance", old, stage="RETIRED"),
        *(
            change
            for place in (deployment_urn(each) for each in _open(model, switch_day))
            for change in (
                link("Deploys", place, new, trafficShare=1.0, approvedBy=approved),
                unlink("Deploys", place, old),
            )
        ),
    ]
    reason = f"{model.name} v{versions[1]} goes everywhere"
    journal.write(at(switch_day, new), SERVING, reason, switched)


def _crowned(model: Model, version: int) -> Iterator[Change]:
    name = instance_urn(model.slug, version)
    yield upsert("ModelInstance", name, stage="PRODUCTION")
    yield upsert("Model", urn("model", model.slug), current=name)


def _open(model: Model, day: date) -> list[Deployment]:
    return [
        each
        for each in DEPLOYMENTS
        if each.model == model.slug
        and each.since < day
        and (each.until is None or each.until > day)
    ]


def _write_latencies(journal: Journal, day: date) -> None:
    changes = [
        upsert(
            "Deployment",
            deployment_urn(each),
            latency=between(9, 95, 1, deployment_urn(each), day),
            replicas=whole(2, 32, deployment_urn(each), day),
        )
        for each in DEPLOYMENTS
        if each.since < day
        and (each.until is None or each.until > day)
        and draw(deployment_urn(each), day) < 0.6
    ]
    journal.write(at(day, "latency"), "serving/svc:monitor", "measured and resized", changes)


def _write_rollback(journal: Journal) -> None:
    """Take back a version that turned good payments away, and let it out again."""
    place = urn("deployment", "payment-fraud-eu")
    old, new = instance_urn("payment-fraud", 2), instance_urn("payment-fraud", 3)
    model = urn("model", "payment-fraud")
    back = [
        link("Deploys", place, old, trafficShare=1.0, approvedBy="kwame.boateng@larkfield.example"),
        unlink("Deploys", place, new),
        upsert("Model", model, current=old),
    ]
    moment = at(date(2024, 12, 6), "rollback").replace(hour=22)
    journal.write(moment, "serving/kwame.boateng", "turns good payments away: rolled back", back)
    forth = [
        link("Deploys", place, new, trafficShare=1.0, approvedBy="yuki.sato@larkfield.example"),
        unlink("Deploys", place, old),
        upsert("Model", model, current=new),
    ]
    moment = at(date(2024, 12, 10), "forward")
    journal.write(moment, "serving/yuki.sato", "it was the threshold, not the model", forth)
