"""Tables of what the HTTP API remembers."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, account_column, column, metadata

api_keys = sa.Table(  # of the HTTP API
    "api_keys",
    metadata,
    column("id", sa.Text, primary_key=True),
    column("name", sa.Text),
    column("digest", sa.Text),  # keyed hash of the secret half
    column("scopes", sa.JSON),
    column("created_at", UtcDateTime),
    column("expires_at", UtcDateTime, nullable=True),
    column("last_used_at", UtcDateTime, nullable=True),
    column("revoked_at", UtcDateTime, nullable=True),
)

idempotency = sa.Table(  # answers given under an Idempotency-Key, written with their effect
    "idempotency",
    metadata,
    column("key_id", sa.Text, primary_key=True),
    column("key", sa.Text, primary_key=True),
    column("method", sa.Text),
    column("path", sa.Text),
    column("fingerprint", sa.Text),  # keyed hash of the body
    column("status", sa.Integer),
    column("headers", sa.JSON),
    column("body", sa.Text, nullable=True),
    column("shows_secret", sa.Boolean),
    column("at", UtcDateTime, index=True),
)

operations = sa.Table(  # what the API asked a worker to do
    "operations",
    metadata,
    column("id", sa.Text, primary_key=True),
    account_column(),
    column("kind", sa.Text),  # audit, invitation
    column("state", sa.Text, index=True),  # queued, running, done
    column("outcome", sa.Text, nullable=True),
    column("audit_id", sa.Integer, nullable=True),
    column("invitation_id", sa.Integer, nullable=True),
    column("asked_by", sa.Text),
    column("worker", sa.Text, nullable=True),
    column("created_at", UtcDateTime),
    column("ended_at", UtcDateTime, nullable=True),
)
