"""Insert or update by key, in one statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def upsert(
    conn: Connection,
    table: sa.Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
    *,
    once: Mapping[str, object] | None = None,
) -> None:
    """Set `values` in the row with this key, made if it is missing.

    `once` is set only when it is made.
    """
    statement = insert_into(conn, table).values({**key, **values, **(once or {})})
    conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def insert_once(conn: Connection, table: sa.Table, values: Mapping[str, object]) -> bool:
    """Insert unless a row with the same key is there; says whether it was inserted."""
    statement = insert_into(conn, table).values(dict(values)).on_conflict_do_nothing().returning(sa.literal(1))
    return conn.scalar(statement) is not None


def insert_into(conn: Connection, table: sa.Table) -> Any:
    """The dialect's own statement, which knows what to do on a conflict.

    The other dialect is not imported, which takes a command longer than its work.
    """
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
