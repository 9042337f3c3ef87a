"""Settings, read once from HEADWATER_* variables: the only file that reads the environment."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.errors import OurFault

_PREFIX = "HEADWATER_"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@,\s]+")
_HOST = re.compile(r"\*|(\*\.)?[\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)
_SECRET = frozenset({"database_url", "admin_url", "listen_url"})


@dataclass(eq=False)
class InvalidSetting(OurFault):
    """A variable holds something that cannot be used."""

    code: ClassVar[str] = "INVALID_SETTING"
    category: ClassVar[str] = "incorrect"
    variable: str
    value: str | None
    problem: str

    def __str__(self) -> str:
        given = f" is {self.value!r}" if self.value is not None else " cannot be used"
        return f"{self.variable}{given}: {self.problem}"


class Settings(BaseSettings):
    """What an operator may choose; a variable that is empty counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    database_url: str | None = Field(
        default=None, description="the PostgreSQL to use; without it the embedded one"
    )
    admin_url: str | None = Field(
        default=None, description="the same database as the role that owns the log and migrates"
    )
    data_dir: Path = Field(
        default=Path(".headwater"), description="folder of the embedded PostgreSQL"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on; 0 is any")
    workers: int = Field(default=1, ge=1, le=256, description="processes that answer")
    pool_size: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="connections of each process to PostgreSQL; without it by the machine",
    )
    statement_timeout: float = Field(
        default=30.0, gt=0, le=3600, description="seconds that one statement may take"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least that is logged"
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="for people, or one JSON object a line"
    )
    page_size: int = Field(default=100, ge=1, description="nodes on a page that names no size")
    page_size_limit: int = Field(default=10_000, ge=1, description="nodes on a page at most")
    lineage_depth: int = Field(
        default=10, ge=1, description="hops of a lineage that names no maxDepth"
    )
    lineage_depth_limit: int = Field(default=100, ge=1, description="maxDepth at most")
    lineage_nodes: int = Field(
        default=1_000, ge=1, description="nodes of a lineage that names no maxNodes"
    )
    lineage_nodes_limit: int = Field(default=100_000, ge=1, description="maxNodes at most")
    lineage_per_node: int = Field(
        default=100, ge=1, description="edges followed from one node where perNode is not named"
    )
    lineage_per_node_limit: int = Field(default=100_000, ge=1, description="perNode at most")
    lineage_snapshot: int = Field(
        default=0, ge=0, description="MB for lineage edges in memory, 46 bytes each; 0 is none"
    )
    datalog_rows: int = Field(
        default=1_000, ge=1, description="rows of a Datalog query that names no first"
    )
    datalog_rows_limit: int = Field(
        default=100_000, ge=1, description="rows of a Datalog query at most"
    )
    introspection: bool = Field(default=True, description="clients may ask the schema about itself")
    query_depth_limit: int = Field(default=64, ge=1, description="levels of a query at most")
    query_tokens_limit: int = Field(
        default=10_000, ge=1, description="words and marks of a document at most"
    )
    query_aliases_limit: int = Field(default=500, ge=0, description="aliases of a document at most")
    query_directives_limit: int = Field(
        default=500, ge=0, description="directives in a document at most"
    )
    query_roots_limit: int = Field(default=200, ge=1, description="root fields of a query at most")
    query_fields_limit: int = Field(
        default=10_000, ge=1, description="fields of a query at most, counted for each type"
    )
    query_cost_limit: int = Field(
        default=1_000_000, ge=1, description="rows that a query should read at most, by estimate"
    )
    body_limit: int = Field(
        default=20 * 1024 * 1024, ge=1024, description="bytes of a request at most"
    )
    batch_limit: int = Field(
        default=10, ge=0, description="operations in one request at most, as a list; 0 is no lists"
    )
    answers_held: int = Field(
        default=256 * 1024 * 1024, ge=1024, description="bytes of large answers that may be held"
    )
    answers_wait: float = Field(
        default=30.0,
        ge=0,
        le=3600,
        description="seconds that a request waits while as many are held",
    )
    min_t_wait: float = Field(
        default=5.0, ge=0, le=300, description="seconds that a request waits for the t it asks for"
    )
    cors_origins: str | None = Field(
        default=None,
        description="origins of pages elsewhere that may read answers, with commas; `*` is all",
    )
    hosts: str | None = Field(
        default=None, description="names that the server answers to, with commas; without it all"
    )
    documents: Literal["any", "trusted"] = Field(
        default="any", description="which documents are answered: any, or trusted ones alone"
    )
    trusted_documents: Path | None = Field(
        default=None, description="file or folder of trusted documents"
    )
    persisted_queries: int = Field(
        default=1_000, ge=0, description="documents remembered by their hash; 0 is none"
    )
    listen_url: str | None = Field(
        default=None,
        description="the same database, past a proxy that pools: where to listen for commits",
    )
    clock_pause: float = Field(
        default=1.0, gt=0, le=3600, description="seconds between two looks for commits, if untold"
    )
    stream_limit: int = Field(
        default=1_000, ge=0, description="WebSockets and event streams that may be open"
    )
    socket_operations_limit: int = Field(
        default=100, ge=1, description="operations that may run on one WebSocket"
    )
    socket_opening: float = Field(
        default=10.0, gt=0, le=300, description="seconds until a WebSocket has to be initialised"
    )
    stream_taking: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="seconds that a client may take nothing of a stream or an answer",
    )
    stream_silence: float = Field(
        default=15.0,
        gt=0,
        le=3600,
        description="seconds until a silent event stream shows it lives",
    )

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the origins that `cors_origins` lists."""
        return _listed(self.cors_origins)

    @property
    def host_names(self) -> tuple[str, ...]:
        """Return the names that `hosts` lists; none where all are answered to."""
        names = _listed(self.hosts)
        return () if "*" in names else names

    @classmethod
    def from_environment(cls, **chosen: Any) -> Self:  # pydantic checks them.
        """Return the settings; what is `chosen`, and is not None, goes before the environment.

        Raises InvalidSetting, which names the variable.
        """
        try:
            return cls(**{name: value for name, value in chosen.items() if value is not None})
        except ValidationError as error:
            raise _invalid(error) from None

    @field_validator("log_level", "log_format", "documents", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("database_url", "admin_url", "listen_url")
    @classmethod
    def _of_postgresql(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("expected a URL that begins with postgresql://")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _of_origins(cls, value: str | None) -> str | None:
        for each in (value or "*").split(","):
            if each.strip() != "*" and _ORIGIN.fullmatch(each.strip()) is None:
                raise ValueError(
                    "expected origins such as https://lineage.example.com, without a path,"
                    " separated by commas; or *"
                )
        return value

    @field_validator("hosts")
    @classmethod
    def _of_names(cls, value: str | None) -> str | None:
        for each in (value or "*").split(","):
            if _HOST.fullmatch(each.strip()) is None:
                raise ValueError(
                    "expected names such as localhost, *.example.com or [::1], without a port,"
                    " separated by commas; or *"
                )
        return value

    @field_validator("trusted_documents")
    @classmethod
    def _given_where_only_they_count(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is None and info.data.get("documents") == "trusted":
            raise ValueError(f"expected a file or folder, as {_PREFIX}DOCUMENTS is trusted")
        return value

    @field_validator(
        "page_size_limit",
        "lineage_depth_limit",
        "lineage_nodes_limit",
        "lineage_per_node_limit",
        "datalog_rows_limit",
    )
    @classmethod
    def _not_below_the_default(cls, value: int, info: ValidationInfo) -> int:
        name = str(info.field_name).removesuffix("_limit")
        usual = info.data.get(name)
        if usual is not None and value < usual:
            raise ValueError(f"expected at least {_PREFIX}{name.upper()}, which is {usual}")
        return value


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in (value or "").split(",") if each.strip())


def _invalid(error: ValidationError) -> InvalidSetting:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    given = None if name in _SECRET or first["input"] is None else str(first["input"])
    problem = first["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    return InvalidSetting(f"{_PREFIX}{name.upper()}", given, problem)
