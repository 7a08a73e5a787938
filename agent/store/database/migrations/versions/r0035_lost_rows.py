"""Rows that people said are gone for every account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_KEY = ("marketplace", "layout", "scope", "section", "permission", "occurrence")


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "lost_rows",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _KEY[:-1]),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_lost_rows"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("lost_rows")
