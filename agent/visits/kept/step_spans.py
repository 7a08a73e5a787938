"""A visit's story as spans."""

from __future__ import annotations

from datetime import timedelta

from agent.observe.tracing import Attribute, SpanName, Value, host_and_path, past_span
from flows import Visit


def tell_steps(visit: Visit) -> None:
    """Tell each step once the visit ends, while its secrets are redacted."""
    for step in visit.story:
        told: dict[Attribute, Value] = {Attribute.SCREEN: step.screen, Attribute.ACT: step.act}
        if step.act != "opened":
            told |= {Attribute.ELEMENT: step.element, Attribute.CANDIDATE: step.candidate}
        name = SpanName.NAVIGATION if step.act == "opened" else SpanName.STEP
        begun = step.at - timedelta(seconds=step.seconds)
        past_span(name, {**told, **host_and_path(step.url)}, begun=begun, ended=step.at)
