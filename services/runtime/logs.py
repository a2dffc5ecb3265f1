"""Logs: structlog over the standard library's handlers; event ids such as `source.poll_failed`, never prose.

JSON for machines, console for people. The ids of the thing at work (article, measure, alert, delivery) and the trace
id are bound to every line. What a library says again and again (a broker that is away) is said once a minute.
"""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from services.runtime.settings import LogSettings

_NOISY = ("aiokafka", "faststream", "httpx", "httpcore", "apscheduler", "alembic", "uvicorn")
_ERRORS_ONLY = "chokepoint.faststream"  # its warnings are about topics that it need not make
_REPEAT_SECONDS = 60.0


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one part, for example `ingest.poll`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def bind_ids(**ids: str | None) -> Iterator[None]:
    """Bind ids (`article_id=…`, `measure_id=…`) to every line written inside."""
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value}):
        yield


class OncePerMinute(logging.Filter):
    """Let a library's message through once a minute, and drop its tracebacks: the reason is in its text."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether this line is said, and shorten it."""
        error = record.exc_info[1] if record.exc_info else None
        key = (record.name, str(error) if error else str(record.msg))
        now = self._monotonic()
        if now - self._said.get(key, -_REPEAT_SECONDS) < _REPEAT_SECONDS:
            return False
        if len(self._said) > 1000:  # noqa: PLR2004 - a bound on memory; forgetting only repeats a line
            self._said.clear()
        self._said[key] = now
        if error is not None:
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", ()
            record.exc_info = None
        return True


def configure(settings: LogSettings, service: str) -> None:
    """Set up this process's logs, to standard error. Called once, by the entry point."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _service(service),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    _quieten()


def _formatter(settings: LogSettings, shared: list[Processor]) -> logging.Formatter:
    renderer: list[Processor]
    if settings.format == "json":
        renderer = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        renderer = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )


def _quieten() -> None:
    repeated = OncePerMinute()
    for name in _NOISY:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.filters[:] = [repeated]
    logging.getLogger(_ERRORS_ONLY).setLevel(logging.ERROR)
    logging.getLogger(_ERRORS_ONLY).filters[:] = [repeated]
    # A logger's filter does not see its children's records; those of aiokafka speak through modules.
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("aiokafka.", "faststream.", "uvicorn.")):
            logging.getLogger(name).filters[:] = [repeated]


def _service(name: str) -> Processor:
    def add(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event["service"] = name
        return event

    return add
