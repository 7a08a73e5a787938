"""One daemon on one SQLite file.

A lock that the system releases when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.errors import ConfigurationError
from agent.store.database.handles import URL


@contextmanager
def only_daemon(database: URL) -> Iterator[None]:
    """Hold the lock beside the database file; on PostgreSQL there may be many daemons.

    Raises:
        ConfigurationError: another daemon holds it.
    """
    if database.get_backend_name() != "sqlite":
        yield
        return
    file = Path(f"{database.database}.lock")
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, file)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, file: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
        raise ConfigurationError(
            f"another daemon (process {holder}) already works on these data ({file.with_suffix('').name}); "
            "stop it first, or use PostgreSQL for more than one"
        ) from err
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
