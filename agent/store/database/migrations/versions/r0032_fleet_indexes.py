"""Indexes for lists of a fleet of 100,000 accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build them."""
    op.create_index("ix_accounts_state", "accounts", ["authorization", "id"])
    op.create_index("ix_accounts_state_updated", "accounts", ["authorization", "updated_at"])
    op.create_index("ix_accounts_state_read", "accounts", ["authorization", "last_complete_read_at"])
    _partial("ix_accounts_incomplete", "id", "incompletes > 0")
    _partial("ix_accounts_stale", "stale_since", "stale_since IS NOT NULL")
    op.create_index("ix_messages_verdict", "messages", ["verdict", "found_at"])


def _partial(name: str, column: str, condition: str) -> None:
    op.create_index(name, "accounts", [column], postgresql_where=sa.text(condition), sqlite_where=sa.text(condition))
