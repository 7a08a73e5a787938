"""The types of connections and of their errors, for the rooms above the store.

The queries are the store's own: nothing else imports the library.
"""

from __future__ import annotations

from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

__all__ = ["URL", "Connection", "DBAPIError", "Engine", "OperationalError", "SQLAlchemyError"]
