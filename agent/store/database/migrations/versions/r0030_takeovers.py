"""Take-overs: pages that people may act on, and the tickets of their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0024"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "takeovers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "account_id", "kind", "state")),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("screen", "visit_id", "worker", "asked_by", "reason", "person", "ended_why")
        ),
        sa.Column("allows_unknown", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        *(sa.Column(name, _TIME, nullable=True) for name in ("deadline", "claimed_at", "ended_at")),
        sa.Column("tally", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_takeovers"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_takeovers_account_id", ondelete="CASCADE"),
    )
    op.create_index("ix_takeovers_account_id", "takeovers", ["account_id"])
    op.create_index("ix_takeovers_state", "takeovers", ["state"])
    op.create_table(
        "takeover_tickets",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "takeover_id", "purpose")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("person", "session")),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_takeover_tickets"),
    )
