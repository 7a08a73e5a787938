"""What is read of permissions and judged as it was read: levels, gaps and probes.

A leaf: the agent's domain takes these by the door.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """A permission level as the contract writes it, whatever the page's words."""

    NONE = "None"
    VIEW = "View"
    EDIT = "View & Edit"  # the page of 2025 and later says "Edit"
    ADMIN = "Admin"


class PageGapKind(StrEnum):
    """Why something on a page keeps its reading from being whole."""

    UNEXPLAINED = "unexplained"  # a text, or what was read, that no rule explains
    WAY_NOT_TAKEN = "way_not_taken"  # what could show more rows and was not followed to its end
    FRAME = "frame"  # a part that cannot be looked into
    PICTURE = "picture"
    LATE = "late"  # what has not come yet, or came after the page was read
    LOST_ROW = "lost_row"  # a row of the last complete reading that is gone
    BANNER = "banner"  # what a page says about itself
    SUBJECT = "subject"  # whose rights these are is not clear
    FILTERED = "filtered"  # what hides rows is set
    DISAGREEMENT = "disagreement"  # the two readings differ


@dataclass(frozen=True, slots=True, kw_only=True)
class PageGap:
    """One thing that keeps a reading from being whole, in the page's own words.

    `picture` is a path once there is one.
    """

    kind: PageGapKind
    words: str
    where: str = ""
    picture: str | None = None

    def __str__(self) -> str:
        """The gap as a sentence."""
        return self.words if not self.where else f"{self.kind.value.replace('_', ' ')}: {self.words!r} ({self.where})"


class ProbeAnswer(StrEnum):
    """What a GET of a page tied to a permission showed.

    A reached page proves View at most.
    """

    REACHED = "reached"
    REFUSED = "refused"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProbe:
    """One page asked for by GET."""

    path: str
    permission: str
    answer: ProbeAnswer
    detail: str = ""
