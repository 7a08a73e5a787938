"""Traces by OTLP over HTTP, redacted.

The only file that knows OpenTelemetry, imported where an endpoint is set.

The library's own variables (`OTEL_*`) are ignored on purpose: they would decide what leaves, and where to.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Status, StatusCode

from agent.observe.redaction import Redaction
from agent.observe.tracing import Attribute, Span, SpanName, Value
from agent.version import own_version

_TEXT = 200  # characters of a value
_WITHIN = 5.0  # seconds of one export
_QUEUE = 4096  # spans; what comes while it is full is dropped
_EVERY = 2_000.0  # milliseconds
_LAST_WORD = 1.5  # seconds for what is left when the process ends
_ATTRIBUTES = {str(each) for each in Attribute}
_NAMES = {str(each) for each in SpanName}
_NANO = 1_000_000_000


class OtlpTracer:
    """Keeps spans in a queue and sends them from a thread of its own.

    Nothing here waits for the receiver.
    """

    def __init__(self, endpoint: str, redaction: Redaction, *, every: float = _EVERY) -> None:
        """Set up; nothing is sent yet, and a receiver that is away is found out later."""
        for name in [name for name in os.environ if name.startswith("OTEL_")]:
            del os.environ[name]
        self._exporter = OTLPSpanExporter(
            endpoint=_traces_url(endpoint), headers={}, timeout=_WITHIN, compression=Compression.Gzip
        )
        self._batch = BatchSpanProcessor(
            self._exporter, max_queue_size=_QUEUE, schedule_delay_millis=every, max_export_batch_size=512
        )
        resource = Resource({"service.name": "sc-agent", "service.version": own_version()})
        self._provider = TracerProvider(
            sampler=ALWAYS_ON, resource=resource, span_limits=SpanLimits(), shutdown_on_exit=False
        )
        self._provider.add_span_processor(_Redacting(self._batch, redaction))
        self.tracer = self._provider.get_tracer("sc-agent")

    @contextmanager
    def running(self, name: SpanName, attributes: Mapping[Attribute, Value]) -> Iterator[Span]:
        """See `Tracer`."""
        begun = self.tracer.start_span(name, attributes=_plain(attributes))
        token = otel_context.attach(trace.set_span_in_context(begun))
        try:
            yield _Running(begun)
        except BaseException as err:
            begun.set_status(Status(StatusCode.ERROR))
            begun.set_attribute(Attribute.OUTCOME, str(getattr(err, "code", type(err).__name__)))
            raise
        finally:
            otel_context.detach(token)
            begun.end()

    def past(self, name: SpanName, attributes: Mapping[Attribute, Value], *, begun: datetime, ended: datetime) -> None:
        """See `Tracer`."""
        span = self.tracer.start_span(name, attributes=_plain(attributes), start_time=_nano(begun))
        span.end(end_time=max(_nano(begun), _nano(ended)))

    def ids(self) -> tuple[str, str] | None:
        """See `Tracer`."""
        found = trace.get_current_span().get_span_context()
        return (f"{found.trace_id:032x}", f"{found.span_id:016x}") if found.is_valid else None

    def flush(self) -> None:
        """Send what is there now."""
        self._batch.force_flush()

    def close(self) -> None:
        """Send what is left and end; takes seconds at most, whatever the receiver does."""
        ending = threading.Thread(target=self._batch.shutdown, daemon=True)
        ending.start()
        ending.join(_LAST_WORD)
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # the library gives it no type


class _Running:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, attribute: Attribute, value: Value) -> None:
        self._span.set_attribute(str(attribute), value)


class _Redacting(SpanProcessor):
    """Lets through names and attributes of the closed lists alone, redacted.

    As long as the visit's secrets are known.
    """

    def __init__(self, after: BatchSpanProcessor, redaction: Redaction) -> None:
        self._after = after
        self._redaction = redaction

    def on_end(self, span: ReadableSpan) -> None:
        """Pass a clean copy on, or nothing."""
        if span.name not in _NAMES:
            return
        attributes = {key: self._clean(value) for key, value in (span.attributes or {}).items() if key in _ATTRIBUTES}
        if any(self._redaction.redact(value) != value for value in attributes.values() if isinstance(value, str)):
            return  # something registered is left, or looks like it
        copy = ReadableSpan(
            name=span.name,
            context=span.get_span_context(),
            parent=span.parent,
            resource=span.resource,
            attributes=attributes,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )
        self._after.on_end(copy)

    def _clean(self, value: Any) -> Value:
        if isinstance(value, bool | int | float):
            return value
        return self._redaction.redact(str(value))[:_TEXT]


def _plain(attributes: Mapping[Attribute, Value]) -> dict[str, Value]:
    return {str(key): value for key, value in attributes.items()}


def _traces_url(endpoint: str) -> str:
    """The address as it is set, or the usual path below it."""
    bare = endpoint.rstrip("/")
    return bare if bare.endswith("/v1/traces") else f"{bare}/v1/traces"


def _nano(moment: datetime) -> int:
    return int(moment.timestamp() * _NANO)
