"""One row as the accessibility tree tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.permissions.rows.tokens import Option
from flows.permissions.snapshot.aria_tree import AriaNode


@dataclass(slots=True)
class AccessibleRow:
    """One row as heard: every text since the row before, then its options.

    `titles` are those of the texts that may name a section.

    `scope` is the marketplace that its controls stand under, or beside.
    """

    texts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    row: AriaNode | None = None
    explicit: list[str] = field(default_factory=list)  # texts inside the table row itself
    scope: str | None = None
