"""Transactions that must be refused at every door, as a line of a file has them."""

from dataclasses import dataclass
from typing import Any

from tests.refusals.world import CLEAN, CORE, OTHER, RAW

NEW = "hw://d/new"
LONG = 2**20
SURROGATE = "\ud800"
TRUE: Any = True

# What the door says before anybody looks at a transaction: its JSON, and GraphQL's own types.
NO_JSON, NO_INPUT = "BAD_REQUEST", "BAD_USER_INPUT"


@dataclass(frozen=True, slots=True)
class Case:
    """A transaction, the code of its refusal, and words that the message has.

    `graphql` is the code where GraphQL's own types refuse it first, with words of their own.
    """

    name: str
    line: dict[str, Any]
    code: str
    words: tuple[str, ...]
    graphql: str | None = None

    def __str__(self) -> str:
        return self.name


def _value(name: str, attribute: str, value: Any, *words: str, graphql: str | None = None) -> Case:
    line = {"upsert": [{"type": "Dataset", "urn": RAW, "day": "2024-01-01", attribute: value}]}
    said = (f"upsert[0].{attribute}: expected ", *words)
    return Case(f"{attribute}: {name}", line, "WRONG_VALUE", said, graphql)


def _surrogate(attribute: str, value: Any) -> Case:
    return _value("a lone surrogate", attribute, value, graphql=NO_JSON)


def _link(name: str, code: str, *words: str, graphql: str | None = None, **said: Any) -> Case:
    link = {"type": "DerivedFrom", "from": CLEAN, "to": RAW, "key": "new", **said}
    return Case(f"link: {name}", {"link": [link]}, code, ("link[0]", *words), graphql)


def _names(
    name: str, urn: Any, code: str = "MALFORMED_URN", graphql: str | None = None
) -> list[Case]:
    """Return one case for each place where a name stands."""
    dataset = {"type": "Dataset", "name": "x"}
    edge = {"type": "DerivedFrom", "from": CLEAN, "to": urn}
    reverse = {"type": "DerivedFrom", "from": urn, "to": CLEAN}
    places: list[tuple[str, dict[str, Any]]] = [
        ("upsert[0]", {"upsert": [{**dataset, "urn": urn}]}),
        ("upsert[0].parent", {"upsert": [{**dataset, "urn": RAW, "parent": urn}]}),
        ("link[0]", {"link": [edge]}),
        ("link[0]", {"link": [reverse]}),
    ]
    if code == "MALFORMED_URN":  # What is unknown, retract and unlink leave as it is.
        places += [("unlink[0]", {"unlink": [edge]}), ("retract[0]", {"retract": [urn]})]
    return [
        Case(f"{where} names {name} ({number})", line, code, (where,), graphql)
        for number, (where, line) in enumerate(places)
    ]


TOO_LONG_URN = "hw://" + "x" * 2_044

