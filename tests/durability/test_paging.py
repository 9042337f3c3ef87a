"""Paging by cursors never skips or repeats, while others insert, rename and delete.

Lists of entities, relations, transactions, what became of edges, what a change reaches, a search.
"""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

from store.transaction import read
from store.writing.writer import Writer
from tests.durability.history import dataset, team
from tests.serving import Served, serving

MANY, SIZE = 60, 7
WRITE = """mutation ($it: TransactionInput!) { transact(transaction: $it) { basis { t } } }"""
PAGE = "totalCount basis { t } nodes { %s } pageInfo { %s }"
NAMED, ENTITY = "urn name", "urn lifecycle"
FORWARD = "hasNextPage endCursor"
BACKWARD = "hasPreviousPage startCursor"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is paged through: its field, its arguments, and what it stands in, if any.

    `row` is what is asked of a row, which tells it from all others.
    """

    field: str
    arguments: str = ""
    parent: str | None = None
    row: str = NAMED
    backward: bool = True

    def query(self, page: str, wanted: str, at: str = "") -> str:
        """Return the query of a page, or of the whole list as of a time."""
        rows = f"{{ {PAGE % (self.row, wanted)} }}"
        if self.parent is None:
            return f"{{ {self.field}({at} {page} {self.arguments}) {rows} }}"
        shown = f"{self.field}({page} {self.arguments}) {rows}"
        return f'{{ team(id: "{self.parent}" {at}) {{ {shown} }} }}'

    def found(self, data: Any) -> Any:
        """Return the connection in an answer."""
        return data["team"][self.field] if self.parent else data[self.field]


LISTINGS = [
    Listing("datasets", "orderBy: [{name: ASC}]"),
    Listing("datasets", "orderBy: [{rows: DESC}, {name: DESC}]"),
    Listing("datasets", 'where: {tags: {has: "a"}}'),
    Listing("owns", "orderBy: [{name: DESC}]", parent=team(0)),
    Listing("owns", 'where: {name: {startsWith: "n"}}', parent=team(0)),
    Listing("transactions", row="t reason"),
    Listing("transactions", "where: {facts: {op: ASSERT}}, order: ASC", row="t reason"),
    Listing("edgeHistory", parent=team(0), row="id change transaction { t }", backward=False),
    Listing("impact", f'of: ["{dataset("root")}"]', row=ENTITY, backward=False),
    Listing("search", 'text: "hw://dataset/x/"', row=ENTITY, backward=False),
]


def _named(number: int | str, name: str, **values: object) -> dict[str, Any]:
    upsert = {"type": "Dataset", "urn": dataset(number), "name": name, **values}
    link = {"type": "OwnedBy", "from": dataset(number), "to": team(0), "toType": "Team"}
    derived = {"type": "DerivedFrom", "from": dataset(number), "to": dataset("root")}
    return {"upsert": [upsert], "link": [link, derived]}


@dataclass(slots=True)
class Paging:
    """Readers that page while writers write, until the readers are done."""

    served: Served
    over: asyncio.Event = field(default_factory=asyncio.Event)
    something_written: asyncio.Event = field(default_factory=asyncio.Event)
    written: int = 0
    pages: int = 0

    async def write(self, writer: int) -> None:
        """Insert, rename and delete what the readers page through."""
        drawn = random.Random(writer)
        while not self.over.is_set():
            number, name = drawn.randrange(MANY), f"n{drawn.randrange(1_000)}"
            changes: list[dict[str, Any]] = [
                _named(f"{writer}-{self.written}", name, rows=1, tags=["a"]),
                _named(number, name, rows=drawn.randrange(5)),
                _named(number, "same", rows=None, tags=["b"]),
                {"retract": [dataset(number)]},
            ]
            await self.served.ask(WRITE, {"it": drawn.choice(changes)})
            self.written += 1
            self.something_written.set()

    async def read(self, listing: Listing, *, backward: bool) -> None:
        """Page through a list, and compare the pages with the list as it was at their basis."""
        pages = await self._paged(listing, backward=backward)
        basis = pages[0]["basis"]["t"]
        assert all(page["basis"]["t"] == basis for page in pages)
        nodes = [node for page in pages for node in page["nodes"]]
        whole = listing.found(
            await self.served.ask(listing.query("first: 10000", FORWARD, f"asOf: {basis}"))
        )
        assert nodes == whole["nodes"], listing
        assert {page["totalCount"] for page in pages} == {len(nodes)} == {whole["totalCount"]}
        assert len(set(map(str, nodes))) == len(nodes) > 3 * SIZE, listing

    async def _paged(self, listing: Listing, *, backward: bool) -> list[Any]:
        pages: list[Any] = []
        page = f"last: {SIZE}" if backward else f"first: {SIZE}"
        cursor = ""
        while True:
            query = listing.query(page + cursor, BACKWARD if backward else FORWARD)
            found = listing.found(await self.served.ask(query))
            self.pages += 1
            pages = [found, *pages] if backward else [*pages, found]
            about = found["pageInfo"]
            if backward:
                more, cursor = about["hasPreviousPage"], f' before: "{about["startCursor"]}"'
            else:
                more, cursor = about["hasNextPage"], f' after: "{about["endCursor"]}"'
            if not more:
                return pages
            self.something_written.clear()
            await self.something_written.wait()


async def test_pages_are_the_list_as_it_was_at_the_first_of_them(catalog_url: str) -> None:
    async with serving(catalog_url) as served:
        there = [_named(n, f"n{n}", rows=n % 5, tags=["a"]) for n in range(MANY)]
        await Writer(served.database).transact_many([read(said) for said in there])
        paging = Paging(served)
        async with asyncio.TaskGroup() as group:
            for writer in range(8):
                group.create_task(paging.write(writer))
            try:
                async with asyncio.TaskGroup() as readers:
                    for listing in LISTINGS:
                        for backward in (False, True) if listing.backward else (False,):
                            readers.create_task(paging.read(listing, backward=backward))
            finally:
                paging.over.set()
        print(f"{paging.pages} pages read while {paging.written} transactions were written")
        assert paging.written > 30
