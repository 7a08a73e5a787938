"""What Prometheus is told of the mailboxes.

How each stands, what became of its mails, and what went wrong on the way.
"""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge

from agent.store.database.handles import Connection
from agent.store.inbox import folders, messages


class MailMetrics:
    """Counted in this process: the events of its watchers.

    Read from the database when asked: the state of things, from all processes.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything."""
        self._events = Counter(
            "sc_agent_mailbox_events",
            "What happened: found, found_late, vanished, flood, polling, poison, moved, move_failed, "
            "renewal_failed, lost_<family>.",
            ["mailbox", "event"],
            registry=registry,
        )
        self._lag = Gauge(
            "sc_agent_mailbox_lag_seconds", "Since the last scan of a folder.", ["mailbox", "folder"], registry=registry
        )
        self._state = Gauge(
            "sc_agent_mailbox_state", "1 at the state a mailbox is in.", ["mailbox", "state"], registry=registry
        )
        self._failures = Gauge(
            "sc_agent_mailbox_failures_in_row", "Failures since it was last up.", ["mailbox"], registry=registry
        )
        self._messages = Gauge(
            "sc_agent_messages", "Stored messages by what became of them.", ["verdict"], registry=registry
        )
        self._oldest = Gauge(
            "sc_agent_message_waiting_seconds", "Age of the oldest message without a verdict.", registry=registry
        )
        self._altered = Gauge(
            "sc_agent_dkim_failed_share",
            "Share of the last mails from Amazon's domains whose signature failed.",
            registry=registry,
        )

    def count(self, mailbox: str, event: str, amount: int = 1) -> None:
        """Count an event; safe from any thread."""
        self._events.labels(mailbox, event).inc(amount)

    def read(self, conn: Connection, *, now: datetime) -> None:
        """Bring the gauges up to date."""
        for gauge in (self._lag, self._state, self._failures, self._messages):
            gauge.clear()
        for each in folders.list_all(conn):
            self._lag.labels(each.mailbox, each.folder).set(_age(each.last_scan_at, now))
            self._state.labels(each.mailbox, each.state).set(1)
            self._failures.labels(each.mailbox).set(each.fail_count)
        for verdict, count in messages.count_by_verdict(conn).items():
            self._messages.labels(verdict).set(count)
        self._oldest.set(_age(messages.oldest_unjudged(conn), now))
        failed, proven = messages.last_proofs(conn)
        self._altered.set(failed / (failed + proven) if failed else 0.0)


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())
