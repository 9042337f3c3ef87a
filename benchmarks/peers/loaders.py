"""The peer that most would write: Strawberry with a DataLoader for each relation, ordinary tables.

Types and resolvers as its documentation shows them, rows as they come from asyncpg, loaders new for
each request; parsing and validation cached by its own extensions, which not everybody turns on.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks.peers.serving import Pool, application, serve

Row = Mapping[str, Any]
Page = tuple[int, int]
"""Whose relation, and how many of it."""


class Loaders:
    """What one request loads with."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.owner = DataLoader(self._owners)
        self.produced = DataLoader(self._produced)
        self.owned = DataLoader(self._owned)
        self.upstream = DataLoader(self._upstream)
        self.checks = DataLoader(self._checks)
        self.tagged = DataLoader(self._tagged)
        self.tagged_count = DataLoader(self._tagged_count)

    async def rows(self, statement: str, *arguments: object) -> Sequence[Row]:
        """Return the rows of a statement."""
        return cast("Sequence[Row]", await self.pool.connections.fetch(statement, *arguments))

    async def _owners(self, ids: list[int]) -> list[Row | None]:
        rows = await self.rows("SELECT * FROM ordinary.owner WHERE id = ANY ($1::bigint[])", ids)
        found = {row["id"]: row for row in rows}
        return [found.get(each) for each in ids]

    async def _produced(self, pages: list[Page]) -> list[list[Row]]:
        return await self._pages(
            """
            SELECT p.id AS of, d.*
            FROM unnest($1::bigint[]) p (id)
            CROSS JOIN LATERAL (
              SELECT *
              FROM ordinary.dataset
              WHERE pipeline_id = p.id
              ORDER BY id
              LIMIT $2) d
            """,
            pages,
        )

    async def _owned(self, pages: list[Page]) -> list[list[Row]]:
        return await self._pages(
            """
            SELECT o.id AS of, d.*
            FROM unnest($1::bigint[]) o (id)
            CROSS JOIN LATERAL (
              SELECT *
              FROM ordinary.dataset
              WHERE owner_id = o.id
              ORDER BY id
              LIMIT $2) d
            """,
            pages,
        )

    async def _upstream(self, pages: list[Page]) -> list[list[Row]]:
        return await self._pages(
            """
            SELECT n.id AS of, d.*
            FROM unnest($1::bigint[]) n (id)
            CROSS JOIN LATERAL (
              SELECT d.*
              FROM ordinary.derived_from f
              JOIN ordinary.dataset d ON d.id = f.upstream_id
              WHERE f.dataset_id = n.id
              ORDER BY d.id
              LIMIT $2) d
            """,
            pages,
        )

    async def _checks(self, pages: list[Page]) -> list[list[Row]]:
        return await self._pages(
            """
            SELECT d.id AS of, c.*
            FROM unnest($1::bigint[]) d (id)
            CROSS JOIN LATERAL (
              SELECT *
              FROM ordinary.quality_check
              WHERE dataset_id = d.id
              ORDER BY id
              LIMIT $2) c
            """,
            pages,
        )

    async def _tagged(self, pages: list[Page]) -> list[list[Row]]:
        return await self._pages(
            """
            SELECT t.id AS of, d.*
            FROM unnest($1::bigint[]) t (id)
            CROSS JOIN LATERAL (
              SELECT d.*
              FROM ordinary.tagged g
              JOIN ordinary.dataset d ON d.id = g.dataset_id
              WHERE g.tag_id = t.id
              ORDER BY g.dataset_id
              LIMIT $2) d
            """,
            pages,
        )

    async def _tagged_count(self, ids: list[int]) -> list[int]:
        rows = await self.rows(
            """
            SELECT tag_id, count(*)
            FROM ordinary.tagged
            WHERE tag_id = ANY ($1::bigint[])
            GROUP BY tag_id
            """,
            ids,
        )
        counts = {row["tag_id"]: row["count"] for row in rows}
        return [counts.get(each, 0) for each in ids]

    async def _pages(self, statement: str, pages: list[Page]) -> list[list[Row]]:
        """Load pages of a relation, those of the same size by one statement, in their order."""
        found: dict[Page, list[Row]] = {page: [] for page in pages}
        for first in {first for _, first in pages}:
            ids = [each for each, size in pages if size == first]
            for row in await self.rows(statement, ids, first):
                found[row["of"], first].append(row)
        return [found[page] for page in pages]


Info = strawberry.Info[Loaders, None]


@strawberry.type
class Owner:
    """Somebody who owns datasets."""

    key: strawberry.Private[int]
    name: str

    @strawberry.field
    async def datasets(self, info: Info, first: int) -> "list[Dataset]":
        """Return what is theirs."""
        return _datasets(await info.context.owned.load((self.key, first)))


@strawberry.type
class Check:
    """A check of a dataset."""

    name: str
    state: str | None


