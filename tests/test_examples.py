"""The bundled sample is what its README says; nothing here needs a server."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from graphql import parse
from graphql.language import (
    EnumTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
)

from tests.sample import (
    SAMPLE,
    Field,
    Graph,
    Json,
    apply,
    catalog,
    downstream,
    graph_at,
    history,
    instant,
    of_type,
    reached,
    upstream,
)

ROOT = SAMPLE.parent
SCALARS = {"String", "Int", "Long", "Float", "Decimal", "Boolean"}
SCALARS |= {"DateTime", "Date", "UUID", "URI", "JSON", "Keyword"}
DIRECTIVES = {"rel", "required", "index", "search", "unique", "component", "deprecated"}
# Every field of Entity and Edge, every root field of the contract, and the words of filters.
RESERVED = {"id", "urn", "type", "lifecycle", "createdAt", "changedAt", "history", "key", "from"}
RESERVED |= {"to", "since", "until", "and", "or", "not", "cursor", "node", "nodes", "edge"}
RESERVED |= {"entity", "basis", "lineage", "transactions", "explain", "transact"}


# The catalog


def test_the_catalog_uses_known_directives_and_types_only() -> None:
    for name, fields in chain(catalog().entities.items(), catalog().edges.items()):
        for each in fields.values():
            assert set(each.directives) <= DIRECTIVES, name
            known = SCALARS | set(catalog().enums) | set(catalog().entities)
            assert each.type in known | set(catalog().implementers), f"{name}: {each.type}"


def test_the_catalog_uses_every_kind_of_value() -> None:
    used = {
        each.type
        for fields in chain(catalog().entities.values(), catalog().edges.values())
        for each in fields.values()
    }
    assert used >= SCALARS
    assert used & set(catalog().enums)


def test_every_type_and_field_of_the_catalog_is_described() -> None:
    document = parse((SAMPLE / "catalog.graphql").read_text(encoding="utf-8"))
    for node in document.definitions:
        assert isinstance(node, _DESCRIBED)
        assert node.description, node.name.value
        parts = node.values if isinstance(node, EnumTypeDefinitionNode) else node.fields
        for part in parts or ():
            assert part.description, f"{node.name.value}.{part.name.value}"


_DESCRIBED = (EnumTypeDefinitionNode, InterfaceTypeDefinitionNode, ObjectTypeDefinitionNode)


def test_no_field_has_a_reserved_name() -> None:
    for name, fields in chain(catalog().entities.items(), catalog().edges.items()):
        assert not set(fields) & RESERVED, name


def test_every_edge_type_is_walked_by_a_relation_that_fits_its_ends() -> None:
    walked = set()
    for name, fields in catalog().entities.items():
        for each in fields.values():
            if relation := each.directives.get("rel"):
                ends = catalog().ends[relation["edge"]]
                here, there = ("to", "from") if relation.get("reverse") else ("from", "to")
                assert name in ends[here], f"{name} is not {here} of {relation['edge']}"
                assert catalog().concrete(each.type) & ends[there], f"{name}: {relation['edge']}"
                walked.add(relation["edge"])
    assert walked == set(catalog().edges)


def test_generated_names_do_not_clash() -> None:
    names = [*catalog().entities, *catalog().implementers, *catalog().edges, *catalog().enums]
    for name in [*catalog().entities, *catalog().implementers]:
        names += [f"{name}{suffix}" for suffix in ("Connection", "Edge", "Filter", "Order")]
    for name, fields in catalog().entities.items():
        for key, each in fields.items():
            if each.many and each.type not in SCALARS:
                capital = f"{name}{key[0].upper()}{key[1:]}"
                names += [f"{capital}Connection", f"{capital}Edge"]
            elif "rel" in each.directives:
                assert f"{key}Edge" not in fields
    assert len(set(names)) == len(names)


# The history


def test_the_history_is_small_and_in_order() -> None:
    assert 300 <= len(history()) <= 500
    assert (SAMPLE / "history.jsonl").stat().st_size < 600_000
    instants = [instant(transaction) for transaction in history()]
    assert all(earlier <= later for earlier, later in pairwise(instants))
    assert (instants[0].year, instants[0].month) == (2024, 1)
    assert (instants[-1].year, instants[-1].month) == (2026, 6)


def test_every_transaction_says_where_it_came_from() -> None:
    for transaction in history():
        assert set(transaction) <= {"tx", "upsert", "link", "unlink", "retract"}
        assert set(transaction) > {"tx"}
        assert {"instant", "source", "actor"} <= set(transaction["tx"])
    assert len({transaction["tx"]["source"] for transaction in history()}) >= 6
    assert sum("reason" in transaction["tx"] for transaction in history()) > len(history()) / 3


def _statements(verb: str) -> Iterator[Json]:
    return chain.from_iterable(transaction.get(verb, []) for transaction in history())


def test_every_value_fits_its_field() -> None:
    for statement in _statements("upsert"):
        fields = catalog().entities[statement["type"]]
        for name, value in statement.items():
            if name not in {"type", "urn"}:
                assert "rel" not in fields[name].directives
                assert _fits(fields[name], value), f"{statement['type']}.{name}: {value!r}"
    for statement in _statements("link"):
        for name, value in statement.get("properties", {}).items():
            each = catalog().edges[statement["type"]][name]
            assert _fits(each, value), f"{statement['type']}.{name}: {value!r}"


def _fits(declared: Field, value: object) -> bool:
    if value is None:
        return True
    if declared.many:
        return isinstance(value, list) and all(_is(declared.type, each) for each in value)
    return _is(declared.type, value)


def _is(kind: str, value: object) -> bool:
    if kind in catalog().enums:
        return value in catalog().enums[kind]
    if kind in catalog().entities:
        return isinstance(value, str) and value.startswith("hw://")
    if isinstance(value, bool):
        return kind in {"Boolean", "JSON"}
    if kind in _BITS:
        long_text = isinstance(value, str) and kind == "Long"
        limit = 2 ** _BITS[kind]
        return (isinstance(value, int) or long_text) and -limit <= int(str(value)) < limit
    if kind == "Float":
        return isinstance(value, int | float)
    return kind == "JSON" or (isinstance(value, str) and bool(_READ[kind](value)))


_BITS = {"Int": 31, "Long": 63}
_READ: Mapping[str, Any] = {
    "String": str,
    "Keyword": str.isidentifier,
    "Decimal": Decimal,
    "DateTime": datetime.fromisoformat,
    "Date": date.fromisoformat,
    "UUID": UUID,
    "URI": lambda text: urlsplit(text).scheme,
}


def test_statements_hold_together() -> None:
    graph = graph_at()
    assert len(graph.told) > 300
    assert len(graph.edges) > 800


def test_unique_values_are_never_taken_twice() -> None:
    graph = Graph()
    unique = {
        (kind, name)
        for kind, fields in catalog().entities.items()
        for name, each in fields.items()
        if "unique" in each.directives
    }
    assert unique
    for transaction in history():
        apply(graph, transaction)
        taken = [
            (kind, name, graph.values[urn][name])
            for urn in graph.values
            for kind, name in unique
            if graph.types[urn] == kind and graph.values[urn].get(name) is not None
        ]
        assert len(set(taken)) == len(taken)


def test_the_generator_writes_the_same_bytes_again(tmp_path: Path) -> None:
    again = tmp_path / "history.jsonl"
    command = [sys.executable, "-m", "examples.generate", str(again)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert again.read_bytes() == (SAMPLE / "history.jsonl").read_bytes()


# The story


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("Team", 8),
        ("Person", 25),
        ("Dataset", 40),
        ("Feature", 55),
        ("Pipeline", 15),
        ("PipelineRun", 60),
        ("Model", 12),
        ("ModelInstance", 55),
        ("Experiment", 15),
        ("ExperimentCell", 35),
        ("Deployment", 20),
    ],
)
def test_there_are_enough_entities_of_each_type(kind: str, least: int) -> None:
    assert len(of_type(graph_at(), graph_at().told, kind)) >= least


def test_things_are_renamed_deleted_and_restored() -> None:
    graph = graph_at()
    renamed = {graph.types[urn] for urn, name in graph.changed if name == "name"}
    assert renamed >= {"Team", "Person", "Dataset", "Feature", "Model"}
    deleted = {graph.types[urn] for urn in graph.deleted}
    assert deleted >= {"Team", "Person", "Dataset", "Feature", "Model", "ModelInstance"}
    assert deleted >= {"Experiment", "ExperimentCell", "Deployment"}
    assert graph.revived


def test_things_are_deprecated_before_they_are_deleted() -> None:
    deprecated = {each["urn"] for each in _statements("upsert") if each.get("deprecated")}
    assert len(deprecated) >= 4
    assert deprecated & graph_at().deleted


def test_some_are_referred_to_before_they_are_known_and_some_are_never_known() -> None:
    graph = graph_at()
    assert {graph.types[urn] for urn in graph.enriched_later} >= {"Dataset", "Model", "Person"}
    stubs = set(graph.types) - graph.told
    assert {graph.types[urn] for urn in stubs} >= {"Dataset", "ModelInstance", None}


def test_edges_end_begin_again_and_change_their_properties() -> None:
    graph = graph_at()
    assert {name[0] for name in graph.reopened} >= {"MemberOf", "Deploys"}
    assert len({name[0] for name in graph.ended}) >= 5
    assert graph.changed_properties >= {
        ("DerivedFrom", "rows"),
        ("Deploys", "trafficShare"),
        ("HasCell", "trafficShare"),
        ("UsesFeature", "importance"),
    }
    assert {edge for edge, _, _, key in graph.edges if key} == {"TrainedOn"}


def test_the_lineage_has_a_cycle_now_and_once_had_another() -> None:
    impressions, plans = (
        f"hw://dataset/lake/{path}" for path in ("browse.impressions", "billing.subscriptions")
    )
    assert impressions in reached(upstream(graph_at()), impressions)
    assert impressions not in reached(upstream(graph_at(date(2024, 6, 1))), impressions)
    assert plans in reached(upstream(graph_at(date(2025, 8, 20))), plans)
    assert plans not in reached(upstream(graph_at()), plans)


def test_a_model_instance_has_other_datasets_and_experiments_now_than_in_2025() -> None:
    instance = "hw://model-instance/registry/home-ranker-v4"
    now, then = graph_at(), graph_at(date(2025, 3, 1))
    datasets = [of_type(g, reached(upstream(g), instance), "Dataset") for g in (then, now)]
    experiments = [of_type(g, reached(downstream(g), instance), "Experiment") for g in (then, now)]
    assert [len(each) for each in datasets] == [19, 23]
    assert [sorted(urn[-3:] for urn in each) for each in experiments] == [
        ["106", "110"],
        ["106", "119"],
    ]


def test_a_feature_has_other_consuming_models_and_owning_teams_now_than_in_2025() -> None:
    assert _consumers(graph_at(date(2025, 3, 1))) == {
        "Churn Risk": "Growth",
        "Continue Watching": "Discovery",
        "Home Ranker": "Discovery",
        "Row Picker": "Discovery",
        "Search Ranker": "Search",
    }
    assert _consumers(graph_at()) == {
        "Ad Pacing": "Advertising",
        "Churn Risk": "Member Lifecycle",
        "Continue Watching": "Discovery",
        "Home Ranker": "Discovery",
        "Retention Offer": "Advertising",
        "Row Picker": "Discovery",
    }


def _consumers(graph: Graph) -> dict[str, str]:
    """Return the models that take the feature, each with the name of the team that owns it."""
    feature = "hw://feature/featurestore/member.days_idle"
    instances = {f for edge, f, to, _ in graph.edges if (edge, to) == ("UsesFeature", feature)}
    models = {to for edge, f, to, _ in graph.edges if edge == "InstanceOf" and f in instances}
    return {
        graph.values[model]["name"]: graph.values[owner]["name"]
        for edge, model, owner, _ in graph.edges
        if edge == "OwnedBy" and model in models and graph.types[owner] == "Team"
    }


# The queries


def test_every_query_is_one_named_operation_with_a_comment() -> None:
    files = sorted((SAMPLE / "queries").glob("*.graphql"))
    assert 6 <= len(files) <= 8
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# ")
        definitions = parse(text).definitions
        (operation,) = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        assert operation.name is not None
