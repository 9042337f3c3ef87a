"""Experiments: planned, started, widened, decided, and one taken back."""

from collections.abc import Iterator
from datetime import date, timedelta

from examples.company.cast import EXPERIMENTS, MODEL, PEOPLE, Experiment, team_on
from examples.company.journal import (
    Change,
    Journal,
    Value,
    at,
    between,
    link,
    pick,
    retract,
    upsert,
    urn,
    whole,
)
from examples.company.registry import in_production, instance_urn, maintainer

LAB = "lab/svc:experiments"


def write_lab(journal: Journal) -> None:
    """Write what the laboratory tells."""
    for experiment in EXPERIMENTS:
        _write_plan(journal, experiment)
        _write_course(journal, experiment)
    withdrawn = [retract(_urn(110))]  # Its cells go with it.
    moment = at(date(2025, 6, 16), "withdrawn")
    journal.write(moment, "lab/asha.rao", "it was never what it said; withdrawn", withdrawn)
    _write_comparison(journal)


def _urn(number: int) -> str:
    return urn("experiment", f"exp-{number}")


def _cell_urn(number: int, letter: str) -> str:
    return urn("experiment-cell", f"exp-{number}-{letter.lower()}")


def _started(experiment: Experiment) -> date:
    return MODEL[experiment.model].trained(experiment.version) + timedelta(days=5)


def _cells(experiment: Experiment) -> dict[str, int]:
    """Return the version that each cell tries, by its letter; A is what members have today."""
    model = MODEL[experiment.model]
    cells = {"A": in_production(model, _started(experiment)), "B": experiment.version}
    return cells | ({"C": experiment.version} if experiment.number % 3 == 0 else {})


_LABELS = {"A": "A: as it is", "B": "B: the new one", "C": "C: the new one, bolder"}


def _write_plan(journal: Journal, experiment: Experiment) -> None:
    """Write the plan; every fourth one is written down before anybody says what to expect."""
    day = _started(experiment) - timedelta(days=3)
    name, model = _urn(experiment.number), MODEL[experiment.model]
    values: dict[str, Value] = {"hypothesis": experiment.hypothesis}
    if experiment.number % 4 == 0:
        values = {}
    if experiment.number % 2:
        values["reviewers"] = _reviewers(experiment)
    owner = maintainer(experiment.model, day)
    changes = [
        upsert(
            "Experiment",
            name,
            name=experiment.name,
            description=f"{model.name} v{experiment.version} against what members have today.",
            state="PLANNED",
            startsOn=_started(experiment).isoformat(),
            tags=[team_on(model.team, day)],
            **values,
        ),
        link("OwnedBy", name, urn("team", team_on(model.team, day)), duty="ACCOUNTABLE"),
        link("OwnedBy", name, urn("person", owner), duty="MAINTAINER"),
    ]
    for letter, version in _cells(experiment).items():
        tried = instance_urn(experiment.model, version)
        changes.extend(_cell(experiment.number, letter, _LABELS[letter], tried))
    journal.write(at(day, name, "plan"), f"lab/{owner}", None, changes)


def _reviewers(experiment: Experiment) -> list[Value]:
    """Return two who read the plan; one of them had not begun when she read the first."""
    if experiment.number == 101:
        return [urn("person", "farah.nasser"), urn("person", "kwame.boateng")]
    there = [each.slug for each in PEOPLE if each.joined < date(2023, 1, 1)][:10]
    first = pick(there[:5], experiment.number, "first")
    second = pick(there[5:8], experiment.number, "second")
    return [urn("person", first), urn("person", second)]


def _cell(number: int, letter: str, label: str, tried: str) -> Iterator[Change]:
    cell = _cell_urn(number, letter)
    yield upsert("ExperimentCell", cell, name=label, control=letter == "A")
    yield link("HasCell", _urn(number), cell, trafficShare=0.0)
    yield link("Tries", cell, tried)


def _write_course(journal: Journal, experiment: Experiment) -> None:
    start, name = _started(experiment), _urn(experiment.number)
    begun = upsert(
        "Experiment",
        name,
        state="RUNNING",
        hypothesis=experiment.hypothesis,
        regions=["eu", "us"] if start.year < 2025 else ["eu", "us", "apac"],
    )
    cells = _cells(experiment)
    small = [begun, *_shares(experiment.number, dict.fromkeys(cells, 0.05))]
    journal.write(at(start, name), LAB, "starts small", small)
    if experiment.outcome == "STOP":
        _write_stop(journal, experiment, start + timedelta(days=9))
        return
    wide = _shares(experiment.number, dict.fromkeys(cells, round(0.9 / len(cells), 2)))
    journal.write(at(start + timedelta(days=7), name), LAB, "looks harmless; widened", wide)
    _write_decision(journal, experiment, start + timedelta(days=experiment.days))


