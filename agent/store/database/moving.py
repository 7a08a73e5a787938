"""Moving a whole database into an empty one of the other kind.

Row by row, in one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.errors import UsageError
from agent.store.database.schema import accounts, metadata

_AT_ONCE = 500  # rows


def move_rows(source: Engine, target: Connection) -> int:
    """Copy every table; both have this program's schema. Returns the number of rows.

    Raises:
        UsageError: the target holds accounts.
    """
    if target.scalar(sa.select(sa.func.count()).select_from(accounts)):
        raise UsageError("the database holds accounts already; expected an empty one")
    for table in reversed(metadata.sorted_tables):
        target.execute(table.delete())  # what a first start notes
    with source.connect() as conn:
        count = sum(_move_table(conn, target, table) for table in metadata.sorted_tables)
    for table in metadata.sorted_tables:
        _go_on_counting(target, table)
    return count


def _move_table(source: Connection, target: Connection, table: sa.Table) -> int:
    count = 0
    for part in source.execute(sa.select(table)).mappings().partitions(_AT_ONCE):
        for rows in _alike(part):
            target.execute(table.insert(), rows)
        count += len(part)
    return count


def _alike(rows: Sequence[Mapping[Any, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Rows by the columns that have a value.

    A missing one stays NULL, which a JSON column told None would not.
    """
    groups: defaultdict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        given = {str(name): value for name, value in row.items() if value is not None}
        groups[frozenset(given)].append(given)
    yield from groups.values()


def _go_on_counting(target: Connection, table: sa.Table) -> None:
    """Let numbers that PostgreSQL gives go on above those that were copied."""
    column = table.autoincrement_column
    if target.dialect.name != "postgresql" or column is None:
        return
    sequence = target.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    highest = target.scalar(sa.select(sa.func.max(column)))
    if sequence is not None and highest is not None:
        target.execute(sa.select(sa.func.setval(sequence, highest)))
