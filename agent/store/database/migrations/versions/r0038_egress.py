"""The address a visit signs in from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; visits that are over need none."""
    op.add_column("visits", sa.Column("egress", sa.Text(), nullable=True))
