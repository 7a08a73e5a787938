"""Databases and vaults for tests: real SQLite files, a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.observe.logs import configure_logs
from agent.store.database import open_database
from agent.store.vault import Vault
from tests.support.postgres import Postgres, running_postgres


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    """Logs as a process has them; unconfigured, structlog draws every traceback with all its variables."""
    configure_logs(level="ERROR", style="text")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the session; each test gets a database of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'agent.sqlite'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """A migrated SQLite database."""
    opened = open_database(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def any_engine(any_url: str) -> Iterator[Engine]:
    """A migrated database of either kind."""
    opened = open_database(any_url)
    yield opened
    opened.dispose()


@pytest.fixture
def vault() -> Vault:
    """A vault with a fresh key."""
    return Vault(os.urandom(32))
