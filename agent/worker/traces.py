"""Traces of a daemon, where the settings say where they go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from agent.errors import ConfigurationError
from agent.observe.redaction import Redaction
from agent.observe.tracing import traced_by
from agent.settings.model import Settings

_LIBRARIES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def require_tracer(settings: Settings) -> None:
    """Refuse an endpoint for traces where nothing is installed that sends them.

    Raises:
        ConfigurationError: the extra is missing.
    """
    if settings.observe.otlp_endpoint is not None and not all(map(_is_installed, _LIBRARIES)):
        raise ConfigurationError(
            "SC_AGENT_OBSERVE__OTLP_ENDPOINT needs what sends traces: pip install 'secondary-user[otel]', or unset it"
        )


@contextmanager
def traced(settings: Settings, redaction: Redaction) -> Iterator[None]:
    """Send this process's spans as long as the block runs.

    Without an endpoint nothing is imported.
    """
    endpoint = settings.observe.otlp_endpoint
    if endpoint is None:
        yield
        return
    from agent.observe.otlp import OtlpTracer

    tracer = OtlpTracer(endpoint, redaction)
    try:
        with traced_by(tracer):
            yield
    finally:
        tracer.close()


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
