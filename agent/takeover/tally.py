"""What is kept of a take-over: which controls, how many keys, what was stopped.

Never the keys, never a picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows import PersonStep

_MOST = 50


@dataclass(slots=True)
class Tally:
    """Counted over all of one take-over."""

    steps: list[PersonStep] = field(default_factory=list)
    keys: int = 0
    pictures: int = 0
    dropped: int = 0  # pictures that did not leave, because a secret was on the page
    curtains: int = 0
    refused: int = 0  # events without the wheel, or that are never taken
    stopped: list[str] = field(default_factory=list)  # "METHOD address" of requests

    def as_json(self) -> dict[str, Any]:
        """Write it down."""
        return {
            "controls": [_told(step) for step in self.steps[:_MOST]],
            "keys": self.keys,
            "pictures": self.pictures,
            "dropped": self.dropped,
            "curtains": self.curtains,
            "refused": self.refused,
            "stopped": list(dict.fromkeys(self.stopped))[:_MOST],
        }


def sentence(told: Mapping[str, Any]) -> str:
    """Say it in one line, for the audit log."""
    controls = _joined(told["controls"])
    stopped = _joined(told["stopped"])
    parts = [f"used {controls or 'no control'}", f"{told['keys']} keys"]
    parts += [f"refused {told['refused']}"] if told["refused"] else []
    parts += [f"stopped {stopped}"] if stopped else []
    return "; ".join(parts)[:500]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _told(step: PersonStep) -> str:
    return f"{step.act} {step.control.role} {step.control.name!r}" + (f" ({step.keys} keys)" if step.keys else "")
