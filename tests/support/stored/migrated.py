"""Empty SQLite databases filled from one that was migrated before: a tenth of what seventeen revisions take.

Migrations have tests of their own (tests/unit/store), and whatever starts a fresh interpreter runs the real ones.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy.engine import Engine

from agent.store.database import migrate
from agent.store.database.engine import connect

_upgrade = migrate._upgrade


def copy_instead_of_migrating(patch: pytest.MonkeyPatch) -> None:
    """Let new SQLite databases of this process, and of those forked from it, be copies."""
    patch.setattr(migrate, "_upgrade", _fill)


@cache
def migrated() -> bytes:
    """A migrated database without a row."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "agent.sqlite"
        engine = connect(f"sqlite:///{file}")
        _upgrade(engine)
        engine.dispose()
        with closing(sqlite3.connect(file)) as plain:
            plain.execute("PRAGMA journal_mode=DELETE")  # a database in memory has no write-ahead log
        return file.read_bytes()


def _fill(engine: Engine) -> None:
    """Fill an empty SQLite database, one process at a time; whatever else is migrated as always."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or migrate.current_revision(engine) is not None:
        return _upgrade(engine)
    folder = os.open(Path(file).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if migrate.current_revision(engine) is None:
            with closing(sqlite3.connect(":memory:")) as source, closing(sqlite3.connect(file)) as made:
                source.deserialize(migrated())
                source.backup(made)
    finally:
        os.close(folder)
    return None
