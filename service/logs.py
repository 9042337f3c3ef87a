"""Logs: one event a line, for people or for machines."""

import logging
import logging.config
from functools import partial
from typing import Any

import structlog
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from service.settings import Settings

_SHARED: list[Any] = [  # Processors take and give what the next one does.
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
PROBES = frozenset({"/livez", "/readyz"})


def configure(settings: Settings, *, worker: int | None = None) -> None:
    """Write what is logged, by libraries too, to standard error as the settings say.

    Every line names the worker, where there are several.
    """
    shared = _SHARED if worker is None else [*_SHARED, partial(_named, worker)]
    as_json = settings.log_format == "json"
    # Without the values of local variables: passwords and data are among them.
    as_dicts = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([as_dicts] if as_json else []),
            structlog.processors.JSONRenderer()
            if as_json
            else structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"event": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
            "root": {"handlers": ["stderr"], "level": settings.log_level.upper()},
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _named(worker: int, _logger: object, _method: str, event: EventDict) -> EventDict:
    event["worker"] = worker
    return event
