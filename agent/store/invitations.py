"""Invitations: one row for each invitation id, whoever brought it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.domain.invitation import Link, Offer


def record(
    conn: Connection,
    offer: Offer,
    *,
    account_id: str,
    source: str,
    now: datetime,
    expires_at: datetime,
    message_id: int | None = None,
    asked_by: str | None = None,
    shop_name: str | None = None,
    language: str | None = None,
) -> int | None:
    """Insert the invitation and return its row id; None when this invitation id is already known. An earlier waiting one is superseded."""
    raise NotImplementedError


def link_of(conn: Connection, row_id: int) -> Link:
    """The checked link of an invitation."""
    raise NotImplementedError
