"""Traces: what is told, what never leaves, and that a receiver that fails is nobody's trouble."""

from __future__ import annotations

import base64
import json
import random
import socket
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import quote

import pytest
import structlog
from opentelemetry.trace import Link, SpanContext, Status, StatusCode
from pydantic import ValidationError

from agent.errors import ConfigurationError
from agent.observe.logs import configure_logs
from agent.observe.otlp import OtlpTracer
from agent.observe.redaction import Redaction
from agent.observe.tracing import Attribute, SpanName, host_and_path, past_span, span, traced_by
from agent.settings.groups.operation import ObserveSettings
from agent.settings.model import Settings
from agent.worker import traces
from flows.redaction.redact import Redactor
from tests.support.servers.traces import TraceReceiver, receiving

SLOW = 60_000.0  # milliseconds: only what a test asks for is sent


@pytest.fixture
def receiver() -> Iterator[TraceReceiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def tracer(receiver: TraceReceiver, redaction: Redaction) -> Iterator[OtlpTracer]:
    made = OtlpTracer(receiver.address, redaction, every=SLOW)
    with traced_by(made):
        yield made
    made.close()


@pytest.fixture
def redaction() -> Redaction:
    return Redaction()


def test_spans_stand_inside_one_another_and_tell_names_and_numbers(tracer: OtlpTracer, receiver: TraceReceiver) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    with span(SpanName.VISIT, {Attribute.ACCOUNT: "A1"}) as told:
        past_span(SpanName.STEP, {Attribute.SCREEN: "email"}, begun=moment, ended=moment + timedelta(seconds=2))
        told.set(Attribute.OUTCOME, "accepted")
    tracer.flush()
    step, visit = receiver.spans
    assert (step.name, visit.name, step.parent_span_id) == ("flow.step", "visit", visit.span_id)
    assert step.end_time_unix_nano - step.start_time_unix_nano == 2_000_000_000
    assert receiver.attributes("visit") == [{"sc.account": "A1", "sc.outcome": "accepted"}]


def test_an_error_is_told_by_its_class_alone(tracer: OtlpTracer, receiver: TraceReceiver) -> None:
    with pytest.raises(ValueError, match="hunter2"), span(SpanName.VISIT):
        raise ValueError("hunter2-Secret")
    tracer.flush()
    (failed,) = receiver.spans
    assert (failed.status.code, failed.status.message, list(failed.events)) == (2, "", [])
    assert receiver.attributes("visit") == [{"sc.outcome": "ValueError"}]


def forms(value: str) -> list[str]:
    """A value as it may be written: plain, reversed, for addresses, Base64, hexadecimal, as JSON."""
    raw = value.encode()
    return [
        value,
        value[::-1],
        quote(value, safe=""),
        base64.b64encode(raw).decode(),
        raw.hex(),
        json.dumps(value)[1:-1],
    ]


def test_no_registered_value_leaves_whatever_is_told_and_wherever(
    tracer: OtlpTracer, receiver: TraceReceiver, redaction: Redaction
) -> None:
    draw = random.Random(7)
    hidden: list[str] = []
    for _ in range(40):
        value = "".join(draw.choices(string.ascii_letters + string.digits + "+/ äß\"'&", k=draw.randint(8, 30)))
        redactor = Redactor()
        redactor.register(value)
        written = draw.choice(forms(value))
        hidden.append(value)
        with redaction.visiting(redactor):
            with span(draw.choice(list(SpanName)), {draw.choice(list(Attribute)): f"before {written} after"}) as told:
                told.set(Attribute.SCREEN, written)
            # What another library, or a later change of ours, might do with the tracer itself:
            link = Link(SpanContext(1, 2, is_remote=False), {"x": written})
            raw = tracer.tracer.start_span(SpanName.VISIT, links=[link], attributes={"password": written})
            raw.set_attribute(str(Attribute.HOST), [written, "list"])
            raw.add_event(written, {"body": written})
            raw.record_exception(ValueError(written))
            raw.set_status(Status(StatusCode.ERROR, written))
            raw.end()
            tracer.tracer.start_span(written).end()
    tracer.flush()
    sent = b"".join(receiver.bodies)
    assert len(receiver.spans) >= 40
    left = [form for value in hidden for form in forms(value) if form.encode() in sent]
    assert left == []


def test_a_receiver_that_is_away_refuses_or_hangs_disturbs_nobody(
    redaction: Redaction, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for address in ("http://127.0.0.1:1", f"http://127.0.0.1:{silent.getsockname()[1]}"):
            made = OtlpTracer(address, redaction, every=SLOW)
            with traced_by(made), span(SpanName.VISIT):
                pass
            made.close()
    assert capfd.readouterr().err == ""


def test_variables_of_the_library_change_nothing(
    receiver: TraceReceiver, redaction: Redaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "password=hunter2-Secret")
    made = OtlpTracer(receiver.address, redaction, every=SLOW)
    with traced_by(made), span(SpanName.VISIT):
        pass
    made.close()
    assert len(receiver.spans) == 1
    assert b"hunter2" not in receiver.bodies[0]


def test_lines_of_the_log_name_their_trace(tracer: OtlpTracer) -> None:
    stream = StringIO()
    configure_logs(stream=stream)
    with span(SpanName.VISIT):
        structlog.get_logger("x").info("inside")
    structlog.get_logger("x").info("outside")
    inside, outside = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (len(inside["trace_id"]), len(inside["span_id"])) == (32, 16)
    assert "trace_id" not in outside


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://sellercentral.amazon.com/ap/signin", "/ap/signin"),
        ("https://sellercentral.amazon.com/invitation/accept/AB12cd?x=secret#y", "/invitation/accept/*"),
        ("https://sellercentral.amazon.com/a/b/c/d/e/f/g", "/*/*/*/*/*"),
        ("https://h/%68unter2", "/*"),
    ],
)
def test_of_an_address_the_host_and_the_names_in_its_path_are_told(url: str, path: str) -> None:
    assert host_and_path(url)[Attribute.PATH] == path
    assert host_and_path("about:blank") == host_and_path("https://[") == {}


def test_nothing_of_it_is_imported_without_an_endpoint() -> None:
    code = (
        "import sys, agent.worker.daemon; print('opentelemetry.sdk' in sys.modules, 'agent.observe.otlp' in "
        "sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["False", "False"]


def test_an_endpoint_without_its_library_or_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "find_spec", lambda _: None)
    settings = Settings(observe=ObserveSettings(otlp_endpoint="http://collector:4318"))
    with pytest.raises(ConfigurationError, match=r"secondary-user\[otel\]"):
        traces.require_tracer(settings)
    for wrong in ("collector:4318", "http://user:pass@collector", "http://collector/?key=1", "ftp://x"):
        with pytest.raises(ValidationError):
            ObserveSettings(otlp_endpoint=wrong)
