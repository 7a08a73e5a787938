"""Logs: one line an event, JSON or text, redacted.

The libraries' own loggers go the same way.
"""

from __future__ import annotations

import logging
import sys
from textwrap import indent
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from agent.observe.redaction import Redaction
from agent.observe.tracing import add_trace_ids
from agent.printable import printable

_QUIET = {
    "imapclient": logging.WARNING,
    "dbos": logging.WARNING,
    "alembic": logging.WARNING,
    "httpx": logging.WARNING,
    "urllib3": logging.WARNING,  # apprise's: at DEBUG it tells the path of every hook, which is its secret
    "apprise": logging.WARNING,
    "msal": logging.WARNING,
    "google": logging.WARNING,
    "botocore": logging.WARNING,  # at DEBUG the stores' libraries tell what they send and get
    "azure": logging.WARNING,
    "opentelemetry": logging.CRITICAL,  # a receiver that is away is no trouble of ours
    "asyncio": logging.ERROR,
}


def configure_logs(
    *,
    level: str = "INFO",
    style: Literal["json", "text"] = "json",
    redaction: Redaction | None = None,
    stream: TextIO | None = None,
) -> None:
    """Send every log line of this process to `stream` (stderr), through the redaction."""
    redactor = _Redact(redaction or Redaction())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_trace_ids,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = structlog.processors.JSONRenderer(sort_keys=False) if style == "json" else _as_text
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redactor, renderer],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))


class _Redact:
    """Redact every text of a line, keys excepted."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {key: self._clean(value) for key, value in event.items()}

    def _clean(self, value: Any) -> Any:
        match value:
            case bool() | int() | float() | None:
                return value
            case list() | tuple():
                return [self._clean(each) for each in value]
            case dict():
                return {key: self._clean(each) for key, each in value.items()}
            case _:
                return self._redaction.redact(str(value))


def _as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`time LEVEL event key=value ...`, the traceback below."""
    moment, level, name = event.pop("timestamp", ""), event.pop("level", ""), event.pop("event", "")
    exception = event.pop("exception", None)
    event.pop("logger", None)
    fields = " ".join(f"{printable(key)}={_quoted(value)}" for key, value in event.items() if value is not None)
    line = f"{moment} {str(level).upper():7} {printable(name)} {fields}".rstrip()
    return line if exception is None else f"{line}\n{indent(printable(exception, lines=True), '    ')}"


def _quoted(value: object) -> str:
    """A value as one word.

    One with blanks or quotes is quoted, so that no value looks like a field.
    """
    text = printable(value)
    if text and not any(char in text for char in " \"'="):
        return text
    return "'" + text.replace("'", "\\'") + "'"