VALUES: tuple[Case, ...] = (
    _value("a number", "name", 5, "a string, got 5"),
    _value("a list", "name", ["a"], "a string, got ['a']"),
    _value("an object", "name", {"a": 1}, "a string"),
    _value("true", "name", TRUE, "a string"),
    _value("NUL", "name", "a\0b", "NUL"),
    _surrogate("name", SURROGATE),
    _surrogate("tags", ["a", f"a{SURROGATE}b"]),
    _surrogate("details", {"a": SURROGATE}),
    _surrogate("details", {SURROGATE: 1}),
    _surrogate("kind", SURROGATE),
    _surrogate("word", SURROGATE),
    _surrogate("home", f"https://{SURROGATE}"),
    _surrogate("rows", SURROGATE),
    _surrogate("created", SURROGATE),
    _value("over 1 MiB", "name", "x" * (LONG + 1), f"at most {LONG} bytes"),
    _value("over 1 MiB in UTF-8", "name", "é" * (LONG // 2 + 1), f"at most {LONG} bytes"),
    _value("a member over 1 MiB", "tags", ["a", "x" * (LONG + 1)], f"at most {LONG} bytes"),
    _value("33 bits", "count", 2**31, "32 bits, got 2147483648"),
    _value("-33 bits", "count", -(2**31) - 1, "32 bits, got -2147483649"),
    _value("a fraction", "count", 1.5, "32 bits"),
    _value("digits", "count", "1", "32 bits"),
    _value("true", "count", TRUE, "32 bits"),
    _value("65 bits", "rows", 2**63, "64 bits"),
    _value("-65 bits", "rows", -(2**63) - 1, "64 bits"),
    _value("65 bits as digits", "rows", str(2**63), "64 bits, as a number or a string of digits"),
    _value("30 digits", "rows", 10**30, "64 bits"),
    _value("an exponent", "rows", "1e3", "64 bits"),
    _value("digits of another script", "rows", "٣", "64 bits"),
    _value("nothing", "rows", "", "64 bits"),
    _value("a text", "score", "1.5", "a finite number"),
    _value("NaN as text", "score", "NaN", "a finite number"),
    _value("NaN as text", "price", "NaN", "a decimal"),
    _value("Infinity as text", "price", "Infinity", "a decimal"),
    _value("a number out of bounds", "price", "1e9999", "a decimal of at most 1000 digits"),
    _value("letters", "price", "abc", "a decimal"),
    _value("1", "live", 1, "true or false"),
    _value("a text", "live", "true", "true or false"),
    _value("month 13", "created", "2024-13-01T00:00:00Z", "an instant such as"),
    _value("a date", "created", "2024-01-01", "an instant such as"),
    _value("seconds", "created", 1704067200, "an instant such as"),
    _value("nanoseconds", "created", "2024-01-01T00:00:00.123456789Z", "at most 6 decimals"),
    _value("out of bounds", "created", "0001-01-01T00:00:00+14:00", "an instant such as"),
    _value("30 February", "day", "2024-02-30", "a date such as 2024-03-01, got '2024-02-30'"),
    _value("an instant", "day", "2024-01-01T00:00:00Z", "a date"),
    _value("a number", "day", 20240101, "a date"),
    _value("no hyphens", "token", "123e4567e89b12d3a456426614174000", "a UUID such as"),
    _value("a space", "home", "https://a b", "a URI with a scheme"),
    _value("no scheme", "home", "example.org", "a URI with a scheme"),
    _value("a space", "word", "a b", "a keyword"),
    _value("nothing", "word", "", "a keyword"),
    _value("unknown", "kind", "INDEX", "a value of Kind (TABLE, VIEW), got 'INDEX'"),
    _value("no list", "tags", "a", "a list of String, got 'a'"),
    _value("an object", "tags", {"a": 1}, "a list of String"),
    _value("null in a list", "tags", ["a", None], "a string"),
    _value("a list in a list", "tags", [["a"]], "a string"),
    _value("NUL in a key", "details", {"a\0": 1}, "NUL"),
    _value("NUL in a text", "details", ["\0"], "NUL"),
    _value("over 1 MiB", "details", {"a": "x" * LONG}, f"at most {LONG} bytes"),
    _value("101 levels", "details", eval("[" * 101 + "]" * 101), "at most 100 levels"),  # noqa: S307
    _value("a number", "parent", 5, "the urn or id of a Dataset, got 5"),
    _value("a list", "parent", [RAW], "the urn or id of a Dataset"),
    _value("of another type", "parent", CORE, f"a Dataset, got {CORE} of type Team"),
)

_DATASET = {"type": "Dataset", "urn": RAW}
UNKNOWN: tuple[Case, ...] = (
    Case(
        "an unknown type",
        {"upsert": [{"type": "Nope", "urn": NEW}]},
        "UNKNOWN_TYPE",
        ("upsert[0]: there is no entity type Nope", "headwater schema print"),
    ),
    Case(
        "an interface for a type",
        {"upsert": [{"type": "Owner", "urn": NEW}]},
        "UNKNOWN_TYPE",
        ("upsert[0]: there is no entity type Owner",),
    ),
    Case(
        "an edge type for a type",
        {"upsert": [{"type": "MadeBy", "urn": NEW}]},
        "UNKNOWN_TYPE",
        ("upsert[0]: there is no entity type MadeBy",),
    ),
    Case(
        "a type in SQL",
        {"upsert": [{"type": "Dataset'; DROP TABLE log; --", "urn": NEW}]},
        "UNKNOWN_TYPE",
        ("there is no entity type Dataset'; DROP TABLE log; --;",),
    ),
    Case(
        "a type that no terminal shows",
        {"upsert": [{"type": "\ud800", "urn": NEW}]},
        "UNKNOWN_TYPE",
        ("there is no entity type",),
        NO_JSON,
    ),
    *(
        Case(
            f"an unknown attribute {name}",
            {"upsert": [{**_DATASET, "day": "2024-01-01", name: "x"}]},
            "UNKNOWN_ATTRIBUTE",
            (f"upsert[0].{name}: there is no attribute Dataset/{name}", "headwater schema print"),
        )
        for name in ("nope", "id", "lifecycle", "upstream", "team", "Dataset/name", "", "__proto__")
    ),
    _link(
        "of an unknown type",
        "UNKNOWN_TYPE",
        "there is no edge type Nope",
        graphql=NO_INPUT,
        type="Nope",
    ),
    _link("of an entity's type", "UNKNOWN_TYPE", "Dataset", graphql=NO_INPUT, type="Dataset"),
    _link(
        "with an unknown property", "UNKNOWN_ATTRIBUTE", "DerivedFrom/nope", properties={"nope": 1}
    ),
    _link(
        "with from for a property",
        "UNKNOWN_ATTRIBUTE",
        "DerivedFrom/from",
        properties={"from": RAW},
    ),
    _link("to an unknown type", "UNKNOWN_TYPE", "Nope", graphql=NO_INPUT, to=NEW, toType="Nope"),
    Case(
        "an unlink of an unknown type",
        {"unlink": [{"type": "Nope", "from": CLEAN, "to": RAW}]},
        "UNKNOWN_TYPE",
        ("unlink[0]", "Nope"),
        NO_INPUT,
    ),
)

CONFLICTS: tuple[Case, ...] = (
    Case(
        "two values for one attribute",
        {"upsert": [{**_DATASET, "name": "x"}, {**_DATASET, "name": "y"}]},
        "CARDINALITY_CONFLICT",
        ("upsert[1].name", f"Dataset/name of {RAW}", "use two transactions"),
    ),
    Case(
        "a value and null for one attribute",
        {"upsert": [{**_DATASET, "name": "x"}, {**_DATASET, "name": None}]},
        "CARDINALITY_CONFLICT",
        ("upsert[1].name", f"Dataset/name of {RAW}", "nothing"),
    ),
    Case(
        "two lists for one attribute",
        {"upsert": [{**_DATASET, "tags": ["x"]}, {**_DATASET, "tags": ["y"]}]},
        "CARDINALITY_CONFLICT",
        ("upsert[1].tags", "Dataset/tags"),
    ),
    Case(
        "two ends for a relation to one",
        {
            "link": [
                {"type": "MadeBy", "from": RAW, "to": "hw://t/one"},
                {"type": "MadeBy", "from": RAW, "to": "hw://t/two"},
            ]
        },
        "CARDINALITY_CONFLICT",
        ("link[1]", "MadeBy", RAW, "hw://t/one", "hw://t/two"),
    ),
    Case(
        "two values for one property",
        {
            "link": [
                {"type": "DerivedFrom", "from": CLEAN, "to": RAW, "properties": {"weight": weight}}
                for weight in (0.1, 0.2)
            ]
        },
        "CARDINALITY_CONFLICT",
        ("link[1]", "weight", "0.1", "0.2"),
    ),
    Case(
        "a unique value that is taken",
        {"upsert": [{"type": "Team", "urn": "hw://t/two", "code": "C1"}]},
        "UNIQUE_CONFLICT",
        ("upsert[0]", "Team/code", "C1", "of hw://t/two", f"is held by {CORE}"),
    ),
    Case(
        "a unique value twice",
        {"upsert": [{"type": "Team", "urn": f"hw://t/{n}", "code": "C2"} for n in (1, 2)]},
        "UNIQUE_CONFLICT",
        ("upsert[1]", "Team/code", "C2", "hw://t/1", "hw://t/2"),
    ),
    Case(
        "another type",
        {"upsert": [{"type": "Team", "urn": RAW, "name": "x"}]},
        "TYPE_CONFLICT",
        ("upsert[0]", f"{RAW} is of type Dataset and cannot become Team", "use another urn"),
    ),
    Case(
        "two types",
        {"upsert": [{"type": each, "urn": NEW} for each in ("Dataset", "Team")]},
        "TYPE_CONFLICT",
        ("upsert[1]", f"{NEW} is of type Dataset and cannot become Team"),
    ),
    Case(
        "upsert and retract",
        {"upsert": [{**_DATASET, "name": "x"}], "retract": [RAW]},
        "CONTRADICTION",
        ("upsert[0]", RAW, "retracted", "use two transactions"),
    ),
    Case(
        "link and unlink",
        {
            "link": [{"type": "DerivedFrom", "from": CLEAN, "to": RAW}],
            "unlink": [{"type": "DerivedFrom", "from": CLEAN, "to": RAW}],
        },
        "CONTRADICTION",
        ("link[0]", "unlink[0]", "use two transactions"),
    ),
    Case(
        "a link from what is retracted",
        {"link": [{"type": "DerivedFrom", "from": CLEAN, "to": OTHER}], "retract": [CLEAN]},
        "CONTRADICTION",
        ("link[0]", CLEAN, "retracted"),
    ),
    _link(
        "to the wrong type",
        "EDGE_END_TYPE",
        f"Dataset as its to, and {CORE} is of type Team",
        to=CORE,
    ),
    _link("from the wrong type", "EDGE_END_TYPE", f"{CORE} is of type Team", **{"from": CORE}),
    _link("to what shall have the wrong type", "EDGE_END_TYPE", NEW, "Team", to=NEW, toType="Team"),
    _link("to no owner", "EDGE_END_TYPE", "OwnedBy allows Owner", type="OwnedBy", to=OTHER),
    _link("from another type", "TYPE_CONFLICT", CLEAN, "Dataset", "Team", fromType="Team"),
    Case(
        "an instant before the last",
        {"tx": {"instant": "2024-01-31T23:59:59.999999Z"}, "upsert": [{**_DATASET, "name": "x"}]},
        "INSTANT_IN_PAST",
        (
            "2024-01-31T23:59:59.999999Z",
            "before the last transaction's, 2024-02-01T00:00:00Z",
            "give",
        ),
    ),
    Case(
        "an instant that has not come",
        {"tx": {"instant": "2999-01-01T00:00:00Z"}, "upsert": [{**_DATASET, "name": "x"}]},
        "INSTANT_IN_FUTURE",
        ("2999-01-01T00:00:00Z has not come", "give none for now"),
    ),
)

NAMES: tuple[Case, ...] = (
    *_names("nothing", ""),
    *_names("no urn", "d/raw"),
    *_names("a urn in capitals", "HW://d/raw"),
    *_names("a urn after a space", " hw://d/raw"),
    *_names("a urn of 2,049 characters", TOO_LONG_URN),
    *_names("a urn of 5,000 characters", "hw://" + "x" * 4_995),
    *_names("a urn with a line feed", "hw://d/a\nb"),
    *_names("a urn with DEL", "hw://d/a\x7fb"),
    *_names("a urn with a C1 control", "hw://d/a\x85b"),
    *_names("a urn with NUL", "hw://d/a\0b"),
    *_names("a urn with a lone surrogate", f"hw://d/{SURROGATE}", graphql=NO_JSON),
    *_names("an id of the schema", "E1"),
    *_names("an id of 20 digits", "E99999999999999999999"),
    *_names("T0", "T0"),
    *_names("an id that nobody has", "E999999999", "UNKNOWN_ENTITY"),
    *_names("a transaction", "T2", "UNKNOWN_ENTITY"),
    *_names("a transaction that has not come", "T99", "UNKNOWN_ENTITY"),
)

_EDGE = {"type": "DerivedFrom", "from": CLEAN, "to": RAW}
SHAPES: tuple[Case, ...] = (
    Case(
        "a number to upsert",
        {"upsert": [5]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "a JSON object, got 5"),
    ),
    Case(
        "a text to upsert",
        {"upsert": ["x"]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "a JSON object"),
    ),
    Case(
        "a list to upsert",
        {"upsert": [[]]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "a JSON object"),
    ),
    Case(
        "no type",
        {"upsert": [{"urn": RAW}]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "type is missing"),
    ),
    Case(
        "no urn",
        {"upsert": [{"type": "Dataset"}]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "urn is missing"),
    ),
    Case(
        "a number for a type",
        {"upsert": [{"type": 5, "urn": RAW}]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "type must be a string, not 5"),
    ),
    Case(
        "a number for a urn",
        {"upsert": [{"type": "Dataset", "urn": 5}]},
        "MALFORMED_TRANSACTION",
        ("upsert[0]", "urn must be a string, not 5"),
    ),
    Case(
        "a link without an end",
        {"link": [{"type": "DerivedFrom", "from": CLEAN}]},
        "MALFORMED_TRANSACTION",
        ("link[0]", "to is missing"),
        NO_INPUT,
    ),
    Case(
        "an unknown key of a link",
        {"link": [{**_EDGE, "weight": 1}]},
        "MALFORMED_TRANSACTION",
        ("link[0]", "there is no key 'weight'", "properties"),
        NO_INPUT,
    ),
    Case(
        "an unknown key of an unlink",
        {"unlink": [{**_EDGE, "properties": {}}]},
        "MALFORMED_TRANSACTION",
        ("unlink[0]", "there is no key 'properties'"),
        NO_INPUT,
    ),
    _link("with a number for properties", "MALFORMED_TRANSACTION", "properties", properties=5),
    _link("with a list for properties", "MALFORMED_TRANSACTION", "properties", properties=[]),
    _link(
        "with a wrong property",
        "WRONG_VALUE",
        "weight",
        "a finite number",
        properties={"weight": "x"},
    ),
    _link("with a key of NUL", "WRONG_VALUE", "key", "NUL", key="\0"),
    _link(
        "with a key of 257 characters",
        "WRONG_VALUE",
        "key",
        "at most 256 characters",
        key="x" * 257,
    ),
    _link("with a lone surrogate for a key", "WRONG_VALUE", "key", graphql=NO_JSON, key=SURROGATE),
    Case(
        "a date for an instant",
        {"tx": {"instant": "2024-06-01"}, "upsert": [{**_DATASET, "name": "x"}]},
        "WRONG_VALUE",
        ("instant", "expected an instant such as"),
    ),
    Case(
        "a source with NUL",
        {"tx": {"source": "a\0"}, "upsert": [{**_DATASET, "name": "x"}]},
        "WRONG_VALUE",
        ("tx.source", "NUL"),
    ),
    Case(
        "an actor over 1 MiB",
        {"tx": {"actor": "x" * (LONG + 1)}, "upsert": [{**_DATASET, "name": "x"}]},
        "WRONG_VALUE",
        ("tx.actor", f"at most {LONG} bytes"),
    ),
    Case(
        "a lone surrogate for a reason",
        {"tx": {"reason": SURROGATE}, "upsert": [{**_DATASET, "name": "x"}]},
        "WRONG_VALUE",
        ("tx.reason",),
        NO_JSON,
    ),
)

CASES = (*VALUES, *UNKNOWN, *CONFLICTS, *NAMES, *SHAPES)
