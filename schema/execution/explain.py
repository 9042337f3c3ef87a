"""`explain`: what a query becomes, level by level, and what PostgreSQL would do with it."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import orjson

from resolvers.draft import Request as Binding
from resolvers.explain import explain as explained_plan
from resolvers.roads import held_for, told
from resolvers.selection import Selected
from schema.execution.queries import Reading, compiled_query, priced
from schema.execution.requests import Prepared
from schema.execution.shaped import shaped

_A_MUTATION = "a mutation is not compiled: each of its fields is a transaction of its own"
_A_SUBSCRIPTION = "a subscription reads at each event; explain what it selects as a query"
_NOTHING_READ = "nothing is read: all that it asks for is known without the database"


async def explain(reading: Reading, about: Prepared, now: datetime, selected: Selected) -> object:
    """Return how a request is answered, in the shape that the `explain` field selects.

    PostgreSQL's plan is made only where it is asked for, by running the statement where `analyze`
    says so. Raises RequestErrors where the request is refused, and as `Database.row` does.
    """
    told = await _told(reading, about, now, selected)
    return shaped(selected.of(), told)


async def _told(
    reading: Reading, about: Prepared, now: datetime, selected: Selected
) -> Mapping[str, object]:
    if about.is_subscription:
        return _nothing(_A_SUBSCRIPTION)
    if about.is_mutation:
        return _nothing(_A_MUTATION)
    # In a thread: it is anybody's document, and may take its time to be planned.
    compiled = await asyncio.to_thread(compiled_query, about, reading.limits)
    if not compiled.fields:
        return _nothing(_NOTHING_READ)
    binding = Binding(about.variables.values, now, reading.secret)
    held, made = held_for(compiled.plan, reading.keeper), compiled.plan
    if held is not None and made.walked is not None:
        binding, made = binding._replace(edges=held), made.walked
    explained = explained_plan(made, binding)
    plan = None
    if any(each.name == "plan" for each in selected.of()):
        analyze = selected.arguments.get("analyze") is True
        if analyze:
            priced(about, compiled.plan, binding)  # What is too dear to be run is not measured.
        plan = await reading.database.explain(explained.sql, explained.arguments, analyze=analyze)
    return {
        "__typename": "Explain",
        "compiled": compiled.reason is None,
        "reason": compiled.reason,
        "levels": [
            {"__typename": "ExplainLevel", "path": level.path, "datalog": level.datalog}
            for level in explained.levels
        ],
        "sql": explained.sql,
        "arguments": orjson.loads(orjson.dumps(explained.arguments, default=str)),
        "plan": plan,
        "lineage": told(compiled.plan, reading.keeper),
    }


def _nothing(reason: str) -> Mapping[str, object]:
    nothing = dict.fromkeys(("sql", "arguments", "plan", "lineage"))
    return {"compiled": False, "reason": reason, "levels": [], **nothing}
