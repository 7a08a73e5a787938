"""One-time codes (RFC 6238).

A fresh time step, spent in the ledger before the digits are used; the only import of pyotp.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from pydantic import SecretStr

from agent.clock import Clock
from agent.domain.totp_seed import Seed
from agent.settings.groups.visits import SignInSettings
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Engine
from agent.store.processes import switches
from agent.store.sign_in import codes
from agent.visits.errors import ClockSkewError, CodeUnavailableError

_DIGESTS: dict[str, Callable[..., Any]] = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_AFTER_STEP = 0.5  # seconds into the next step before it is used
_DATE_HALF = timedelta(seconds=0.5)  # a Date header drops the fraction
_IGNORED_SKEW = timedelta(seconds=2)  # what a slow answer alone explains
_SKEW_AGE = timedelta(hours=1)  # an older reading of the skew is not used
_MAX_STEPS = 40  # 20 minutes of waiting for a turn


def code_at(seed: Seed, time_step: int) -> SecretStr:
    """The digits of one time step."""
    totp = pyotp.TOTP(seed.secret, digits=seed.digits, digest=_DIGESTS[seed.algorithm], interval=seed.period)
    return SecretStr(totp.generate_otp(time_step))


def step_at(seed: Seed, moment: datetime) -> tuple[int, float]:
    """The time step of a moment, and the seconds left in it."""
    step, into = divmod(moment.timestamp(), seed.period)
    return int(step), seed.period - into


@dataclass(slots=True, kw_only=True)
class OneTimeCodes:
    """The codes of one visit."""

    engine: Engine
    seed: Seed
    seed_id: str
    visit_id: str
    clock: Clock
    limits: SignInSettings
    register: Callable[[SecretStr], None]  # with the redactor, before first use
    warn: Callable[[float], None] = lambda _skew: None
    skew: timedelta = timedelta(0)
    _anchor: tuple[datetime, float] = field(
        init=False
    )  # when the skew was measured: our clock's time, and what no change of the clock moves

    def __post_init__(self) -> None:
        """Remember how our clock stands."""
        self._anchor = self.clock.now(), self.clock.elapsed()

    async def next_code(self) -> SecretStr:
        """Wait for an unspent time step with enough left, spend it, return its digits.

        Raises:
            ClockSkewError: the clock is too far from the site's.
            CodeUnavailableError: none came free within the bound.
        """
        for _ in range(_MAX_STEPS):
            self._follow_clock()
            self._refuse_wrong_clock()
            now = self.clock.now()
            step, left = step_at(self.seed, now + self.skew)
            if left >= self.limits.code_margin and await asyncio.to_thread(self._spend, step, now):
                code = code_at(self.seed, step)
                self.register(code)
                return code
            await self.clock.sleep(left + _AFTER_STEP)
        raise CodeUnavailableError(
            "no unspent time step came free: too many sign-ins use this seed; it is tried again later"
        )

    async def clock_seen(self, site: datetime) -> None:
        """Correct by the site's `Date` header, and remember it for all accounts.

        Raises:
            ClockSkewError: the clock is too far off.
        """
        self._anchor = now, _ = self.clock.now(), self.clock.elapsed()
        seen = site + _DATE_HALF - now
        self.skew = timedelta(0) if abs(seen) <= _IGNORED_SKEW else seen
        if abs(seen).total_seconds() > self.limits.skew_warn:
            self.warn(seen.total_seconds())
        await asyncio.to_thread(self._save_skew, now)
        self._refuse_wrong_clock()

    def load_skew(self) -> None:
        """Start from what an earlier visit saw, if that was lately."""
        with reading(self.engine) as conn:
            known = switches.clock_skew(conn)
        if known is not None and abs(self.clock.now() - known[1]) < _SKEW_AGE:
            self.skew = known[0]

    def _follow_clock(self) -> None:
        """A clock that was set since says another time than has passed.

        By so much it is now off from the site's.
        """
        now, elapsed = self.clock.now(), self.clock.elapsed()
        jump = (now - self._anchor[0]) - timedelta(seconds=elapsed - self._anchor[1])
        if abs(jump) > _IGNORED_SKEW:
            self.skew -= jump
            self._anchor = now, elapsed

    def _refuse_wrong_clock(self) -> None:
        seconds = self.skew.total_seconds()
        if abs(seconds) > self.limits.skew_stop:
            raise ClockSkewError(
                f"this machine's clock is {abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} the site's "
                f"(allowed: {self.limits.skew_stop:.0f} s); no code was used: set the clock by NTP"
            )

    def _spend(self, step: int, now: datetime) -> bool:
        with writing(self.engine) as conn:
            return codes.spend(conn, self.seed_id, step, visit_id=self.visit_id, now=now)

    def _save_skew(self, now: datetime) -> None:
        with writing(self.engine) as conn:
            switches.save_clock_skew(conn, self.skew, now=now)
