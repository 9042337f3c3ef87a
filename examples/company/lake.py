"""Datasets: found, claimed by owners, counted, relinked, renamed, deprecated, deleted."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from examples.company.cast import DATASETS, TEAMS, Dataset, team_on
from examples.company.journal import (
    Change,
    Journal,
    Value,
    at,
    between,
    dataset_urn,
    draw,
    fingerprint,
    link,
    link_untold,
    pick,
    retract,
    stamp,
    unlink,
    upsert,
    urn,
    whole,
)

CRAWLER = "lake/svc:crawler"
FIRST_CLAIMS = date(2024, 2, 5)


def write_lake(journal: Journal) -> None:
    """Write what the crawler finds in the lake, and what people then say about it."""
    for day in sorted({dataset.since for dataset in DATASETS}):
        found = [dataset for dataset in DATASETS if dataset.since == day]
        changes = [change for dataset in found for change in _found(dataset)]
        journal.write(at(day, "crawl"), CRAWLER, None, changes)
    _write_claims(journal)
    for year, month in ((2024, 4), (2024, 8), (2025, 1), (2025, 6), (2025, 11), (2026, 4)):
        _write_count(journal, date(year, month, 1))
    _write_schema_changes(journal)
    _write_turns(journal)


def _found(dataset: Dataset) -> Iterator[Change]:
    path = dataset.path
    name = urn("dataset", path)
    yield upsert(
        "Dataset",
        name,
        name=path,
        layer=dataset.layer,
        format="avro" if path.endswith("_raw") else pick(("parquet", "iceberg"), path),
        rowCount=dataset.rows,
        schemaFingerprint=fingerprint(path, 1),
        personalData=dataset.personal,
        retentionDays=_retention(dataset),
        location=f"s3://larkfield-lake/{path.replace('.', '/')}/",
        columns=_columns(path),
        profiledAt=stamp(at(dataset.since, "crawl") - timedelta(minutes=5)),
    )
    for source in dataset.upstream:
        yield link("DerivedFrom", name, dataset_urn(source), **_reading(path, source))


def _retention(dataset: Dataset) -> int:
    if dataset.layer == "RAW":
        return pick((30, 90, 400), dataset.path, "retention")
    return 730 if dataset.personal else 3650


def _columns(path: str) -> dict[str, Value]:
    """Return three to six columns: the subject's own, and what most tables there have."""
    more = ("member_id", "title_id", "country", "device", "seconds", "amount", "score", "version")
    kinds = ("string", "string", "string", "string", "bigint", "decimal(12,2)", "double", "int")
    pairs = zip(more, kinds, strict=True)
    own: dict[str, Value] = {f"{path.split('.')[0]}_id": "string", "day": "date"}
    return own | {column: kind for column, kind in pairs if draw(path, column) < 0.4}


def _reading(path: str, source: str) -> dict[str, Value]:
    rows = next((each.rows for each in DATASETS if each.path == source), 50_000)
    reading: dict[str, Value] = {
        "rows": int(rows * between(0.2, 1.0, 3, path, source)),
        "manner": pick(("scan", "join", "lookup"), path, source, "manner"),
    }
    if draw(path, source, "columns") < 0.4:
        reading["columns"] = sorted(_columns(source))[:3]
    return reading


def _write_claims(journal: Journal) -> None:
    """Let teams say what is theirs: all at once in the first weeks, soon after birth later."""
    for team in TEAMS:
        theirs = [each for each in DATASETS if team_on(each.team, FIRST_CLAIMS) == team.slug]
        first = [dataset for dataset in theirs if dataset.since < FIRST_CLAIMS]
        changes = [change for each in first for change in _claim(each, FIRST_CLAIMS)]
        moment = at(FIRST_CLAIMS, "claim", team.slug)
        journal.write(moment, f"governance/{team.lead}", "who owns which table", changes)
    for dataset in DATASETS:
        if dataset.since >= FIRST_CLAIMS:
            day = dataset.since + timedelta(days=whole(1, 9, dataset.path, "claim"))
            lead = next(each.lead for each in TEAMS if each.slug == team_on(dataset.team, day))
            moment = at(day, dataset.path, "claim")
            journal.write(moment, f"governance/{lead}", None, _claim(dataset, day))


def _claim(dataset: Dataset, day: date) -> Iterator[Change]:
    name = urn("dataset", dataset.path)
    tags: list[Value] = [dataset.path.split(".")[0]]
    if dataset.personal:
        tags.append("privacy")
    yield upsert("Dataset", name, description=dataset.description, tags=tags)
    yield link("OwnedBy", name, urn("team", team_on(dataset.team, day)), duty="ACCOUNTABLE")


def _write_count(journal: Journal, day: date) -> None:
    """Count the rows of all tables that are there, and of some of what is read from them."""
    changes: list[Change] = []
    counted = at(day, "count")
    for dataset in DATASETS:
        if dataset.since < day and not _gone(dataset.path, day):
            changes.extend(_count(dataset, counted))
    journal.write(counted, "lake/svc:profiler", "rows counted", changes)


def _count(dataset: Dataset, counted: datetime) -> Iterator[Change]:
    day = counted.date()
    years = (day - dataset.since).days / 365
    growth = (1 + between(-0.05, 0.35, 3, dataset.path, "growth")) ** years
    name = urn("dataset", dataset.path)
    moment = stamp(counted - timedelta(minutes=20))
    yield upsert("Dataset", name, rowCount=int(dataset.rows * growth), profiledAt=moment)
    for source in dataset.upstream:
        if draw(dataset.path, source, day) < 0.12 and (dataset.path, source) not in _ENDED:
            rows = int(whole(10_000, 90_000_000, dataset.path, source, day) * growth)
            yield link("DerivedFrom", name, dataset_urn(source), rows=rows)


