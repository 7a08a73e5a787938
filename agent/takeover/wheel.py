"""Who may act on a page that is taken over: the agent, one person, or none.

Pure. Each change makes a new token. Each act shows the token; an old one is refused, never queued.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

COME_BACK = 20.0  # seconds in which the same person gets the wheel back after a lost line


class Holder(StrEnum):
    """Who may act."""

    AGENT = "agent"  # before, after, and while a secret is on the page
    NOBODY = "nobody"  # offered, or kept for a person whose line was lost
    PERSON = "person"


class WheelTakenError(Exception):
    """Another person has it, or it is not offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """One take-over's wheel at one moment.

    `person` is who holds it, or for whom it is kept until `kept_until` (seconds of a clock that only goes on).
    """

    token: int = 0
    holder: Holder = Holder.AGENT
    person: str | None = None
    kept_until: float | None = None

    def offered(self) -> Wheel:
        """Let one person take it."""
        return self._changed(Holder.NOBODY)

    def given(self, person: str, *, now: float) -> Wheel:
        """Give it to a person; the same person again replaces their own old window.

        Raises:
            WheelTakenError: the agent has it, another person has it, or it is kept for another person.
        """
        if self.holder is Holder.AGENT:
            raise WheelTakenError("the agent has the wheel")
        is_kept = self.kept_until is not None and now < self.kept_until
        if self.person not in (None, person) and (self.holder is Holder.PERSON or is_kept):
            raise WheelTakenError(f"{self.person} has the wheel")
        return self._changed(Holder.PERSON, person)

    def line_lost(self, *, now: float) -> Wheel:
        """Take it from a person whose line is gone, and keep it for them for a while."""
        if self.holder is not Holder.PERSON:
            return self
        return replace(self._changed(Holder.NOBODY, self.person), kept_until=now + COME_BACK)

    def lapsed(self, *, now: float) -> Wheel:
        """Stop keeping it for a person who did not come back in time."""
        is_over = self.kept_until is not None and now >= self.kept_until
        return self._changed(Holder.NOBODY) if is_over and self.holder is Holder.NOBODY else self

    def curtained(self) -> Wheel:
        """Take it from the person while a secret is on the page; remembers whose it was."""
        return self._changed(Holder.AGENT, self.person)

    def lifted(self, *, now: float) -> Wheel:
        """After the curtain: offered, and kept for the one who had it."""
        after = self._changed(Holder.NOBODY, self.person)
        return after if self.person is None else replace(after, kept_until=now + COME_BACK)

    def taken_back(self) -> Wheel:
        """Give it to the agent; no person is remembered."""
        return self._changed(Holder.AGENT)

    def admits(self, person: str, token: int) -> bool:
        """Whether an event of this person with this token may reach the page."""
        return self.holder is Holder.PERSON and self.person == person and self.token == token

    def _changed(self, holder: Holder, person: str | None = None) -> Wheel:
        return Wheel(token=self.token + 1, holder=holder, person=person)
