"""What became of passwords beyond their accounts, and how rows are sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables and columns.

    Rows of 0.1 are sealed anew by a worker, which has the key.
    """
    op.create_table(
        "password_marks",
        sa.Column("user_digest", sa.Text(), nullable=False),
        sa.Column("password_digest", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_digest", "password_digest", name="pk_password_marks"),
    )
    op.create_table(
        "sealed_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sealed_keys"),
    )
    for table in ("secrets", "sessions"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("format", sa.Integer(), nullable=False, server_default="1"))
        with op.batch_alter_table(table) as batch:
            batch.alter_column("format", server_default=None)
