"""Logs: one event a line, for people or for machines."""

import logging
import logging.config
import time
from functools import partial
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
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
_log = structlog.get_logger("headwater.http")
_requests = logging.getLogger("headwater.http")
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


class RequestLog:
    """Logs every HTTP request with its status and how long it took; probes only for debugging."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it once it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        begun = time.perf_counter()
        try:
            await self._app(scope, receive, noted)
        finally:
            level = logging.DEBUG if scope["path"] in PROBES else logging.INFO
            if _requests.isEnabledFor(level):  # Else nothing is put together for nobody.
                milliseconds = round((time.perf_counter() - begun) * 1_000, 1)
                method, path = scope["method"], scope["path"]
                _log.log(level, "request", method=method, path=path, status=status, ms=milliseconds)
