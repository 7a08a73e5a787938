"""What should be: the general rule, the rows that must be None, the exceptions.

Each exception names a person who answers for it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from agent.domain.audit.level import Level, rank
from agent.domain.audit.reading import Row
from flows import fold


class WhenMissing(StrEnum):
    """What to conclude when a row that must be None is not on the page at all."""

    INCOMPLETE = "incomplete"  # the default: what was not seen is not known
    FAIL = "fail"
    ACCEPT = "accept"  # absent counts as None, with a note


@dataclass(frozen=True, slots=True, kw_only=True)
class RowName:
    """One row of the page, whatever its scope; `legacy_id` finds it under any label."""

    section: str
    permission: str
    legacy_id: str | None = None

    def names(self, row: Row) -> bool:
        """Whether the row is this one, by its label or by the id of the old form."""
        if self.legacy_id is not None and self.legacy_id == row.legacy_id:
            return True
        return fold(self.section) == fold(row.section) and fold(self.permission) in labels_of(row.permission)

    @property
    def text(self) -> str:
        """Section > permission."""
        return f"{self.section} > {self.permission}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyException:
    """A row of one account that may differ until a date; a named person said so."""

    account: str
    row: RowName
    scope: str | None  # None: too wide unless the page has one scope only
    level: Level
    reason: str
    owner: str
    ends: date

    @property
    def is_too_wide(self) -> bool:
        """Whether it excuses more than one row of one account."""
        return any(
            "*" in part or not part.strip()
            for part in (self.account, self.row.section, self.row.permission, self.scope or "-")
        )

    def applies_to(self, account: str, row: Row, *, today: date) -> bool:
        """Whether it excuses this row of this account today."""
        if self.is_too_wide or self.ends < today or self.account != account:
            return False
        return self.row.names(row) and (self.scope is None or self.scope == row.scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """A row on record.

    Its documented levels are used where a page shows the chosen level alone.
    """

    row: RowName
    offered: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A ChannelAdvisor feature and what it needs.

    Any one of these rows at View or more, any one of these pages reached.
    """

    name: str
    rows: tuple[RowName, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All rules of one audit."""

    preferred: tuple[Level, ...] = (Level.EDIT, Level.VIEW)  # the first one offered is expected, else None
    must_be_none: tuple[RowName, ...] = ()
    when_missing: WhenMissing = WhenMissing.INCOMPLETE
    probes_enough: bool = False
    exceptions: tuple[PolicyException, ...] = ()
    known: tuple[KnownRow, ...] = ()
    features: tuple[Feature, ...] = ()

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that are others for a policy with another content."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    def is_none_row(self, row: Row) -> bool:
        """Whether this row must be None."""
        return any(name.names(row) for name in self.must_be_none)

    def known_offer(self, row: Row) -> tuple[Level, ...]:
        """The documented levels of a row, empty when there is none."""
        return next((known.offered for known in self.known if known.offered and known.row.names(row)), ())

    def is_known(self, row: Row) -> bool:
        """Whether a row of this name is on record, in whatever section.

        Rows have moved before.
        """
        labels = labels_of(row.permission)
        return self.is_none_row(row) or any(fold(known.row.permission) in labels for known in self.known)

    def general(self, offered: tuple[Level, ...]) -> Level:
        """The level the general rule asks for.

        The best preferred one that is offered, else None.
        """
        return next((level for level in self.preferred if level in offered), Level.NONE)


@lru_cache(maxsize=8192)
def labels_of(label: str) -> tuple[str, ...]:
    """A label as written, and without a description in brackets behind it."""
    return tuple(dict.fromkeys((fold(label), fold(re.sub(r"\s*\([^()]*\)\s*:?$", "", label)))))


def is_above(actual: Level, expected: Level) -> bool:
    """Whether the user has more than expected."""
    return rank(actual) > rank(expected)
