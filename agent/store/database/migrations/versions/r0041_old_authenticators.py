"""Old authenticators that a rotation has yet to remove."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Build the table."""
    op.create_table(
        "old_authenticators",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_old_authenticators"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_old_authenticators_account_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("old_authenticators")
