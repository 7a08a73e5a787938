"""How a check of the doctor's ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"  # works, but should be looked at
    FAIL = "fail"  # the agent cannot work like this


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor's."""

    name: str
    health: Health
    detail: str
