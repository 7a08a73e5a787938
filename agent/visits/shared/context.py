"""What every visit of a process shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from agent.clock import Clock
from agent.domain.audit.memory import Confirmation
from agent.domain.policy.model import Policy
from agent.domain.schedule import Rhythm
from agent.domain.sign_in_breaker import BreakerLimits
from agent.observe.redaction import Redaction
from agent.settings.model import Settings
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.takeover.parts import TakeoverParts
from agent.visits.kinds.short_ways import ShortWays
from agent.visits.shared.browser_pool import BrowserPool, pool_of
from flows import Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerContext:
    """Settings, database, vault, browser, clock and policy of one process."""

    settings: Settings
    engine: Engine
    vault: Vault
    pool: BrowserPool
    policy: Policy
    redaction: Redaction
    worker: str  # who we are, in leases and visits
    clock: Clock = field(default_factory=Clock)
    asked_policy: Policy | None = (
        None  # what a person wants to see audits judged by; the account's state never follows from it
    )

    asks_people: bool = False  # only the daemon may wait for one: a command ends within 30 s
    takeovers: TakeoverParts | None = None  # who holds pages for people; None in a one-off command
    picture_pool: BrowserPool | None = None  # a browser that can show pictures, for visits that may sign in

    confirmed: Confirmation | None = None  # who says, and why, that rows the last complete audit had are gone

    explains: bool = False  # whether a person asked for pictures of what the audits make of their pages

    short_ways: ShortWays = field(default_factory=ShortWays)

    @classmethod
    def of(
        cls,
        settings: Settings,
        *,
        engine: Engine,
        vault: Vault,
        policy: Policy,
        worker: str,
        redaction: Redaction,
        **more: Any,
    ) -> WorkerContext:
        """The context by the settings, with a browser that is started at its first use.

        `more` are the fields that only a daemon, or only a command, has.
        """
        return cls(
            settings=settings,
            engine=engine,
            vault=vault,
            policy=policy,
            worker=worker,
            redaction=redaction,
            pool=pool_of(settings),
            **more,
        )

    @property
    def pools(self) -> tuple[BrowserPool, ...]:
        """Every browser of the process."""
        return (self.pool,) if self.picture_pool is None else (self.pool, self.picture_pool)

    @property
    def lease_length(self) -> timedelta:
        """How long a lease lives without being renewed."""
        return timedelta(seconds=self.settings.work.lease)

    @property
    def rhythm(self) -> Rhythm:
        """The intervals of the settings."""
        audit, work = self.settings.audit, self.settings.work
        return Rhythm(
            interval=timedelta(seconds=audit.interval),
            waiting=timedelta(seconds=audit.interval_waiting),
            backoff_first=timedelta(seconds=work.backoff_first),
            backoff_max=timedelta(seconds=work.backoff_max),
            jitter=audit.jitter,
        )

    @property
    def breaker_limits(self) -> BreakerLimits:
        """When sign-ins stop, and how they begin again."""
        limits = self.settings.sign_in
        return BreakerLimits(
            window=timedelta(seconds=limits.stop_window),
            accounts=limits.stop_accounts,
            share=limits.stop_share,
            rest=timedelta(seconds=limits.stop_rest),
            canaries=limits.canaries,
        )

    @property
    def bounds(self) -> Bounds:
        """The bounds of one visit."""
        flow = self.settings.flow
        return Bounds(
            step=timedelta(seconds=flow.step_timeout),
            visit=timedelta(seconds=flow.visit_timeout),
            challenge=timedelta(seconds=flow.challenge_timeout),
            second_look=timedelta(seconds=self.settings.audit.second_look),
        )

    def evidence_dir(self, account_id: str, visit_id: str) -> Path:
        """Where a visit keeps its evidence."""
        return self.settings.evidence_root / account_id / visit_id