def _shares(number: int, shares: dict[str, float]) -> Iterator[Change]:
    for letter, share in shares.items():
        yield link("HasCell", _urn(number), _cell_urn(number, letter), trafficShare=share)


def _write_stop(journal: Journal, experiment: Experiment, day: date) -> None:
    name = _urn(experiment.number)
    stopped = upsert("Experiment", name, state="ABORTED", endsOn=day.isoformat())
    zero = _shares(experiment.number, dict.fromkeys(_cells(experiment), 0.0))
    reason = "something else was switched on with it"
    journal.write(at(day, name), f"lab/{_decider(experiment, day)}", reason, [stopped, *zero])


def _decider(experiment: Experiment, day: date) -> str:
    return maintainer(experiment.model, day)


_DECISIONS = {
    "WIN": "The new one goes to everybody.",
    "FLAT": "No difference that would last; the old one stays.",
    "LOSS": "It costs more than it brings; the old one stays.",
}


def _write_decision(journal: Journal, experiment: Experiment, day: date) -> None:
    number, name = experiment.number, _urn(experiment.number)
    lifts = {letter: _lift(experiment, letter) for letter in _cells(experiment)}
    results: dict[str, Value] = {
        letter: {"hours": lift, "p": between(0.001, 0.3, 3, number, letter)}
        for letter, lift in lifts.items()
    }
    changes = [
        upsert(
            "Experiment",
            name,
            state="CONCLUDED",
            endsOn=day.isoformat(),
            decision=_DECISIONS[experiment.outcome],
            results=results,
        )
    ]
    for letter, lift in lifts.items():
        members = whole(180_000, 2_400_000, number, letter)
        cell = _cell_urn(number, letter)
        changes.append(upsert("ExperimentCell", cell, members=members, lift=lift))
    author = f"lab/{_decider(experiment, day)}"
    journal.write(at(day, name), author, f"decided: {experiment.outcome.lower()}", changes)


def _lift(experiment: Experiment, letter: str) -> float:
    if letter == "A":
        return 0.0
    low, high = {"WIN": (0.4, 2.8), "FLAT": (-0.1, 0.1), "LOSS": (-1.4, -0.3)}[experiment.outcome]
    return between(low, high, 2, experiment.number, letter, "lift")


def _write_comparison(journal: Journal) -> None:
    """Compare what members have with what they had a year ago: the baseline that was kept."""
    number, day = 119, date(2025, 11, 10)
    name = _urn(number)
    current = in_production(MODEL["home-ranker"], day)
    plan = [
        upsert(
            "Experiment",
            name,
            name="A year of home pages",
            description="What members have, against what they had a year ago.",
            hypothesis="All that was won since then is still there when it is taken together.",
            state="RUNNING",
            startsOn=day.isoformat(),
            regions=["eu", "us", "apac"],
            tags=["personalization", "holdback"],
        ),
        link("OwnedBy", name, urn("team", "personalization"), duty="ACCOUNTABLE"),
        *_cell(number, "A", "A: as it is", instance_urn("home-ranker", current)),
        *_cell(number, "B", "B: as it was", instance_urn("home-ranker", 4)),
    ]
    journal.write(at(day, name), "lab/asha.rao", "once a year", plan)
    widened = _shares(number, {"A": 0.95, "B": 0.05})
    journal.write(at(day + timedelta(days=7), name), LAB, None, widened)
    concluded = [
        upsert(
            "Experiment",
            name,
            state="CONCLUDED",
            endsOn="2026-01-12",
            decision="Most of it is still there.",
            results={"A": {"hours": 0.0}, "B": {"hours": -3.1, "p": 0.001}},
        ),
        upsert("ExperimentCell", _cell_urn(number, "B"), members=310_000, lift=-3.1),
        *_shares(number, {"A": 0.0, "B": 0.0}),
    ]
    journal.write(at(date(2026, 1, 12), name), "lab/asha.rao", "decided", concluded)
