"""One difference between what was read and what should be."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.audit.level import Level


class FindingKind(StrEnum):
    """What is wrong with a row."""

    EXCESS = "excess"
    SHORTFALL = "shortfall"
    MUST_BE_NONE = "must_be_none"
    UNKNOWN_PERMISSION = "unknown_permission"
    UNKNOWN_LEVEL = "unknown_level"
    UNREAD = "unread"

    @property
    def is_violation(self) -> bool:
        """Whether the answer is clear (the seller must act), not a hole in the reading."""
        return self in _VIOLATIONS


_VIOLATIONS = frozenset({FindingKind.EXCESS, FindingKind.SHORTFALL, FindingKind.MUST_BE_NONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to correct or to look at; `remedy` says how."""

    id: str
    kind: FindingKind
    scope: str
    section: str
    permission: str
    occurrence: int = 1
    expected: Level | None = None
    actual: Level | None = None
    offered: tuple[Level, ...] = ()
    remedy: str = ""
    raw: str = ""


def finding_id(
    account: str, kind: FindingKind, scope: str, section: str, permission: str, occurrence: int, about: str = ""
) -> str:
    """A name that is the same in each audit while the same thing is wrong."""
    parts = (account, kind.value, scope, section, permission, str(occurrence), about)
    return "f-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
