"""Metrics for Prometheus, in a registry of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.engine import Connection, Engine

from agent.domain.sign_in_breaker import Position
from agent.observe.mail_metrics import MailMetrics
from agent.store.database.engine import reading
from agent.store.database.schema import accounts, acts, alarms, invitations, leases, login_orders
from agent.store.processes import switches
from agent.store.sign_in import login_orders as orders
from agent.store.sign_in import sign_in_breaker

_PROMISE = (15, 30, 60, 120, 300, 600, 1200, 1800, 2700, 3600, 7200, 14400)  # seconds; the promise is 3600
_OLDEST = 1000  # accounts that have a metric of their own
_VISIT = (1, 2, 5, 10, 20, 30, 60, 120, 240)


def _registry() -> CollectorRegistry:
    return CollectorRegistry(auto_describe=True)


@dataclass(slots=True)
class Metrics:
    """What one process counts, and what it reads from the database when asked."""

    registry: CollectorRegistry = field(default_factory=_registry)
    visits: Counter = field(init=False)
    visit_seconds: Histogram = field(init=False)
    accepted_after: Histogram = field(init=False)
    drift: Counter = field(init=False)
    ticks_failed: Counter = field(init=False)
    browser_memory: Gauge = field(init=False)
    mail: MailMetrics = field(init=False)
    _gauges: dict[str, Gauge] = field(init=False)

    def __post_init__(self) -> None:
        """Register everything."""
        own = self.registry
        self.visits = Counter("sc_agent_visits", "Visits by kind and outcome.", ["kind", "outcome"], registry=own)
        self.visit_seconds = Histogram(
            "sc_agent_visit_seconds", "How long visits take.", ["kind"], buckets=_VISIT, registry=own
        )
        self.accepted_after = Histogram(
            "sc_agent_invitation_accepted_seconds",
            "From the invitation's arrival to its acceptance.",
            buckets=_PROMISE,
            registry=own,
        )
        self.drift = Counter(
            "sc_agent_drift", "Elements found by another than their first candidate.", ["screen"], registry=own
        )
        self.ticks_failed = Counter("sc_agent_ticks_failed", "Ticks that could not read the database.", registry=own)
        self.browser_memory = Gauge(
            "sc_agent_browser_memory_bytes", "Memory of this worker's browser, all its processes.", registry=own
        )
        self.mail = MailMetrics(own)
        self._gauges = {
            name: Gauge(f"sc_agent_{name}", text, labels, registry=own)
            for name, text, labels in (
                ("accounts", "Accounts by state.", ["state"]),
                ("queue_age_seconds", "How long the longest waiting due account has waited.", []),
                ("leases", "Visits running in all processes.", []),
                ("sign_in_attempts_open", "Password attempts of the last hour that were not taken.", []),
                ("oldest_complete_read_seconds", "Age of the oldest last complete read.", []),
                (
                    "complete_read_age_seconds",
                    "Age of an account's last complete read; the thousand oldest.",
                    ["account"],
                ),
                ("alarms_open", "Alarms that people were told of and that are not over.", []),
                ("paused", "1 while everything is paused.", []),
                ("sign_ins_stopped", "1 while no password is typed because many sign-ins went badly.", []),
                ("login_orders", "Ordered logins by state.", ["state"]),
                ("registrations_paused", "1 while no login is created.", []),
            )
        }

    def page(self, engine: Engine, *, now: datetime) -> bytes:
        """The page Prometheus reads."""
        with reading(engine) as conn:
            self._read(conn, now)
        return generate_latest(self.registry)

    def _read(self, conn: Connection, now: datetime) -> None:
        gauges = self._gauges
        gauges["accounts"].clear()
        for state, count in conn.execute(
            sa.select(accounts.c.authorization, sa.func.count()).group_by(accounts.c.authorization)
        ):
            gauges["accounts"].labels(state).set(count)
        gauges["queue_age_seconds"].set(
            _age(conn.scalar(sa.select(sa.func.min(accounts.c.due)).where(accounts.c.due <= now)), now)
        )
        gauges["leases"].set(
            conn.scalar(sa.select(sa.func.count()).select_from(leases).where(leases.c.until > now)) or 0
        )
        gauges["oldest_complete_read_seconds"].set(
            _age(conn.scalar(sa.select(sa.func.min(accounts.c.last_complete_read_at))), now)
        )
        gauges["complete_read_age_seconds"].clear()
        oldest = sa.select(accounts.c.id, accounts.c.last_complete_read_at).where(
            accounts.c.last_complete_read_at.is_not(None)
        )
        for account_id, seen in conn.execute(oldest.order_by(accounts.c.last_complete_read_at).limit(_OLDEST)):
            gauges["complete_read_age_seconds"].labels(account_id).set(_age(seen, now))
        gauges["alarms_open"].set(
            conn.scalar(sa.select(sa.func.count()).where(alarms.c.sent_at.is_not(None), alarms.c.times > 0)) or 0
        )
        gauges["paused"].set(0 if switches.paused_by(conn) is None else 1)
        stopped = sign_in_breaker.read(conn).position is not Position.CLOSED
        gauges["sign_ins_stopped"].set(int(stopped))
        gauges["login_orders"].clear()
        by_state = sa.select(login_orders.c.state, sa.func.count()).group_by(login_orders.c.state)
        for state, count in conn.execute(by_state):
            gauges["login_orders"].labels(state).set(count)
        gauges["registrations_paused"].set(0 if orders.paused_because(conn) is None else 1)
        untaken = sa.and_(
            acts.c.act == "type_password",
            acts.c.at >= now - timedelta(hours=1),
            sa.or_(acts.c.outcome.is_(None), acts.c.outcome != "accepted"),
        )
        gauges["sign_in_attempts_open"].set(
            conn.scalar(sa.select(sa.func.count()).select_from(acts).where(untaken)) or 0
        )
        self.mail.read(conn, now=now)


def accepted_after(conn: Connection, invitation_row: int) -> float | None:
    """Seconds from an invitation's arrival to its acceptance."""
    row = conn.execute(
        sa.select(invitations.c.received_at, invitations.c.accepted_at).where(invitations.c.id == invitation_row)
    ).one_or_none()
    return None if row is None or row[1] is None else float((row[1] - row[0]).total_seconds())


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
