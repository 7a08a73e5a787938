"""Further marketplaces of an account, where insights are read, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("accounts", sa.Column("also_marketplaces", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("accounts", "also_marketplaces")
