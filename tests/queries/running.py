"""Documents drawn, asked of the server and of the model, compared and counted."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    OperationDefinitionNode,
    Visitor,
    build_schema,
    parse,
    visit,
)
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.oracle import catalog
from tests.oracle.history import lines
from tests.queries import past, writing
from tests.queries.comparing import difference, is_full
from tests.queries.given import Given
from tests.queries.learned import learned
from tests.queries.paging import further
from tests.queries.resolving import Naive
from tests.queries.shrinking import smaller
from tests.serving import Served, serving

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CATALOG = EXAMPLES / "catalog.graphql"
HISTORY = EXAMPLES / "history.jsonl"
_CUTS = 60
"""How many times a document that is answered wrong is made smaller."""


@dataclass
class Tally:
    """What became of many documents."""

    documents: int = 0
    answers: int = 0
    full: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        share = 100 * self.full / max(self.answers, 1)
        kinds = ", ".join(f"{name} {count}" for name, count in self.asked.most_common())
        return (
            f"{self.documents} documents with {self.answers} root fields,"
            f" {share:.0f} % of them with something in the answer; asked: {kinds}"
        )


@dataclass(frozen=True)
class Bench:
    """The served sample beside the model of it."""

    served: Served
    naive: Naive

    async def smallest(self, document: str) -> str:
        """Return a wrong answer's document, as small as cutting makes it, and what is wrong."""
        how = (await self.compared(document)).how or ""
        for _ in range(_CUTS):
            for cut in smaller(document):
                found = (await self.compared(cut)).how
                if found is not None and _is_refusal(found) == _is_refusal(how):
                    document, how = cut, found
                    break
            else:
                break
        return f"{how}\n{document}"

    async def compared(self, document: str) -> "Compared":
        """Return the server's answer to a document, and how it is wrong."""
        before = self.served.database.statements
        answer = await self.served.post(document)
        if "errors" in answer:
            return Compared({}, f"{_REFUSED} {answer['errors']}")
        statements = self.served.database.statements - before
        if statements != 1:
            return Compared({}, f"{statements} statements")
        data = answer["data"]
        return Compared(data, difference(data, self.naive.answer(document), self.naive.known))


@dataclass(frozen=True)
class Compared:
    """An answer, and how it is wrong; None where it is right."""

    data: Any
    how: str | None


_REFUSED = "refused:"


def _is_refusal(how: str) -> bool:
    return how.startswith(_REFUSED)


def _count(tally: Tally, document: str, data: Any) -> None:
    tally.documents += 1
    for each in data.values():
        tally.answers += 1
        tally.full += is_full(each)
    visit(parse(document), _Counting(tally.asked))


class _Counting(Visitor):
    """Counts root fields by name, and arguments wherever they stand."""

    def __init__(self, asked: Counter[str]) -> None:
        super().__init__()
        self.asked = asked

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Count what is asked of the root."""
        fields = (each for each in node.selection_set.selections if isinstance(each, FieldNode))
        self.asked.update(each.name.value for each in fields)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """Count an argument."""
        self.asked[f"({node.name.value}:)"] += 1


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Bench]:
    """Serve a database with the bundled sample, beside the model."""
    async with serving(url) as served:
        told = past.read(catalog.read(CATALOG.read_text()), lines(HISTORY))
        schema = build_schema((await served.client.get("/schema.graphql")).text)
        yield Bench(served, Naive(schema, told, await learned(served)))


async def run(bench: Bench, many: int, number: int, enough: int = 1) -> Tally:
    """Ask so many documents of a seed, until enough are answered wrong; page on where they do."""
    tally = Tally()
    for document in drawn(bench.naive, many, number):
        asked: str | None = document
        while asked is not None and len(tally.failures) < enough:
            compared = await bench.compared(asked)
            if compared.how is not None:
                tally.failures.append(await bench.smallest(asked))
                print(tally.failures[-1], end="\n\n", flush=True)
                break
            _count(tally, asked, compared.data)
            asked = further(document, compared.data) if asked == document else None
    return tally


def drawn(naive: Naive, many: int, number: int) -> list[str]:
    """Return the documents of a seed."""
    found: list[str] = []
    bounds = settings(
        max_examples=many,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )

    @seed(number)
    @bounds
    @given(writing.documents(Given(naive.schema, naive.past, naive.known)))
    def keep(document: str) -> None:
        found.append(document)

    keep()
    return found
