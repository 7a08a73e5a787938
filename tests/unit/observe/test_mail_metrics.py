"""What Prometheus is told of the mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from agent.domain.invitation import MailVerdict
from agent.observe.metrics import Metrics
from agent.store.database.engine import writing
from agent.store.inbox import folders, found_messages, messages
from agent.store.inbox.found_messages import FoundMessage

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
REJECTED, HELD, ACCEPT, DUPLICATE = MailVerdict.REJECTED, MailVerdict.HELD, MailVerdict.ACCEPT, MailVerdict.DUPLICATE


def page(engine: Engine, metrics: Metrics | None = None) -> dict[str, float]:
    text = (metrics or Metrics()).page(engine, now=NOW).decode()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    }


def store(engine: Engine, verdicts: Sequence[tuple[MailVerdict, str]], *, waiting: int = 0) -> None:
    """Judged messages, the newest last, and some that wait since ten minutes."""
    blank = FoundMessage(
        folder_id=None,
        uidvalidity=None,
        uid=None,
        message_id=None,
        sha256=None,
        internaldate=None,
        size=1,
        sealed=None,
        key_id=None,
    )
    with writing(engine) as conn:
        for number, (verdict, reason) in enumerate(verdicts):
            row = found_messages.insert(conn, blank, now=NOW - timedelta(days=1))
            assert row is not None
            when = NOW - timedelta(hours=1) + timedelta(seconds=number)
            messages.decide(conn, row, verdict=verdict, reason=reason, evidence={}, account_id=None, now=when)
        for _ in range(waiting):
            found_messages.insert(conn, blank, now=NOW - timedelta(minutes=10))


def test_state_and_lag_of_a_mailbox_are_shown(engine: Engine) -> None:
    with writing(engine) as conn:
        row = folders.ensure(conn, mailbox="in@host", folder="INBOX", role="inbox")
        folders.touch_scan(conn, row.id, now=NOW - timedelta(seconds=90))
        folders.note_state(conn, "in@host", state="auth_failed", error="no", fail_count=3, now=NOW)
    seen = page(engine)
    assert seen['sc_agent_mailbox_lag_seconds{folder="INBOX",mailbox="in@host"}'] == 90
    assert seen['sc_agent_mailbox_state{mailbox="in@host",state="auth_failed"}'] == 1
    assert seen['sc_agent_mailbox_failures_in_row{mailbox="in@host"}'] == 3


def test_state_that_is_over_is_not_shown_any_more(engine: Engine) -> None:
    metrics = Metrics()
    with writing(engine) as conn:
        folders.ensure(conn, mailbox="in@host", folder="INBOX", role="inbox")
        folders.note_state(conn, "in@host", state="down", error="no", fail_count=1, now=NOW)
    page(engine, metrics)
    with writing(engine) as conn:
        folders.note_state(conn, "in@host", state="up", error=None, fail_count=0, now=NOW)
    states = [name for name in page(engine, metrics) if name.startswith("sc_agent_mailbox_state")]
    assert states == ['sc_agent_mailbox_state{mailbox="in@host",state="up"}']


def test_messages_are_counted_by_verdict_and_the_oldest_waiting_has_its_age(engine: Engine) -> None:
    store(engine, [(ACCEPT, "expected"), (HELD, "expired"), (HELD, "too_big")], waiting=2)
    seen = page(engine)
    assert [seen[f'sc_agent_messages{{verdict="{word}"}}'] for word in ("accept", "held", "waiting")] == [1, 2, 2]
    assert seen["sc_agent_message_waiting_seconds"] == 600


def test_events_are_counted_by_mailbox(engine: Engine) -> None:
    metrics = Metrics()
    metrics.mail.count("in@host", "found_late", 2)
    metrics.mail.count("in@host", "found_late")
    assert page(engine, metrics)['sc_agent_mailbox_events_total{event="found_late",mailbox="in@host"}'] == 3


STRANGER, BROKEN, GOOD = (REJECTED, "from_other_domain"), (REJECTED, "dkim_failed"), (ACCEPT, "expected")


@pytest.mark.parametrize(
    ("verdicts", "share"),
    [
        ([], 0.0),
        ([STRANGER] * 5, 0.0),
        ([GOOD, BROKEN], 0.5),
        ([STRANGER] * 15 + [BROKEN] * 3 + [GOOD], 0.75),
        ([BROKEN] * 20 + [GOOD] * 20, 0.0),
        ([BROKEN] * 3 + [(DUPLICATE, "same_bytes")] * 3, 1.0),
    ],
)
def test_share_of_broken_signatures_is_of_amazons_own_mails(
    engine: Engine, verdicts: list[tuple[MailVerdict, str]], share: float
) -> None:
    store(engine, verdicts)
    assert page(engine)["sc_agent_dkim_failed_share"] == share
