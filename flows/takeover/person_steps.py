"""What a person did on a page that was taken over.

The scrubbed page before, the control, what came next; never what was typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class StepAct(StrEnum):
    """How a control was used."""

    PRESSED = "pressed"  # a click or a key that sets it off
    FILLED = "filled"  # something was typed; never what
    CHOSEN = "chosen"  # an option of a native list
    TICKED = "ticked"  # a checkbox or radio button


class ControlWay(StrEnum):
    """How a candidate finds the control again, most stable first."""

    ID = "id"
    NAME = "name"  # the attribute of a form's field
    TEST_ID = "test_id"  # data-testid and its kin
    ROLE = "role"  # role and accessible name
    TEXT = "text"  # the words on it


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCandidate:
    """One way to find the control again.

    `css` for id, name and test_id; `role` and `name` for role; `name` alone (the element's own words) for text. `seen`
    is how many visible elements of the page it found when it was written down: only one that found 1 identifies the
    control.
    """

    way: ControlWay
    css: str | None = None
    role: str | None = None
    name: str | None = None
    seen: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedControl:
    """One control of a page.

    `name` is the accessible name, redacted. `kind` is the element's own: button, a, input:submit, input:password,
    select. `form` is `METHOD /path` of the form that it belongs to, empty without one. `frame` is the address of the
    frame without query, empty for the page itself.
    """

    role: str
    name: str
    kind: str
    candidates: tuple[ControlCandidate, ...]
    form: str = ""
    frame: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPage:
    """A page as it was when a person used it, or what came of that.

    `url` without query, `html` scrubbed as evidence is, `screen` a catalogue name or "unknown".
    """

    url: str
    title: str
    screen: str
    claim: str
    session: str  # signed_in, signed_out, cannot_tell
    document: str  # changes with every new document
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStep:
    """One thing that a person did."""

    at: datetime  # aware, UTC
    act: StepAct
    control: UsedControl
    before: StepPage
    after: StepPage | None  # None: the take-over ended before the page became another
    keys: int = 0  # how many characters were typed into it


def steps_as_json(steps: Iterable[PersonStep]) -> list[dict[str, Any]]:
    """Write steps down as plain values."""
    return [asdict(step) | {"at": step.at.isoformat()} for step in steps]
