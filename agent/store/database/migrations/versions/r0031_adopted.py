"""What people showed the agent, and what of that was adopted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the tables."""
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "name", "digest", "text", "state")),
        sa.Column("refusals", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("name", name="uq_drafts_name"),
    )
    op.create_index("ix_drafts_state", "drafts", ["state"])
    op.create_table(
        "adopted",
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("kind", "name", "text", "digest", "person", "reason")
        ),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_adopted"),
        sa.UniqueConstraint("name", name="uq_adopted_name"),
    )
