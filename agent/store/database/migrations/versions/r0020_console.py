"""The console: people, sign-in tickets, sessions and the operators' log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the tables."""
    _make("people", "name", _text("name"), _text("role"), _time("created_at"))
    _make("console_tickets", "digest", _text("digest"), _text("person"), _time("expires_at"))
    op.create_table(
        "console_sessions",
        *(_text(name) for name in ("digest", "id", "person", "source")),
        *(_time(name) for name in ("started_at", "seen_at")),
        sa.PrimaryKeyConstraint("digest", name="pk_console_sessions"),
        sa.UniqueConstraint("id", name="uq_console_sessions_id"),
    )
    _make(
        "operator_log",
        "number",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        _time("at"),
        *(_text(name) for name in ("person", "source", "act", "subject", "reason", "previous", "digest")),
    )
    op.create_index("ix_operator_log_subject", "operator_log", ["subject"])


def _make(table: str, key: str, *columns: sa.Column[object]) -> None:
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(key, name=f"pk_{table}"))


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, _TIME, nullable=False)
