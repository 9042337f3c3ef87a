"""What the log says, read row by row and put together in plain Python: what must have arrived."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.database import connect

_ENDS = ("edge/from", "edge/to")
_ROWS = """
SELECT log.t, log.e, schema_name.name AS attribute, log.op, log.r, log.v
FROM log
JOIN schema_name ON schema_name.id = log.a
ORDER BY log.t, log.n
"""


@dataclass(slots=True)
class Log:
    """Every transaction: the facts about entities, and which entities it touches."""

    facts: dict[int, list[tuple[str, str, str]]] = field(default_factory=dict)
    touched: dict[int, set[str]] = field(default_factory=dict)

    def after(self, t: int) -> list[int]:
        """Return every t after one."""
        return [each for each in self.facts if each > t]

    def touching(self, t: int, urns: set[str]) -> list[tuple[int, tuple[str, ...]]]:
        """Return every t after one that touches some of the entities, with those."""
        hits = ((each, self.touched[each] & urns) for each in self.after(t))
        return [(each, tuple(sorted(found))) for each, found in hits if found]


async def read_log(url: str) -> Log:
    """Read the whole log of a database past everything that is tested."""
    connection = await connect(url)
    rows = await connection.fetch(_ROWS)
    await connection.close()
    urns = {row["e"]: row["v"] for row in rows if row["attribute"] == "entity/urn"}
    ends: Mapping[int, set[int]] = defaultdict(set)
    for row in rows:
        if row["attribute"] in _ENDS:
            ends[row["e"]].add(row["r"])
    log = Log()
    for row in rows:
        facts = log.facts.setdefault(row["t"], [])
        touched = log.touched.setdefault(row["t"], set())
        about = urns.get(row["e"])
        if about is not None:
            facts.append((about.strip('"'), row["attribute"], "ASSERT" if row["op"] else "RETRACT"))
        for entity in {row["e"], *ends[row["e"]]} & urns.keys():
            touched.add(urns[entity].strip('"'))
    return log
