"""A fleet of many accounts in PostgreSQL, written by the database itself."""

from __future__ import annotations

import json

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.domain.published.conditions import ConditionType

_ACCOUNTS = """
INSERT INTO accounts (id, user_email, marketplace, merchant_id, merchant_name, api_authorization, "authorization", reasons,
    next_step, urgent, secret_version, retries, incompletes, deaths, created_at, updated_at, revision, changed_at, due,
    last_complete_read_at, stale_since, failure_code, answer_mail_codes,
    fingerprint, condition_times)
SELECT 'C' || lpad(n::text, 6, '0'), 'c' || n || '@users.example', (ARRAY['US','DE','JP','UK'])[1 + n % 4],
    'A1SHOP' || lpad(n::text, 8, '0'), 'Shop ' || n, 'complete',
    CASE WHEN n % 500 = 0 THEN 'needs_human' WHEN n % 97 = 0 THEN 'failed' WHEN n % 41 = 0 THEN 'awaiting_invitation'
         WHEN n % 211 = 0 THEN 'auditing' ELSE 'complete' END,
    '[]', '', false, 1, 0, CASE WHEN n % 900 = 0 THEN 1 ELSE 0 END, 0,
    now() - interval '30 days', now() - (n % 86400) * interval '1 second', 3, now() - (n % 86400) * interval '1 second',
    now() + (n % 86400) * interval '1 second', now() - (n % 86400) * interval '1 second',
    CASE WHEN n % 4999 = 1 THEN now() ELSE NULL END, CASE WHEN n % 500 = 0 THEN 'challenge' ELSE NULL END, false,
    md5(n::text) || md5('f' || n), CAST(:standings AS json)
FROM generate_series(1, :count) AS n
"""  # noqa: E501 - a text in lines of its own
_STANDINGS = {str(each): {"status": "true", "since": "2026-11-01T00:00:00Z"} for each in ConditionType}
_JOURNAL = """
INSERT INTO journal (account_id, at, from_state, to_state, why)
SELECT id, now() - (row_number() OVER ()) * interval '1 minute', 'auditing', "authorization", 'read' FROM accounts
"""

_OLDER = """
INSERT INTO journal (account_id, at, from_state, to_state, why)
SELECT 'C' || lpad((1 + n % :count)::text, 6, '0'), now() - n * interval '1 second', 'complete', 'auditing', 'due'
FROM generate_series(1, :older) AS n
"""
_MAILS = """
INSERT INTO messages (message_id, sha256, size, stage, verdict, reason, account_id, attempts, found_at, judged_at)
SELECT '<' || n || '@mail.example>', md5(n::text), 20000, 'done', CASE WHEN n % 9 = 0 THEN 'held' ELSE 'accept' END, 'x',
    'C' || lpad((1 + n % :count)::text, 6, '0'), 1, now() - n * interval '1 second', now() - n * interval '1 second'
FROM generate_series(1, :mails) AS n
"""  # noqa: E501 - a text in lines of its own
_PATIENT = sa.text("SET statement_timeout = 0")


def age(engine: Engine, count: int, *, older: int, mails: int) -> None:
    """Add rows to the journal of a filled fleet, and judged mails, as years do."""
    with engine.begin() as conn:
        conn.execute(_PATIENT)
        conn.execute(sa.text(_OLDER), {"count": count, "older": older})
        conn.execute(sa.text(_MAILS), {"count": count, "mails": mails})
    _analyse(engine)


def fill(engine: Engine, count: int) -> None:
    """Write the accounts and one transition of each, a minute apart; tables are analysed."""
    with engine.begin() as conn:
        conn.execute(sa.text(_ACCOUNTS), {"count": count, "standings": json.dumps(_STANDINGS)})
        conn.execute(sa.text(_JOURNAL))
    _analyse(engine)


def _analyse(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(_PATIENT)
        conn.execute(sa.text("VACUUM ANALYZE"))
