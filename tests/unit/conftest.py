"""Databases and vaults for tests: real SQLite files, a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.engine import Engine

from agent.observe.logs import configure_logs
from agent.store.database.engine import connect, open_database
from agent.store.database.schema import metadata
from agent.store.vault.keys import Vault
from agent.visits.guards import unanswered
from tests.support.servers.postgres import Postgres, running_postgres
from tests.support.stored.migrated import copy_instead_of_migrating

# A drawn case takes as long as the machine lets it; how long is no finding.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(autouse=True, scope="session")
def quiet_logs() -> None:
    """Logs as a process has them.

    Unconfigured, structlog draws every traceback with all its variables.
    """
    configure_logs(level="ERROR", style="text")


@pytest.fixture(autouse=True)
def no_password_waits() -> Iterator[None]:
    """What a test left between a password and its answer lengthens the stop of no later daemon."""
    yield
    unanswered._visits.clear()


@pytest.fixture(autouse=True)
def copied_databases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases are copies of a migrated one, but where the migrations themselves are tried."""
    if "store" not in request.path.relative_to(Path(__file__).parent).parts:
        copy_instead_of_migrating(monkeypatch)


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


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating anew for each test takes longer than most of the tests."""
    file = tmp_path_factory.mktemp("migrated") / "agent.sqlite"
    open_database(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """A migrated database that tests use in turn, emptied after each.

    A new one would be a thousand files.
    """
    url = postgres.new_database()
    open_database(url).dispose()
    return url


@pytest.fixture
def engine(sqlite_url: str, migrated_sqlite: Path) -> Iterator[Engine]:
    """A migrated SQLite database."""
    shutil.copyfile(migrated_sqlite, sqlite_url.removeprefix("sqlite:///"))
    opened = connect(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A migrated database of either kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    opened = connect(request.getfixturevalue("migrated_postgres"))
    yield opened
    with opened.begin() as conn:
        conn.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
    opened.dispose()


@pytest.fixture
def vault() -> Vault:
    """A vault with a fresh key."""
    return Vault(os.urandom(32))