@strawberry.type
class Dataset:
    """A dataset."""

    key: strawberry.Private[int]
    owner_key: strawberry.Private[int | None]
    name: str
    description: str | None
    layer: str | None
    rows: str | None
    quality: float | None
    deprecated: bool | None
    created: str | None

    @strawberry.field
    async def owner(self, info: Info) -> Owner | None:
        """Return who owns it."""
        if self.owner_key is None:
            return None
        row = await info.context.owner.load(self.owner_key)
        return Owner(key=row["id"], name=row["name"]) if row else None

    @strawberry.field
    async def upstream(self, info: Info, first: int) -> "list[Dataset]":
        """Return what it reads."""
        return _datasets(await info.context.upstream.load((self.key, first)))

    @strawberry.field
    async def checks(self, info: Info, first: int) -> list[Check]:
        """Return its checks."""
        rows = await info.context.checks.load((self.key, first))
        return [Check(name=row["name"], state=row["state"]) for row in rows]


def _datasets(rows: Iterable[Row]) -> list[Dataset]:
    return [_dataset(row) for row in rows]


def _dataset(row: Row) -> Dataset:
    return Dataset(
        key=row["id"],
        owner_key=row["owner_id"],
        name=row["name"],
        description=row["description"],
        layer=row["layer"],
        rows=None if row["rows"] is None else str(row["rows"]),
        quality=row["quality"],
        deprecated=row["deprecated"],
        created=None if row["created"] is None else row["created"].isoformat(),
    )


@strawberry.type
class Pipeline:
    """A pipeline."""

    key: strawberry.Private[int]
    name: str
    state: str | None

    @strawberry.field
    async def produces(self, info: Info, first: int) -> list[Dataset]:
        """Return what it makes."""
        return _datasets(await info.context.produced.load((self.key, first)))


def _pipeline(row: Row) -> Pipeline:
    return Pipeline(key=row["id"], name=row["name"], state=row["state"])


@strawberry.type
class Tagged:
    """The datasets of a tag."""

    key: strawberry.Private[int]
    first: strawberry.Private[int]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        """Return how many there are."""
        return await info.context.tagged_count.load(self.key)

    @strawberry.field
    async def nodes(self, info: Info) -> list[Dataset]:
        """Return the page."""
        return _datasets(await info.context.tagged.load((self.key, self.first)))


@strawberry.type
class Tag:
    """A tag."""

    key: strawberry.Private[int]
    name: str

    @strawberry.field
    def datasets(self, first: int) -> Tagged:
        """Return what has the tag."""
        return Tagged(key=self.key, first=first)


def _key(opaque: strawberry.ID) -> int:
    return int(opaque[1:])


@strawberry.type
class Query:
    """What may be asked."""

    @strawberry.field
    async def dataset(self, info: Info, id: strawberry.ID) -> Dataset | None:  # noqa: A002  # GraphQL's word for it.
        """Return a dataset."""
        rows = await info.context.rows("SELECT * FROM ordinary.dataset WHERE id = $1", _key(id))
        return _dataset(rows[0]) if rows else None

    @strawberry.field
    async def pipeline(self, info: Info, id: strawberry.ID) -> Pipeline | None:  # noqa: A002
        """Return a pipeline."""
        rows = await info.context.rows("SELECT * FROM ordinary.pipeline WHERE id = $1", _key(id))
        return _pipeline(rows[0]) if rows else None

    @strawberry.field
    async def tag(self, info: Info, id: strawberry.ID) -> Tag | None:  # noqa: A002
        """Return a tag."""
        rows = await info.context.rows("SELECT * FROM ordinary.tag WHERE id = $1", _key(id))
        return Tag(key=rows[0]["id"], name=rows[0]["name"]) if rows else None

    @strawberry.field
    async def datasets(self, info: Info, since: int, first: int) -> list[Dataset]:
        """Return datasets from a number on."""
        rows = await info.context.rows(
            "SELECT * FROM ordinary.dataset WHERE number >= $1 ORDER BY number, id LIMIT $2",
            since,
            first,
        )
        return _datasets(rows)

    @strawberry.field
    async def owners(self, info: Info, urns: list[str]) -> list[Owner]:
        """Return owners by their urns."""
        rows = await info.context.rows(
            "SELECT * FROM ordinary.owner WHERE urn = ANY ($1::text[]) ORDER BY id", urns
        )
        return [Owner(key=row["id"], name=row["name"]) for row in rows]


class _Graph(GraphQL[Loaders, None]):
    """The endpoint, with new loaders for each request."""

    def __init__(self, pool: Pool) -> None:
        schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
        super().__init__(schema, graphql_ide=None)
        self._pool = pool

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Loaders:
        """Return what a request loads with."""
        return Loaders(self._pool)


def _main(url: str) -> None:
    pool = Pool(url)
    serve(application([Route("/graphql", _Graph(pool))], pool))


if __name__ == "__main__":
    _main(sys.argv[1])
