"""The breaker of sign-ins.

When many accounts meet an unknown page or answer, no password is typed until a few have been tried.

Pure: states, limits and what an end of a visit makes of them. Visits on a stored session are none of its business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Position(StrEnum):
    """Closed: sign-ins go on. Open: none does.

    Trying: a few accounts at a time do, and decide.
    """

    CLOSED = "closed"
    OPEN = "open"
    TRYING = "trying"


class SignInEnd(StrEnum):
    """What a visit says of the site's sign-in."""

    GOOD = "good"  # the password was taken
    BAD = "bad"  # it was rejected or doubted, or the screen was unknown
    NOTHING = "nothing"  # no password was typed, and no screen was unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLimits:
    """When sign-ins stop and how they begin again."""

    window: timedelta = timedelta(hours=1)
    accounts: int = 5  # with a bad end within the window
    share: float = 0.5  # of all accounts with an end within the window
    rest: timedelta = timedelta(minutes=15)  # before the first canary; doubled after each that ends badly
    longest_rest: timedelta = timedelta(hours=4)
    canaries: int = 3  # good ends in a row that let all go on
    patience: timedelta = timedelta(minutes=10)  # a canary without an end by then ended badly


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInBreaker:
    """Where the breaker stands."""

    position: Position = Position.CLOSED
    since: datetime | None = None  # of the position; ends before it count no more
    why: str = ""
    rest: timedelta = timedelta()
    canary: str | None = None  # the account that is tried now
    canary_at: datetime | None = None
    good: int = 0  # canaries that ended well

    def opens(self, *, bad: int, good: int, now: datetime, limits: BreakerLimits) -> SignInBreaker:
        """Whether enough accounts, and a large enough share, ended badly.

        Counted since `since` within the window.
        """
        if self.position is not Position.CLOSED or bad < limits.accounts or bad < limits.share * (bad + good):
            return self
        why = f"{bad} of {bad + good} accounts met an unknown screen, or their password was rejected or got no yes"
        return SignInBreaker(position=Position.OPEN, since=now, why=why, rest=limits.rest)

    def admits(self, account_id: str, *, now: datetime, limits: BreakerLimits) -> tuple[bool, SignInBreaker]:
        """Whether this password may be typed now, and where the breaker stands then.

        While it is not closed, one canary at a time is admitted after the rest.
        """
        if self.position is Position.CLOSED:
            return True, self
        state = self._given_up(now=now, limits=limits)
        if state.canary is not None or state.since is None or now < state.since + state.rest:
            return state.canary == account_id and state.canary is not None, state
        return True, replace(state, position=Position.TRYING, canary=account_id, canary_at=now)

    def ended(self, account_id: str, end: SignInEnd, *, now: datetime, limits: BreakerLimits) -> SignInBreaker:
        """What a canary's end decides; other accounts' ends change nothing."""
        if account_id != self.canary:
            return self
        if end is SignInEnd.BAD:
            return self._rests_longer(now=now, limits=limits)
        if end is SignInEnd.NOTHING:
            return replace(self, canary=None, canary_at=None)
        if self.good + 1 >= limits.canaries:
            return SignInBreaker(since=now)
        return replace(self, canary=None, canary_at=None, good=self.good + 1, rest=timedelta())

    def _given_up(self, *, now: datetime, limits: BreakerLimits) -> SignInBreaker:
        """A canary whose worker died says nothing; that is no yes."""
        if self.canary_at is None or now < self.canary_at + limits.patience:
            return self
        return self._rests_longer(now=self.canary_at + limits.patience, limits=limits)

    def _rests_longer(self, *, now: datetime, limits: BreakerLimits) -> SignInBreaker:
        rest = min(limits.longest_rest, max(self.rest, limits.rest) * 2)
        return SignInBreaker(position=Position.OPEN, since=now, why=self.why, rest=rest)
