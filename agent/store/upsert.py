"""Insert or update by key, in one statement, on both databases."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def upsert(
    conn: Connection,
    table: sa.Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
    *,
    once: Mapping[str, object] | None = None,
) -> None:
    """Set `values` in the row with this key, made if it is missing; `once` is set only when it is made."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values({**key, **values, **(once or {})})
    conn.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def insert_once(conn: Connection, table: sa.Table, values: Mapping[str, object]) -> bool:
    """Insert unless a row with the same key is there; says whether it was inserted."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(dict(values)).on_conflict_do_nothing().returning(sa.literal(1))
    return conn.scalar(statement) is not None
