"""Metrics for Prometheus, in a registry of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from agent.domain.sign_in_breaker import Position
from agent.observe.mail_metrics import MailMetrics
from agent.store import account_figures
from agent.store.database.engine import reading
from agent.store.database.handles import Connection, Engine
from agent.store.processes import alarms, leases, switches
from agent.store.sign_in import acts, login_orders, sign_in_breaker
from flows import Act

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
        for state, count in account_figures.count_by_state(conn).items():
            gauges["accounts"].labels(state).set(count)
        gauges["queue_age_seconds"].set(_age(account_figures.longest_due(conn, now=now), now))
        gauges["leases"].set(leases.count_running(conn, now=now))
        gauges["oldest_complete_read_seconds"].set(_age(account_figures.oldest_complete_read(conn), now))
        gauges["complete_read_age_seconds"].clear()
        for account_id, seen in account_figures.list_oldest_reads(conn, limit=_OLDEST):
            gauges["complete_read_age_seconds"].labels(account_id).set(_age(seen, now))
        gauges["alarms_open"].set(alarms.count_told(conn))
        gauges["paused"].set(0 if switches.paused_by(conn) is None else 1)
        stopped = sign_in_breaker.read(conn).position is not Position.CLOSED
        gauges["sign_ins_stopped"].set(int(stopped))
        gauges["login_orders"].clear()
        for state, count in login_orders.count_by_state(conn).items():
            gauges["login_orders"].labels(state).set(count)
        gauges["registrations_paused"].set(0 if login_orders.paused_because(conn) is None else 1)
        untaken = acts.count_not_accepted(conn, Act.TYPE_PASSWORD, since=now - timedelta(hours=1))
        gauges["sign_in_attempts_open"].set(untaken)
        self.mail.read(conn, now=now)


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
