"""What a person did, written down and read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

from flows.takeover.person_steps import (
    ControlCandidate,
    ControlWay,
    PersonStep,
    StepAct,
    StepPage,
    UsedControl,
    steps_as_json,
)

PAGE = StepPage(
    url="https://x.example/a", title="t", screen="unknown", claim="", session="cannot_tell", document="1", html="<p>"
)


def test_steps_are_written_down_whole_as_plain_values() -> None:
    candidates = (
        ControlCandidate(way=ControlWay.ID, css="#go"),
        ControlCandidate(way=ControlWay.ROLE, role="button", name="go on", seen=2),
    )
    control = UsedControl(role="button", name="go on", kind="button", candidates=candidates, form="POST /ap/x")
    step = PersonStep(
        at=datetime(2026, 1, 2, tzinfo=UTC), act=StepAct.PRESSED, control=control, before=PAGE, after=None, keys=0
    )
    done = PersonStep(at=step.at, act=StepAct.FILLED, control=control, before=PAGE, after=PAGE, keys=6)
    first, second = json.loads(json.dumps(steps_as_json([step, done])))
    assert (first["at"], first["act"], first["after"]) == (step.at.isoformat(), "pressed", None)
    assert first["control"]["candidates"][1] == asdict(candidates[1])
    assert (second["after"], second["keys"]) == (asdict(PAGE), 6)
