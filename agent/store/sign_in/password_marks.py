"""Marks of passwords as far as they can be told without the vault's key.

Their hashes are `vault.password_memory`'s.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import password_marks


class Mark(StrEnum):
    """What is known of a password; the stored words."""

    REJECTED = "rejected"  # the site said no: never typed again for this user email
    DOUBTED = "doubted"  # the site may have said no: not typed again before a person's release


def forget_doubts(conn: Connection, user_email: str) -> None:
    """Let doubted passwords of a user email be typed again, rejected ones never.

    A person has looked.
    """
    mine = sa.and_(password_marks.c.user_digest == user_digest(user_email), password_marks.c.mark == Mark.DOUBTED)
    conn.execute(password_marks.delete().where(mine))


def user_digest(user_email: str) -> str:
    """How a user email stands in the table, which outlives its account."""
    return hashlib.sha256(user_email.strip().lower().encode()).hexdigest()
