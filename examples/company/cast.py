"""Who and what there is: the tables beside this file, as values."""

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar, get_type_hints

LAST_DAY = date(2026, 6, 26)  # Nothing is told of what came after.


class Team(NamedTuple):
    """A team, by the last part of its urn."""

    slug: str
    name: str
    founded: date
    budget: str
    lead: str
    mission: str


class Person(NamedTuple):
    """Somebody in a team; the manager is another one's slug."""

    slug: str
    name: str
    team: str
    joined: date
    manager: str
    title: str


class Dataset(NamedTuple):
    """A table of the lake, the tables that it is made from, and its rows on the first day."""

    path: str
    layer: str
    team: str
    since: date
    personal: bool
    rows: int
    upstream: tuple[str, ...]
    description: str


class Feature(NamedTuple):
    """A feature and the tables that it is computed from."""

    name: str
    team: str
    kind: str
    since: date
    freshness: int
    sources: tuple[str, ...]
    description: str


class Pipeline(NamedTuple):
    """A pipeline that writes tables, or features where a name begins with `feature:`."""

    slug: str
    team: str
    since: date
    schedule: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    description: str


class Model(NamedTuple):
    """A model, trained so many times, so many days apart, on a table of examples and on features.

    `name<day` is a feature that trainings before that day took, `name>day` one taken since.
    """

    slug: str
    name: str
    team: str
    family: str
    metric: str
    first: date
    cadence: int
    versions: int
    examples: str
    features: tuple[str, ...]
    description: str

    def trained(self, version: int) -> date:
        """Return the day on which the training of this version ended."""
        return self.first + timedelta(days=self.cadence * (version - 1))


class Experiment(NamedTuple):
    """An experiment that tries one version of a model; the outcome is WIN, FLAT, LOSS or STOP."""

    number: int
    model: str
    version: int
    days: int
    outcome: str
    name: str
    hypothesis: str


class Deployment(NamedTuple):
    """A place where a model answers; in the region `batch` it is asked every night."""

    model: str
    region: str
    since: date
    until: date | None
    description: str


Row = TypeVar("Row")

_READ_CELL: dict[object, Callable[[str], object]] = {
    str: str,
    int: int,
    bool: "yes".__eq__,
    date: date.fromisoformat,
    date | None: lambda cell: date.fromisoformat(cell) if cell else None,
    tuple[str, ...]: lambda cell: tuple(cell.split()),
}


def _read(row: Callable[..., Row], table: str) -> tuple[Row, ...]:
    cells = {name: _READ_CELL[kind] for name, kind in get_type_hints(row).items()}
    with (Path(__file__).parent / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            row(*(read(line[name]) for name, read in cells.items()))
            for line in csv.DictReader(lines)
        )


TEAMS = _read(Team, "teams")
PEOPLE = _read(Person, "people")
DATASETS = _read(Dataset, "datasets")
FEATURES = _read(Feature, "features")
PIPELINES = _read(Pipeline, "pipelines")
MODELS = _read(Model, "models")
EXPERIMENTS = _read(Experiment, "experiments")
DEPLOYMENTS = _read(Deployment, "deployments")

MODEL = {model.slug: model for model in MODELS}
ML_PLATFORM_FOUNDED = date(2024, 6, 3)
SEARCH_MERGED = date(2025, 9, 22)


def team_on(slug: str, day: date) -> str:
    """Return who does on that day what the tables give to this team: teams begin and merge."""
    if slug == "mlplatform" and day < ML_PLATFORM_FOUNDED:
        return "platform"
    if slug == "search" and day >= SEARCH_MERGED:
        return "personalization"
    return slug
