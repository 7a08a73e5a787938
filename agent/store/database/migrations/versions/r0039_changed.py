"""Indexes of accounts by when their status last changed.

For those who ask what changed after a moment.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build them."""
    never = sa.text("changed_at IS NULL")
    op.create_index("ix_accounts_changed", "accounts", ["changed_at"])
    op.create_index("ix_accounts_never_changed", "accounts", ["updated_at"], postgresql_where=never, sqlite_where=never)


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_accounts_never_changed", "accounts")
    op.drop_index("ix_accounts_changed", "accounts")
