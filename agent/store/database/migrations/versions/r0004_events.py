"""Revisions of accounts, the outbox and the numbered events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Count revisions from 1.

    What the last reading came to is known of complete accounts and of failed readings.
    """
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("changed_at", _TIME, nullable=True))
        batch.add_column(sa.Column("fingerprint", sa.Text(), nullable=True))
        batch.add_column(sa.Column("condition_times", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("reading", sa.Text(), nullable=True))
        batch.add_column(sa.Column("stale_since", _TIME, nullable=True))
        batch.add_column(sa.Column("insights_readable", sa.Boolean(), nullable=True))
        batch.create_index("ix_accounts_changed_at", ["changed_at"])
    with op.batch_alter_table("accounts") as batch:
        batch.alter_column("revision", server_default=None)
    op.execute("UPDATE accounts SET changed_at = updated_at")
    op.execute("UPDATE accounts SET reading = 'pass' WHERE \"authorization\" = 'complete'")
    op.execute(
        "UPDATE accounts SET reading = 'fail' WHERE \"authorization\" = 'failed' AND failure_code LIKE 'audit_%'"
    )
    with op.batch_alter_table("alarms") as batch:
        batch.add_column(sa.Column("announced", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("alarms") as batch:
        batch.alter_column("announced", server_default=None)
    _events()


def _events() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", name="uq_outbox_event_id"),
    )
    op.create_table(
        "events",
        sa.Column("seq", _SEQUENCE, nullable=False, autoincrement=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
    )
    for column in ("account_id", "at", "type"):
        op.create_index(f"ix_events_{column}", "events", [column])
