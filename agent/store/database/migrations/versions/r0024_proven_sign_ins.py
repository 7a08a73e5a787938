"""When the person behind a console session last gave proof of who they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sessions that are live were begun with proof."""
    op.add_column("console_sessions", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE console_sessions SET proven_at = started_at")
    with op.batch_alter_table("console_sessions") as batch:
        batch.alter_column("proven_at", nullable=False)
