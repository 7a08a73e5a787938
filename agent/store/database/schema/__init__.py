"""The tables, as SQLAlchemy Core; SQLite and PostgreSQL alike.

Alembic's migrations build exactly this.
"""

from __future__ import annotations

from agent.store.database.schema.accounts import (
    STORE_REFUSED,
    accounts,
    journal,
    login_orders,
    mail_codes,
    old_authenticators,
    password_marks,
    pending_seeds,
    sealed_keys,
    secret_refs,
    secrets,
    sessions,
)
from agent.store.database.schema.api import api_keys, idempotency, operations
from agent.store.database.schema.columns import UtcDateTime, metadata
from agent.store.database.schema.mail import folders, invitations, messages
from agent.store.database.schema.outbox import events, outbox, webhook_deliveries, webhook_endpoints
from agent.store.database.schema.people import (
    adopted,
    console_sessions,
    console_tickets,
    drafts,
    erasures,
    handed_in,
    lost_rows,
    operator_log,
    people,
    requests,
    takeover_tickets,
    takeovers,
    task_claims,
)
from agent.store.database.schema.visits import acts, alarms, audits, codes, insights, leases, switches, visits, workers

__all__ = [
    "STORE_REFUSED",
    "UtcDateTime",
    "accounts",
    "acts",
    "adopted",
    "alarms",
    "api_keys",
    "audits",
    "codes",
    "console_sessions",
    "console_tickets",
    "drafts",
    "erasures",
    "events",
    "folders",
    "handed_in",
    "idempotency",
    "insights",
    "invitations",
    "journal",
    "leases",
    "login_orders",
    "lost_rows",
    "mail_codes",
    "messages",
    "metadata",
    "old_authenticators",
    "operations",
    "operator_log",
    "outbox",
    "password_marks",
    "pending_seeds",
    "people",
    "requests",
    "sealed_keys",
    "secret_refs",
    "secrets",
    "sessions",
    "switches",
    "takeover_tickets",
    "takeovers",
    "task_claims",
    "visits",
    "webhook_deliveries",
    "webhook_endpoints",
    "workers",
]
