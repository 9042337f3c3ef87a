"""Teams and people: founded, joined, moved, renamed, left."""

from collections.abc import Iterator
from datetime import date

from examples.company.cast import (
    DATASETS,
    DEPLOYMENTS,
    FEATURES,
    MODEL,
    MODELS,
    PEOPLE,
    SEARCH_MERGED,
    TEAMS,
    Person,
    Team,
    team_on,
)
from examples.company.journal import (
    Change,
    Journal,
    at,
    between,
    link,
    retract,
    unlink,
    upsert,
    urn,
)

FIRST_DAY = date(2024, 1, 3)
SYNC = "directory/svc:people-sync"


def write_directory(journal: Journal) -> None:
    """Write what the staff directory tells."""
    _write_beginning(journal)
    for team in TEAMS:
        if team.founded > FIRST_DAY:
            changes = [_found(team)]
            journal.write(at(team.founded, "found"), SYNC, f"{team.name} begins", changes)
    for person in PEOPLE:
        if person.joined > FIRST_DAY:
            moment = at(person.joined, person.slug, "join")
            journal.write(moment, SYNC, f"{person.name} joins", _join(person))
    _write_moves(journal)
    _write_new_names(journal)
    _write_budgets(journal)
    _write_leavers(journal)
    _write_merger(journal)


def _write_beginning(journal: Journal) -> None:
    for team in TEAMS:
        if team.founded <= FIRST_DAY:
            people = [person for person in PEOPLE if person.team == team.slug]
            joined = [person for person in people if person.joined <= FIRST_DAY]
            changes = [_found(team), *(change for person in joined for change in _join(person))]
            journal.write(at(FIRST_DAY, team.slug), SYNC, "first reading of the directory", changes)


def _found(team: Team) -> Change:
    return upsert(
        "Team",
        urn("team", team.slug),
        name=team.name,
        channel=f"ask-{team.slug}",
        mission=team.mission,
        monthlyBudget=team.budget,
        foundedOn=team.founded.isoformat(),
        lead=urn("person", team.lead),
    )


def _join(person: Person) -> list[Change]:
    values = {"manager": urn("person", person.manager)} if person.manager else {}
    role = "lead" if person.slug in {team.lead for team in TEAMS} else "member"
    share = 1.0 if role == "lead" else between(0.6, 1.0, 1, person.slug, "share")
    there = urn("team", person.team)
    return [
        upsert(
            "Person",
            urn("person", person.slug),
            name=person.name,
            email=f"{person.slug}@larkfield.example",
            title=person.title,
            **values,
        ),
        link("MemberOf", urn("person", person.slug), there, role=role, workShare=share),
    ]


# Who, when, where to, and why. Somebody is in one team at a time: the new one ends the old one.
_MOVES = (
    ("viktor.lindqvist", date(2024, 6, 3), "mlplatform", "lead", "leads the new ML Platform"),
    ("jonas.weber", date(2024, 6, 3), "mlplatform", "member", "goes to the new ML Platform"),
    ("noor.haddad", date(2024, 11, 4), "growth", "member", "helps with the retention offer"),
    ("elin.berg", date(2025, 4, 8), "ads", "member", "goes to the new Advertising"),
    ("noor.haddad", date(2025, 6, 2), "personalization", "member", "comes back"),
    ("tomasz.zielinski", SEARCH_MERGED, "personalization", "member", "Search joins Discovery"),
    ("grace.kim", SEARCH_MERGED, "personalization", "member", "Search joins Discovery"),
    ("chiara.conti", date(2026, 2, 2), "mlplatform", "member", "goes to ML Platform"),
)


def _write_moves(journal: Journal) -> None:
    for slug, day, team, role, reason in _MOVES:
        lead = next(each.lead for each in TEAMS if each.slug == team)
        manager = "ines.moreau" if slug == lead else lead
        changes = [
            upsert("Person", urn("person", slug), manager=urn("person", manager)),
            link("MemberOf", urn("person", slug), urn("team", team), role=role, workShare=1.0),
        ]
        journal.write(at(day, slug, "move"), SYNC, f"{slug} {reason}", changes)


