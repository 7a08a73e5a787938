"""Tables of events and of webhooks."""

from __future__ import annotations

import sqlalchemy as sa

from agent.store.database.schema.columns import UtcDateTime, column, metadata

outbox = sa.Table(  # events written with their change; they wait for their number
    "outbox",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("event_id", sa.Text, unique=True),
    column("type", sa.Text),  # an EventType, without the prefix
    column("account_id", sa.Text, nullable=True),
    column("at", UtcDateTime),
    column("data", sa.JSON),
)

events = sa.Table(  # numbered events; a number is given after commit and never again
    "events",
    metadata,
    column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    column("event_id", sa.Text, unique=True),
    column("type", sa.Text, index=True),
    column("account_id", sa.Text, nullable=True, index=True),
    column("at", UtcDateTime, index=True),
    column("data", sa.JSON),
)

webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    column("id", sa.Text, primary_key=True),
    column("url", sa.Text),
    column("types", sa.JSON),  # EventTypes without prefix; empty: every type
    column("state", sa.Text),  # pending, active, disabled
    column("reason", sa.Text, nullable=True),  # why it is disabled
    column("created_at", UtcDateTime),
    column("verified_at", UtcDateTime, nullable=True),
    column("disabled_at", UtcDateTime, nullable=True),
    column("failing_since", UtcDateTime, nullable=True),  # no success since then
    column("slow_until", UtcDateTime, nullable=True),  # the receiver asked for a rest
    column("position", sa.BigInteger),  # events up to this number were taken up
    column("key_id", sa.Text),
    column("sealed", sa.LargeBinary),  # the signing keys in force
    column("old_key_id", sa.Text, nullable=True),
    column("old_sealed", sa.LargeBinary, nullable=True),  # those before the last rotation
    column("old_until", UtcDateTime, nullable=True),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    column("id", sa.Integer, primary_key=True),
    column("endpoint_id", sa.Text, sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE")),
    column("kind", sa.Text),  # event, ping, replay
    column("state", sa.Text),  # waiting, delivered, failed, set_aside, collapsed
    column("seq", sa.BigInteger, nullable=True),  # of the event; None: a ping
    column("event_id", sa.Text),
    column("type", sa.Text),
    column("line", sa.Text),  # what is delivered in order: an account, or a type without one
    column("at", UtcDateTime, index=True),
    column("attempts", sa.Integer, default=0),
    column("first_tried_at", UtcDateTime, nullable=True),
    column("next_try_at", UtcDateTime, nullable=True),  # None: none any more
    column("ended_at", UtcDateTime, nullable=True),
    column("status", sa.Integer, nullable=True),  # of the last answer
    column("error", sa.Text, nullable=True),
    column("answer", sa.Text, nullable=True),  # its first kilobyte, redacted
    sa.Index("ix_webhook_deliveries_line", "endpoint_id", "state", "line", "id"),
)
