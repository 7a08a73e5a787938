"""How many visits may begin: one rule.

The dispatcher asks it before it starts a visit, and `prepare` when the visit begins. The second answer decides: no
other worker can count meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.settings.groups.visits import WorkSettings
from agent.store import visits
from agent.store.database.handles import Connection

CAPPED_FOR = timedelta(hours=1)  # until an account with too many visits a day is looked at again
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRates:
    """The visits of the last minute by host, of all workers, against the limits."""

    limits: WorkSettings
    started: dict[str, int]

    def refusal(self, host: str) -> str | None:
        """Why no visit to this host may begin now; None where one may."""
        if self.started.get(host, 0) >= self.limits.visits_per_host_minute:
            return f"{host} has had its {self.limits.visits_per_host_minute} visits of this minute"
        if sum(self.started.values()) >= self.limits.visits_per_minute:
            return f"all {self.limits.visits_per_minute} visits of this minute are made"
        return None

    def take(self, host: str) -> bool:
        """Count one visit more to this host; False where none may begin."""
        if self.refusal(host) is not None:
            return False
        self.started[host] = self.started.get(host, 0) + 1
        return True


def rates_now(conn: Connection, limits: WorkSettings, *, now: datetime) -> VisitRates:
    """The rates as they are counted at this moment."""
    return VisitRates(limits=limits, started=dict(visits.started_by_host(conn, now - _MINUTE)))


def over_daily_cap(conn: Connection, limits: WorkSettings, ids: Collection[str], *, now: datetime) -> list[str]:
    """Those of these accounts that have had all their visits of a day."""
    if not ids:
        return []
    started = visits.started_by_account(conn, now - _DAY, ids)
    return [account_id for account_id in ids if started.get(account_id, 0) >= limits.visits_per_account_day]