_NEW_NAMES = (
    (
        date(2025, 1, 20),
        "Personalization is called Discovery from today",
        upsert("Team", urn("team", "personalization"), name="Discovery", channel="ask-discovery"),
    ),
    (
        date(2025, 5, 12),
        "Growth is called Member Lifecycle from today",
        upsert(
            "Team", urn("team", "growth"), name="Member Lifecycle", channel="ask-member-lifecycle"
        ),
    ),
    (
        date(2025, 6, 20),
        None,
        upsert(
            "Person",
            urn("person", "chiara.conti"),
            name="Chiara Conti-Reyes",
            email="chiara.conti-reyes@larkfield.example",
        ),
    ),
    (
        date(2025, 9, 1),
        "promoted",
        upsert("Person", urn("person", "yuki.sato"), title="Staff Data Scientist"),
    ),
    (
        date(2026, 3, 2),
        "Advertising takes the channel that Personalization left",
        upsert("Team", urn("team", "ads"), channel="ask-personalization", mission=None),
    ),
)


def _write_new_names(journal: Journal) -> None:
    for day, reason, change in _NEW_NAMES:
        journal.write(at(day, "name"), SYNC, reason, [change])


def _write_budgets(journal: Journal) -> None:
    for year in (2025, 2026):
        day = date(year, 1, 2)
        changes = [
            upsert("Team", urn("team", team.slug), monthlyBudget=_budget(team, year))
            for team in TEAMS
            if team.founded < day and team.slug == team_on(team.slug, day)
        ]
        journal.write(at(day, "budget"), "finance/ines.moreau", f"budget of {year}", changes)


def _budget(team: Team, year: int) -> str:
    growth = between(1.0, 1.3, 2, team.slug, year, "budget")
    return f"{float(team.budget) * growth ** (year - 2024):.2f}"


_LEAVERS = (
    ("dmitri.volkov", date(2025, 3, 14)),
    ("oliver.dupont", date(2025, 10, 31)),
    ("samuel.adeyemi", date(2026, 1, 30)),
)


def _write_leavers(journal: Journal) -> None:
    for slug, day in _LEAVERS:
        journal.write(at(day, slug), SYNC, "leaves the company", [retract(urn("person", slug))])


def _write_merger(journal: Journal) -> None:
    """Give what Search owns to Discovery, then end the team; old experiments stay with it."""
    search, discovery = urn("team", "search"), urn("team", "personalization")
    relinked = [
        change
        for asset in _assets("search", SEARCH_MERGED)
        for change in (
            unlink("OwnedBy", asset, search),
            link("OwnedBy", asset, discovery, duty="ACCOUNTABLE"),
        )
    ]
    moment = at(SEARCH_MERGED, "merge").replace(hour=19)
    journal.write(moment, "governance/ines.moreau", "Search joins Discovery", relinked)
    journal.write(moment.replace(hour=20), SYNC, "Search joins Discovery", [retract(search)])


def _assets(team: str, day: date) -> Iterator[str]:
    """Yield the urns of what the team owns on that day."""
    yield from _tables_and_features(team, day)
    for model in MODELS:
        if model.team == team and model.first < day:
            yield urn("model", model.slug)
            yield urn("pipeline", f"train-{model.slug}")
    for deployment in DEPLOYMENTS:
        if MODEL[deployment.model].team == team and deployment.since < day:
            yield urn("deployment", f"{deployment.model}-{deployment.region}")


def _tables_and_features(team: str, day: date) -> Iterator[str]:
    gone = {"search.query_log_v1"}
    for dataset in DATASETS:
        if dataset.team == team and dataset.since < day and dataset.path not in gone:
            yield urn("dataset", dataset.path)
    for feature in FEATURES:
        if feature.team == team and feature.since < day:
            yield urn("feature", feature.name)


def write_platform_handover(journal: Journal) -> None:
    """Give the tables of experiments to ML Platform once it exists."""
    before, after = urn("team", "platform"), urn("team", "mlplatform")
    changes = [
        change
        for asset in (
            urn("dataset", "lab.exposures"),
            urn("dataset", "lab.metrics"),
            urn("pipeline", "measure-experiments"),
        )
        for change in (
            unlink("OwnedBy", asset, before),
            link("OwnedBy", asset, after, duty="ACCOUNTABLE"),
        )
    ]
    day = date(2024, 6, 17)
    journal.write(at(day, "handover"), "governance/viktor.lindqvist", "ML Platform begins", changes)
