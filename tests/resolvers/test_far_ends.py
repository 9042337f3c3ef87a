"""What a relation to one leads to, at any t: read from versions, held to what was told."""

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from resolvers.limits import Limits
from schema.sdl import catalog as sdl
from store import transaction
from store.database import Database
from store.schema import writer as schema_writer
from store.schema.facts import read_catalogue
from store.writing.writer import Report, Writer
from tests.resolvers.world import World

CATALOG = """
type Team @entity { name: String  note: String  lead: User @rel(edge: "Leads", reverse: true) }
type User @entity { name: String  note: String  team: Team @rel(edge: "MemberOf") }
type Leads @edge(from: ["User"], to: ["Team"], upstream: NONE)
type MemberOf @edge(from: ["User"], to: ["Team"], upstream: NONE)
"""
ASKED = """{
  users(first: 9%s) { nodes { name team { name } } }
  teams(first: 9%s) { nodes { name lead { name } } }
}"""
USERS, TEAMS = ("u0", "u1", "u2"), ("t0", "t1")
VERBS = ("link", "link", "link", "unlink", "unlink", "retract", "upsert")
MOST = 60


@dataclass
class Told:
    """Who is in which team and who leads it, by name; `gone` are those retracted."""

    team: dict[str, str] = field(default_factory=dict)
    lead: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def take_in(self, verb: str, relation: str, user: str, team: str) -> None:
        """Follow one statement."""
        match verb, relation:
            case "upsert", _:
                self.gone.discard(user)
            case "retract", _:
                self.gone.add(user)
                self.team.pop(user, None)
                self.lead = {at: who for at, who in self.lead.items() if who != user}
            case "link", "MemberOf":
                self.team[user] = team
            case "link", _:
                self.lead[team] = user
            case _, "MemberOf":
                self.team = {who: at for who, at in self.team.items() if (who, at) != (user, team)}
            case _:
                self.lead = {at: who for at, who in self.lead.items() if (who, at) != (user, team)}

    def answer(self) -> dict[str, Any]:
        """Return what `ASKED` is answered."""
        users = [each for each in USERS if each not in self.gone]
        return {
            "users": {"nodes": [_told("team", self.team, each) for each in users]},
            "teams": {"nodes": [_told("lead", self.lead, each) for each in TEAMS]},
        }


def _told(relation: str, held: dict[str, str], name: str) -> dict[str, Any]:
    far = held.get(name)
    return {"name": name, relation: None if far is None else {"name": far}}


def _upsert(name: str) -> dict[str, str]:
    kind = "User" if name in USERS else "Team"
    return {"type": kind, "urn": f"hw://{kind.lower()}/a/{name}", "name": name}


def _statement(verb: str, relation: str, user: str, team: str) -> dict[str, Any]:
    ends = {"from": _upsert(user)["urn"], "to": _upsert(team)["urn"]}
    match verb:
        case "upsert":
            return {verb: [_upsert(user)]}
        case "retract":
            return {verb: [ends["from"]]}
        case _:
            return {verb: [{"type": relation, **ends}]}


async def _tell(database: Database, seed: int) -> list[dict[str, Any]]:
    """Tell what is drawn, some of it at once; return what is answered as of each t from 2 on."""
    draw, told = Random(seed), Told()
    groups: list[list[dict[str, Any]]] = [[{"upsert": list(map(_upsert, (*USERS, *TEAMS)))}]]
    answers = [told.answer()]
    while len(answers) < MOST:
        groups.append([])
        for _ in range(draw.choice((1, 1, 2, 6))):
            relation = draw.choice(("MemberOf", "Leads"))
            user, team = draw.choice(USERS), draw.choice(TEAMS)
            verb = "upsert" if user in told.gone else draw.choice(VERBS)
            before = deepcopy(told)
            told.take_in(verb, relation, user, team)
            if verb == "upsert" or told != before:
                said = _statement(verb, relation, user, team)
                for each in said.get("upsert", ()):
                    each["note"] = f"said at {len(answers)}"
                groups[-1].append(said)
                answers.append(told.answer())
    writer = Writer(database)
    about = {"source": "test"}
    for group in groups:
        read = [transaction.read({"tx": about, **each}) for each in group]
        for report in await writer.submit(read).answered:
            assert isinstance(report, Report), report
    return answers


@pytest.mark.parametrize("seed", range(4))
async def test_it_is_what_was_told_at_any_time(database_url: str, seed: int) -> None:
    async with Database.open(database_url) as database:
        await schema_writer.apply(database, sdl.parse(CATALOG))
        answers = await _tell(database, seed)
        world = World(database, await read_catalogue(database), Limits())
        assert (await database.clock()).t == 1 + len(answers)
        for t, answer in enumerate(answers, 2):
            assert await world.ask(ASKED % ((f", asOf: {t}",) * 2)) == answer
        assert await world.ask(ASKED % ("", "")) == answers[-1]
        for when in ("", ", asOf: 3"):
            assert world.plan(ASKED % (when, when)).statement.text.count(".ends[1]") == 1
