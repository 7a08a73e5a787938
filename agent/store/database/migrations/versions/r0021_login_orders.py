"""Logins to be created: orders, pending authenticators, codes sent by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Build the tables, and let no account have its mail codes answered."""
    answered: sa.Column[bool] = sa.Column("answer_mail_codes", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("accounts", answered)
    op.create_table(
        "login_orders",
        *(_text(name) for name in ("account_id", "person_name", "agreed_by", "state")),
        *(_text(name, nullable=True) for name in ("phone", "ended_why", "key_id")),
        _time("agreed_at"),
        _time("submitted_at", nullable=True),
        _time("phone_typed_at", nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_login_orders"),
        _owner("login_orders"),
    )
    op.create_index("ix_login_orders_submitted_at", "login_orders", ["submitted_at"])
    _make(
        "pending_seeds",
        *(_text(name) for name in ("account_id", "errand", "visit_id", "state", "seed_id")),
        _time("at"),
    )
    _make(
        "mail_codes",
        *(_text(name) for name in ("account_id", "purpose")),
        _text("problem", nullable=True),
        _time("sent_at"),
        _time("found_at"),
        _time("used_at", nullable=True),
    )
    op.create_index("ix_mail_codes_found_at", "mail_codes", ["found_at"])


def _make(table: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        _text("key_id", nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _owner(table),
    )
    op.create_index(f"ix_{table}_account_id", table, ["account_id"])


def _owner(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_account_id"
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=name, ondelete="CASCADE")


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _TIME, nullable=nullable)
