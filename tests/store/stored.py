"""Facts put straight into the derived tables, for tests of what stands on them."""

from dataclasses import dataclass

from store.catalogue import Attribute, Catalogue, ValueType
from store.database import Database
from store.ids import FOREVER
from store.sql import Bound, fact_table, sql
from store.values import SQL_TYPES, list_text, native, parse, quoted

_VERSION = """
INSERT INTO version (e, t0, t1, type, lifecycle, urn, values)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


@dataclass(frozen=True)
class Stored:
    """Puts entities and edges into the tables of a database, under ids that the caller chooses."""

    database: Database
    catalogue: Catalogue

    async def entity(
        self, e: int, type_name: str, lifecycle: str = "PARTIAL", **values: object
    ) -> None:
        """Put an entity with the urn `hw://<its type>/<e>`, as of t 1."""
        entity_type = self.catalogue.entity_types[type_name]
        urn = f"hw://{type_name.lower()}/{e}"
        await self.run("INSERT INTO fact_1 (e, v, t0) VALUES ($1, $2, 1)", e, urn)
        await self.run("INSERT INTO fact_2 (e, v, t0) VALUES ($1, $2, 1)", e, entity_type.id)
        await self.run("INSERT INTO fact_3 (e, v, t0) VALUES ($1, $2, 1)", e, lifecycle)
        texts = await self.values(e, entity_type.attributes, values)
        await self.run(_VERSION, e, 1, FOREVER, entity_type.id, lifecycle, quoted(urn), texts)

    async def edge(
        self, e: int, type_name: str, source: int, target: int, *, until: int = FOREVER
    ) -> None:
        """Put an edge that has no properties, as of t 1."""
        edge_type = self.catalogue.edge_types[type_name].id
        statement = "INSERT INTO edge VALUES ($1, $2, $3, $4, '', 1, $5)"
        await self.run(statement, edge_type, source, target, e, until)

    async def values(
        self,
        e: int,
        attributes: tuple[Attribute, ...],
        values: dict[str, object],
        since: int = 1,
        until: int = FOREVER,
    ) -> list[str | None]:
        """Put the facts of an entity for one period, and return what its version holds of them."""
        texts: list[str | None] = []
        for attribute in attributes:
            given = values.get(attribute.field)
            members = given if isinstance(given, list) else [given]
            canonical = [self._canonical(member, attribute) for member in members if given]
            for text in canonical:
                await self._fact(attribute, e, text, since, until)
            texts.append(_held(canonical, attribute))
        return texts

    async def run(self, text: str, *arguments: object) -> None:
        """Run a statement."""
        await self.database.rows(text, arguments)

    def _canonical(self, value: object, attribute: Attribute) -> str:
        if attribute.type is ValueType.REF:
            return str(value)
        return parse(value, attribute, self.catalogue)

    async def _fact(self, attribute: Attribute, e: int, text: str, since: int, until: int) -> None:
        statement = sql(
            "INSERT INTO {facts} VALUES ({e}, {v}, {since}, {until})",
            facts=fact_table(attribute.id),
            e=Bound(e, "bigint"),
            v=Bound(native(text, attribute.type), SQL_TYPES[attribute.type]),
            since=Bound(since, "bigint"),
            until=Bound(until, "bigint"),
        )
        rendered, arguments = statement.render()
        await self.run(rendered, *arguments)


def _held(canonical: list[str], attribute: Attribute) -> str | None:
    if not canonical:
        return None
    return list_text(canonical, attribute.type) if attribute.many else canonical[0]