# Edges that end in `_turns`: they are not counted, since counting them would begin them again.
_ENDED = {
    ("search.sessions", "search.query_log_v1"),
    ("playback.sessions", "playback.events_raw"),
    ("browse.impressions", "accounts.devices"),
}


def _gone(path: str, day: date) -> bool:
    return path == "search.query_log_v1" and day >= date(2024, 12, 2)


_NEW_COLUMNS = (
    (date(2024, 5, 21), "playback.events_raw", {"codec": "string"}, "players send the codec"),
    (date(2024, 9, 30), "browse.impressions", {"place": "int"}, "joined with what was served"),
    (date(2025, 2, 11), "billing.subscriptions", {"with_ads": "boolean"}, "the cheaper plan"),
    (date(2025, 9, 16), "accounts.devices", {"postcode": "string"}, "for regions"),
    (date(2026, 1, 19), "shop.orders", {"gift": "boolean"}, None),
)


def _write_schema_changes(journal: Journal) -> None:
    for day, path, new, reason in _NEW_COLUMNS:
        columns: dict[str, Value] = {**_columns(path), **new}
        change = upsert(
            "Dataset",
            urn("dataset", path),
            columns=columns,
            schemaFingerprint=fingerprint(path, day),
        )
        journal.write(at(day, path, "columns"), CRAWLER, reason, [change])


def _write_turns(journal: Journal) -> None:
    for day, author, reason, changes in _turns():
        journal.write(at(day, reason), author, reason, changes)


def _turns() -> Iterator[tuple[date, str, str, list[Change]]]:
    """Yield what happened to single tables, one turn of the story after the other."""
    yield (
        date(2024, 9, 30),
        "lake/dmitri.volkov",
        "impressions are joined with what was served: the home page now learns from itself",
        [link("DerivedFrom", _IMPRESSIONS, _t("home.rankings_served"), rows=310_000_000)],
    )
    yield (
        date(2024, 11, 25),
        "lake/grace.kim",
        "sessions are made from the new log",
        [
            unlink("DerivedFrom", _t("search.sessions"), _t("search.query_log_v1")),
            link("DerivedFrom", _t("search.sessions"), _t("search.query_log"), rows=12_000_000),
        ],
    )
    yield (
        date(2024, 12, 2),
        "governance/tomasz.zielinski",
        "the old query log has a successor",
        [
            upsert(
                "Dataset",
                _t("search.query_log_v1"),
                deprecated=True,
                sunsetOn="2025-03-31",
                replacement=_t("search.query_log"),
            )
        ],
    )
    yield (
        date(2024, 12, 9),
        "lake/chiara.conti",
        "a click that is not followed by a play was never in it",
        [upsert("Dataset", _t("browse.clicks"), name="browse.plays")],
    )
    yield (
        date(2025, 1, 13),
        "lake/mei.tanaka",
        "it says what titles earn, too",
        [upsert("Dataset", _t("content.title_report"), name="content.title_economics")],
    )
    yield date(2025, 3, 31), CRAWLER, "files are gone", [retract(_t("search.query_log_v1"))]
    yield (
        date(2025, 6, 30),
        "lake/pilar.ortega",
        "privacy: sessions hold keys in the place of members",
        [
            unlink("DerivedFrom", _t("playback.sessions"), _t("playback.events_raw")),
            link(
                "DerivedFrom",
                _t("playback.sessions"),
                _t("playback.events_keyed"),
                rows=455_000_000,
            ),
            upsert("Dataset", _t("playback.sessions"), personalData=False, tags=["playback"]),
        ],
    )
    yield (
        date(2025, 8, 18),
        "lake/elin.berg",
        "backfill of plans",
        [link("DerivedFrom", _t("billing.subscriptions"), _t("member.daily_state"), rows=190)],
    )
    yield (
        date(2025, 8, 27),
        "lake/samuel.adeyemi",
        "the backfill went round in a circle; undone",
        [unlink("DerivedFrom", _t("billing.subscriptions"), _t("member.daily_state"))],
    )
    yield (
        date(2025, 10, 6),
        "lake/pilar.ortega",
        "privacy: impressions need the region alone",
        [
            unlink("DerivedFrom", _IMPRESSIONS, _t("accounts.devices")),
            link("DerivedFrom", _IMPRESSIONS, _t("accounts.regions"), manner="lookup"),
        ],
    )
    yield (
        date(2025, 10, 20),
        "governance/viktor.lindqvist",
        "somebody new looks after what experiments measure",
        [link("OwnedBy", _t("lab.metrics"), urn("person", "amara.diallo"), duty="MAINTAINER")],
    )
    yield (
        date(2026, 1, 12),
        "governance/mei.tanaka",
        "the report moves into the guild's own tool",
        [
            upsert("Dataset", _t("content.title_report"), deprecated=True, sunsetOn="2026-04-30"),
            link("OwnedBy", _t("content.title_report"), "hw://group/directory/data-guild"),
        ],
    )
    yield date(2026, 4, 30), CRAWLER, "files are gone", [retract(_t("content.title_report"))]
    yield (
        date(2026, 5, 18),
        "lake/mei.tanaka",
        "licences are still negotiated with it: restored",
        [
            upsert(
                "Dataset",
                _t("content.title_report"),
                name="content.title_economics",
                layer="SERVING",
                deprecated=False,
            ),
            link_untold("OwnedBy", _t("content.title_report"), urn("team", "content"), "Team"),
        ],
    )


def _t(path: str) -> str:
    return urn("dataset", path)


_IMPRESSIONS = _t("browse.impressions")
