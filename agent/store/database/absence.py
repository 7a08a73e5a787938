"""Telling a database that is away from a value that it does not take."""

from __future__ import annotations

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
    StatementError,
)


def is_away(error: SQLAlchemyError | OverflowError) -> bool:
    """Whether waiting may help.

    A value that cannot be written is none of the database's absence, however often it is tried (a StatementError is
    raised before the database was asked).
    """
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or not isinstance(
            error, DataError | IntegrityError | NotSupportedError | ProgrammingError
        )
    return isinstance(error, SQLAlchemyError) and not isinstance(error, StatementError)
