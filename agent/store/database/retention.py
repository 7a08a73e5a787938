"""What is forgotten, and when: each kind of row has its own limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.settings.groups.operation import ObserveSettings
from agent.store import erasures
from agent.store.api import idempotency, operations
from agent.store.audits import forget_audits
from agent.store.console import sessions
from agent.store.database.engine import writing
from agent.store.database.schema import accounts, acts, codes, journal, leases, messages, visits, workers
from agent.store.inbox.messages import DONE, POISON, VANISHED
from agent.store.insights import forget_insights
from agent.store.outbox.sequence import forget_events
from agent.store.people import drafts, requests, takeovers, tasks
from agent.store.sign_in.acts import DOUBTED, REJECTED
from agent.store.vault import received_codes
from agent.store.webhooks.deliveries import forget_deliveries

_CODES_KEPT = timedelta(days=1)  # a time step is worth nothing after a minute
_WORKERS_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many rows went."""

    journal: int
    acts: int
    visits: int
    audits: int
    insights: int
    drafts: int  # that were not adopted
    codes: int
    messages: int
    events: int
    deliveries: int
    answers: int  # kept for idempotency
    operations: int


def forget_old(engine: Engine, limits: ObserveSettings, *, now: datetime) -> Forgotten:
    """Delete what is older than its limit.

    A rejection or doubt of the secret in force is never forgotten.
    """
    with writing(engine) as conn:
        conn.execute(workers.delete().where(workers.c.beat < now - _WORKERS_KEPT))
        requests.expire_old(conn, now=now)
        requests.forget(conn, before=now - timedelta(days=limits.finished_days))
        erasures.forget(conn, before=now - timedelta(days=limits.journal_days))
        tasks.forget_claims(conn, now=now)
        sessions.forget_old(conn, now=now)
        received_codes.forget_old(conn, now=now)
        takeovers.forget(conn, before=now - timedelta(days=limits.journal_days), now=now)
        conn.execute(leases.delete().where(leases.c.until < now - _WORKERS_KEPT))
        in_force = sa.select(accounts.c.secret_version).where(accounts.c.id == acts.c.account_id).scalar_subquery()
        bars = sa.and_(acts.c.outcome.in_((REJECTED, DOUBTED)), acts.c.secret_version == in_force)
        old_acts = acts.delete().where(
            acts.c.at < now - timedelta(days=limits.journal_days), sa.not_(sa.func.coalesce(bars, sa.false()))
        )
        newer = journal.alias(
            "newer"
        )  # looked for beside what is old only: a group of the whole table would take longer each year
        has_newer = sa.exists().where(newer.c.account_id == journal.c.account_id, newer.c.id > journal.c.id)
        old_journal = journal.delete().where(journal.c.at < now - timedelta(days=limits.journal_days), has_newer)
        decided = sa.and_(messages.c.stage.in_((DONE, POISON, VANISHED)), messages.c.sealed.is_(None))
        old_messages = messages.delete().where(messages.c.found_at < now - timedelta(days=limits.journal_days), decided)
        return Forgotten(
            journal=conn.execute(old_journal).rowcount,
            acts=conn.execute(old_acts).rowcount,
            visits=conn.execute(
                visits.delete().where(visits.c.started_at < now - timedelta(days=limits.finished_days))
            ).rowcount,
            drafts=drafts.forget(conn, before=now - timedelta(days=limits.audits_days)),
            audits=forget_audits(conn, before=now - timedelta(days=limits.audits_days)),
            insights=forget_insights(conn, before=now - timedelta(days=limits.insights_days)),
            messages=conn.execute(old_messages).rowcount,
            deliveries=forget_deliveries(conn, before=now - timedelta(days=limits.events_days)),
            events=forget_events(conn, before=now - timedelta(days=limits.events_days)),
            answers=idempotency.forget(conn, now=now),
            operations=operations.forget(conn, before=now - timedelta(days=limits.finished_days)),
            codes=conn.execute(codes.delete().where(codes.c.at < now - _CODES_KEPT)).rowcount,
        )
