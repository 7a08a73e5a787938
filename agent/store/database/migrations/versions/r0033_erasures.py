"""Erasures: what was erased of accounts that left, without any of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("evidence_due", _TIME, nullable=False),
        sa.Column("evidence_erased_at", _TIME, nullable=True),
        sa.Column("folders", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_evidence_due", "erasures", ["evidence_due"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("erasures")
