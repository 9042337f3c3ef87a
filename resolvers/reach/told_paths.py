"""From what lies between two sides, as the statement told it, to the paths that are selected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

from resolvers import cursors
from resolvers.draft import Place, Request
from resolvers.pages import Paging, Question
from resolvers.reach.simple_paths import Between, OutOfSteps, Path, Steps
from resolvers.reach.walking import Number, Roots
from resolvers.selection import Selected
from store.ids import from_opaque

Raw = Mapping[str, Any]  # JSON that our own statement made.
Json = dict[str, Any]

MOST_EDGES = 100_000
_MOST_STEPS = 200_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What was selected of paths, and the arguments that are known once the request is."""

    selected: Selected
    question: Question
    page: Paging
    start: Roots
    end: Roots
    through: tuple[str, ...] | None
    length: Number
    nodes: Number
    first: Number


def selected_paths(place: Place, selected: Selected) -> Iterator[tuple[Place, Selected]]:
    """Yield where paths are selected, in `nodes` and in `edges`."""
    for each in selected.of():
        if each.name == "nodes":
            yield place.at(each.key), each
        elif each.name == "edges":
            for node in each.of():
                if node.name == "node":
                    yield place.at(each.key).at(node.key), node


def extra_key(place: Place) -> str:
    """Return the name under which a node or edge carries what is selected of it at a place."""
    return ".".join(("extra", *(step.key for step in place.path)))


def told(column: Any, asked: Asked, request: Request) -> object:  # As `Raw`.
    """Return the paths as selected. Raises UnknownEntity, LimitExceeded and InvalidCursor."""
    asked.start.check(column["from"], request)
    asked.end.check(column["to"], request)
    found = _Found(column, asked, request)
    place = asked.page.place
    connection: Json = {}
    for each in asked.selected.of():
        match each.name:
            case "nodes":
                at = place.at(each.key)
                connection[each.key] = [_path(found, path, each, at) for path in found.page]
            case "edges":
                at = place.at(each.key)
                connection[each.key] = [_edge(found, path, each, at) for path in found.page]
            case "pageInfo":
                connection[each.key] = _page_info(found, each)
            case "basis":
                connection[each.key] = column["bases"][each.key]
            case name:
                connection[each.key] = _told_whole(found, name)
    return connection


@dataclass
class _Found:
    """The paths of the page, and what is known of all of them; each worked out when asked for."""

    column: Raw
    asked: Asked
    request: Request

    @cached_property
    def nodes(self) -> Mapping[int, Raw]:
        """The nodes that are looked at."""
        most = self.asked.nodes.read(self.request)
        return {_number(each["id"]): each for each in self.column["found"]["nodes"][:most]}

    @cached_property
    def hops(self) -> Mapping[tuple[int, int], Sequence[Raw]]:
        """The edges between two nodes that are looked at, along the way that is asked for."""
        hops: dict[tuple[int, int], list[Raw]] = {}
        for each in self.column["found"]["edges"]:
            near, far = _number(each["near"]), _number(each["far"])
            if near in self.nodes and far in self.nodes:
                hops.setdefault((near, far), []).append(each)
        return hops

    @cached_property
    def between(self) -> Between:
        onward: dict[int, list[int]] = {}
        for near, far in sorted(self.hops):
            onward.setdefault(near, []).append(far)
        through = self.asked.through
        return Between(
            onward,
            _roots(self.column["from"]),
            _roots(self.column["to"]),
            frozenset(
                number
                for number, each in self.nodes.items()
                if through is None or each["type"] in through
            ),
            self.asked.length.read(self.request),
        )

    @cached_property
    def after(self) -> Path:
        """The path that the cursor is of; none without a cursor."""
        marked = self.asked.page.marked
        if marked is None:
            return ()
        return tuple(map(int, str(marked.mark(self.request).keys[0]).split(",")))

    @cached_property
    def _looked(self) -> tuple[list[Path], bool]:
        """The paths of the page and one more, and whether steps ran out on the way."""
        found: list[Path] = []
        try:
            first = self.asked.first.read(self.request)
            following = self.between.paths(self.after, Steps(_MOST_STEPS))
            for path in islice(following, first + 1):
                found.append(path)  # noqa: PERF402  # What was found stays where steps run out.
        except OutOfSteps:
            return found, True
        return found, False

    @property
    def page(self) -> list[Path]:
        return self._looked[0][: self.asked.first.read(self.request)]

    @property
    def goes_on(self) -> bool:
        found, ran_out = self._looked
        return len(found) > len(self.page) or (ran_out and bool(self.page))

    @property
    def is_cut(self) -> bool:
        """Whether more lies between the ends than was looked at."""
        found = self.column["found"]
        return (
            len(found["nodes"]) > len(self.nodes)
            or len(found["edges"]) > MOST_EDGES
            or any(found[walk]["refused"] is not None for walk in ("ahead", "behind"))
        )

    @property
    def stopped_by(self) -> list[str]:
        reasons = {"MAX_NODES": self.is_cut, "MAX_STEPS": self._looked[1]}
        return [name for name, is_met in reasons.items() if is_met]

    @cached_property
    def counted(self) -> tuple[int, bool]:
        """How many paths there are, and whether that is all."""
        number, is_all = self.between.count(Steps(_MOST_STEPS))
        return max(number, len(self.page)), is_all and not self.is_cut

    @property
    def shortest(self) -> int | None:
        try:
            path = next(self.between.paths((), Steps(_MOST_STEPS)), None)
        except OutOfSteps:
            return None
        return None if path is None else len(path) - 1

    def cursor(self, path: Path) -> str:
        raw = [int(self.column["t"]), ",".join(map(str, path)), None]
        return cursors.sign(self.request.secret, self.asked.question.asked(self.request), raw)


