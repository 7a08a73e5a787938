"""An index of accounts whose secrets their store did not give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build it."""
    refused = sa.text("failure_code IN ('secret_store_denied', 'secret_store_unavailable')")
    op.create_index(
        "ix_accounts_store_refused", "accounts", ["updated_at"], postgresql_where=refused, sqlite_where=refused
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_accounts_store_refused", "accounts")
