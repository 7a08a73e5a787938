"""Spans: their names, attributes and the tracer of this process.

The list of attributes is closed. Without a tracer nothing is done.

No message of an error, no address beyond its host, no text of a page or a mail is ever an attribute: only names and
numbers of ours. What exports them redacts all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from structlog.typing import EventDict, WrappedLogger

Value = str | int | float | bool
_NAME = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){0,3}")  # a piece of a path that says what, not whose


class SpanName(StrEnum):
    """Everything that is told as a span."""

    VISIT = "visit"  # one visit of one account, from its preparation to its end
    STEP = "flow.step"  # one thing a visit saw or did
    NAVIGATION = "browser.navigate"  # an address was opened
    JUDGE = "mail.judge"  # one mail
    AUDIT = "audit.read"  # reading and judging the permissions
    DELIVERY = "webhook.deliver"  # one attempt
    SECRET = "secret.read"  # noqa: S105 - a name; one question to another store


class Attribute(StrEnum):
    """Every attribute a span may have."""

    ACCOUNT = "sc.account"  # our own name of it
    ACT = "sc.act"
    CANDIDATE = "sc.candidate"  # above 0 is drift
    ELEMENT = "sc.element"
    ENDPOINT = "sc.webhook_endpoint"  # its id
    HOST = "server.address"
    KIND = "sc.kind"
    MESSAGE = "sc.message"  # its number
    OUTCOME = "sc.outcome"
    PATH = "url.template"  # names stay, whatever else is *
    SCREEN = "sc.screen"
    STATUS = "http.response.status_code"
    STORE = "sc.store"  # its scheme
    TYPE = "sc.event_type"
    VISIT = "sc.visit"


class Span(Protocol):
    """A span that runs."""

    def set(self, attribute: Attribute, value: Value) -> None:
        """Say one thing more of it."""


class Tracer(Protocol):
    """What keeps and sends spans."""

    def running(self, name: SpanName, attributes: Mapping[Attribute, Value]) -> AbstractContextManager[Span]:
        """A span as long as the block.

        An error that leaves it makes it failed, by the error's class alone.
        """

    def past(self, name: SpanName, attributes: Mapping[Attribute, Value], *, begun: datetime, ended: datetime) -> None:
        """A span of what is over, inside the one that runs."""

    def ids(self) -> tuple[str, str] | None:
        """Hexadecimal ids of trace and span that run here."""


class _NoSpan:
    def set(self, attribute: Attribute, value: Value) -> None:
        """Nothing."""


_tracer: Tracer | None = None


@contextmanager
def traced_by(tracer: Tracer | None) -> Iterator[None]:
    """Tell this process's spans to a tracer as long as the block runs."""
    global _tracer
    before, _tracer = _tracer, tracer
    try:
        yield
    finally:
        _tracer = before


@contextmanager
def span(name: SpanName, attributes: Mapping[Attribute, Value] | None = None) -> Iterator[Span]:
    """Tell what the block does as a span."""
    if _tracer is None:
        yield _NoSpan()
        return
    with _tracer.running(name, attributes or {}) as running:
        yield running


def past_span(name: SpanName, attributes: Mapping[Attribute, Value], *, begun: datetime, ended: datetime) -> None:
    """Tell what is over as a span inside the one that runs."""
    if _tracer is not None:
        _tracer.past(name, attributes, begun=begun, ended=ended)


def host_and_path(url: str) -> dict[Attribute, Value]:
    """The host and path of an address, without what may say whose it is."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return {}
    pieces = [piece if _NAME.fullmatch(piece) else "*" for piece in parts.path.split("/")[1:6]]
    return {Attribute.HOST: host, Attribute.PATH: "/" + "/".join(pieces)} if host else {}


def add_trace_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the ids of trace and span that run into a line of the log."""
    if _tracer is not None and (ids := _tracer.ids()) is not None:
        event.setdefault("trace_id", ids[0])
        event.setdefault("span_id", ids[1])
    return event