def _roots(rows: Iterable[Raw]) -> frozenset[int]:
    return frozenset(_number(each["id"]) for each in rows)


def _number(opaque: str) -> int:
    return int(from_opaque(opaque) or 0)


def _told_whole(found: _Found, name: str) -> object:
    match name:
        case "total":
            number, is_all = found.counted
            return str(number) if is_all and number <= _LARGEST else None
        case "totalAtLeast":
            return str(min(found.counted[0], _LARGEST))
        case "shortest":
            return found.shortest
        case "complete":
            return not found.stopped_by
        case "stoppedBy":
            return found.stopped_by
        case _:
            return "LineagePathConnection"


def _page_info(found: _Found, selected: Selected) -> Json:
    return {each.key: _of_page(found, each.name) for each in selected.of()}


def _of_page(found: _Found, name: str) -> object:
    page = found.page
    match name:
        case "hasNextPage":
            return found.goes_on
        case "hasPreviousPage":
            return bool(found.after)
        case "startCursor":
            return found.cursor(page[0]) if page else None
        case "endCursor":
            return found.cursor(page[-1]) if page else None
        case _:
            return "PageInfo"


def _edge(found: _Found, path: Path, selected: Selected, place: Place) -> Json:
    edge: Json = {}
    for each in selected.of():
        match each.name:
            case "cursor":
                edge[each.key] = found.cursor(path)
            case "node":
                edge[each.key] = _path(found, path, each, place.at(each.key))
            case _:
                edge[each.key] = "LineagePathEdge"
    return edge


def _path(found: _Found, path: Path, selected: Selected, place: Place) -> Json:
    told_path: Json = {}
    for each in selected.of():
        at = place.at(each.key)
        match each.name:
            case "length":
                told_path[each.key] = len(path) - 1
            case "nodes":
                nodes = (found.nodes[number] for number in path)
                told_path[each.key] = [_row(node, {}, each, at) for node in nodes]
            case "edges":
                told_path[each.key] = [
                    _row(raw, _ends(raw, hop), each, at)
                    for hop, pair in enumerate(pairwise(path))
                    for raw in found.hops[pair]
                ]
            case _:
                told_path[each.key] = "LineagePath"
    return told_path


def _ends(raw: Raw, hop: int) -> Json:
    to = raw["far"] if raw["from"] == raw["near"] else raw["near"]
    return {"hop": hop, "to": to, "__typename": "LineagePathHop"}


def _row(raw: Raw, more: Json, selected: Selected, place: Place) -> Json:
    """Return a node or an edge of a path, whose own copy may still be changed by itself."""
    row: Json = {}
    for leaf in selected.of():
        match leaf.name:
            case "entity" | "edge":
                row[leaf.key] = deepcopy(raw[extra_key(place.at(leaf.key))])
            case "__typename":
                row[leaf.key] = more.get("__typename", "LineagePathNode")
            case name:
                row[leaf.key] = more[name] if name in more else raw[name]
    return row
