"""What a survey that a person asked for has come to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("takeovers", sa.Column("report", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("takeovers", "report")
