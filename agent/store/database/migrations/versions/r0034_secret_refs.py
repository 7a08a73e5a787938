"""References to secrets that are kept elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "secret_refs",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("store_version", sa.Text(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_secret_refs"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_secret_refs_account_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("secret_refs")
