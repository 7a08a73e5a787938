"""What one audit visit read, as the rules see it.

There are two classes for a row and two for a reading, on purpose. `PermissionRow` and `AuditReading` of the flows are
written into recordings as they are: a problem is a text there, and a refused page has no grid. `Row` and `Reading` are
what the rules work on: a kind of trouble, and a source. Levels, gaps and probes are the same values in both.
`agent/visits/kinds/audit_reading.py` is the one place that turns one into the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.domain.audit.level import Level
from flows import PageGap, PageProbe


class Source(StrEnum):
    """Where the levels of a reading come from."""

    GRID = "grid"  # a grid that an administrator, or the user itself, can edit
    OWN_VIEW = "own_view"  # the user's own rights, read-only
    PROBE = "probe"  # the page was refused; pages tied to permissions were asked for
    NONE = "none"


class Trouble(StrEnum):
    """Why a row has no level."""

    UNREAD = "unread"  # no mark, two marks, a control we could not read
    UNKNOWN_LEVEL = "unknown_level"  # a word that is no level we know
    UNKNOWN_PERMISSION = "unknown_permission"  # nothing about the row's levels was understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One permission as it is judged.

    Its identity is scope, section, permission and occurrence. A row in trouble has no level.
    """

    scope: str
    section: str
    permission: str
    occurrence: int = 1
    legacy_id: str | None = None
    offered: tuple[Level, ...] = ()  # empty: the page does not show what else could be chosen
    level: Level | None = None
    raw: str = ""
    trouble: Trouble | None = None
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What makes this row this row."""
        return (self.scope, self.section, self.permission, self.occurrence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All facts of one audit.

    `complete` is what the reader claims; `gaps` say what was missing. `refusal` is set when the site refused the page.
    """

    source: Source
    layout: str = ""
    rows: tuple[Row, ...] = ()
    editable: bool = False
    own: bool = True
    complete: bool = False
    gaps: tuple[str, ...] = ()
    named_gaps: tuple[PageGap, ...] = ()  # the same, with their kinds
    second_look_s: float = 0.0
    language: str = ""
    subject: str | None = None
    refusal: str | None = None
    probes: tuple[PageProbe, ...] = ()
    blocked: tuple[str, ...] = ()
    drift: str | None = None  # how the page's shape differs from the recordings, None when it does not
    evidence: tuple[str, ...] = ()
