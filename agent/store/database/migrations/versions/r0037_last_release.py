"""Defaults for columns that the last release does not know.

Its workers go on beside ours.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_COLUMNS = {
    "accounts": (("revision", sa.Integer(), "1"), ("answer_mail_codes", sa.Boolean(), sa.false())),
    "alarms": (("announced", sa.Boolean(), sa.false()),),
    "secrets": (("format", sa.Integer(), "1"),),
    "sessions": (("format", sa.Integer(), "1"),),
}


def upgrade() -> None:
    """Give the columns defaults.

    What such a worker writes is sealed in format 1, and its changes are told with the next one.
    """
    for table, columns in _COLUMNS.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=default)
