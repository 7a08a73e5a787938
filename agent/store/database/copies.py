"""Copies of a SQLite database.

Taken while it is in use, checked, put back in one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from agent.errors import ConfigurationError, UsageError

_NEEDED = {"alembic_version", "accounts"}
_SIDES = ("", "-wal", "-shm")


@contextmanager
def taken_copy(file: Path) -> Iterator[Path]:
    """A consistent copy of the database in one file beside it, gone at the end.

    Only we may read it. Others may go on writing the database.

    Raises:
        ConfigurationError: the database cannot be read.
        OSError: no copy can be made there.
    """
    with TemporaryDirectory(prefix=".sc-agent-copy-", dir=file.parent) as directory:
        copy = Path(directory) / "agent.sqlite"
        try:
            copy_database(file, copy)
        except sqlite3.Error as err:
            raise ConfigurationError(f"the database {file} cannot be copied: {err}") from err
        yield copy


@contextmanager
def checked_copy(backup: Path, *, beside: Path) -> Iterator[Path]:
    """A copy of a backup beside a database, checked, gone at the end.

    Raises:
        UsageError: the backup cannot be read, is damaged, or is no database of the agent.
        OSError: no copy can be made there.
    """
    with TemporaryDirectory(prefix=".sc-agent-copy-", dir=beside.parent) as directory:
        copy = Path(directory) / "agent.sqlite"
        try:
            copy_database(backup, copy)
            with _opened(copy) as connection:
                is_whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as err:
            raise UsageError(f"{backup} is no backup that can be read ({err}); nothing was changed") from err
        if not is_whole:
            raise UsageError(f"{backup} is damaged; nothing was changed")
        if not names >= _NEEDED:
            raise UsageError(f"{backup} is no backup of the agent; nothing was changed")
        yield copy


def copy_database(source: Path, target: Path) -> None:
    """Make the target what the source is, in one transaction of the target.

    Made 0600 if it is not there.

    Raises:
        sqlite3.Error: either cannot be used.
        OSError: the target cannot be made.
    """
    if not target.exists():
        target.touch(mode=0o600)
    with _opened(source) as reading, closing(sqlite3.connect(target)) as writing:
        is_new = writing.execute("PRAGMA page_count").fetchone() == (0,)
        reading.backup(writing)  # all pages at once: under one read lock, so of one moment
        if is_new:
            writing.execute("PRAGMA journal_mode=DELETE").close()  # one file, with nothing beside it


def count_accounts(file: Path) -> int:
    """How many accounts a database holds.

    0 for one that is not there or was never used.

    Raises:
        ConfigurationError: it cannot be read.
    """
    if not file.exists():
        return 0
    try:
        with _opened(file) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'accounts'").fetchone():
                return 0
            (count,) = connection.execute("SELECT count(*) FROM accounts").fetchone()
            return int(count)
    except sqlite3.Error as err:
        raise ConfigurationError(
            f"the database {file} cannot be read ({err}); move it with its -wal and -shm away, then restore again"
        ) from err


def engine_file(database: Path) -> Path:
    """Where the tickets of visits are kept, beside the database."""
    return database.with_name(f"{database.stem}-engine.sqlite")


def make_write_ahead(file: Path) -> None:
    """Set write-ahead logging once; it stays in the file."""
    file.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL").close()


def remove_database(file: Path) -> None:
    """Delete a database with what stands beside it."""
    for side in _SIDES:
        file.with_name(file.name + side).unlink(missing_ok=True)


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)) as connection:
        yield connection
