"""What all tables share: names of constraints, times, columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in Python on every database; a naive one is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an aware time was expected")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite drops the zone; give it back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def column(name: str, kind: Any, *rest: Any, **options: Any) -> sa.Column[Any]:
    """A column that is NOT NULL unless said otherwise."""
    options.setdefault("nullable", False)
    return sa.Column(name, kind, *rest, **options)


def only(condition: sa.ColumnElement[bool] | sa.TextClause) -> dict[str, Any]:
    """An index of these rows alone."""
    return {"postgresql_where": condition, "sqlite_where": condition}


def account_column() -> sa.Column[Any]:
    return column("account_id", sa.Text, sa.ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
