"""The database: how it is opened, migrated and stamped.

SQLite for one process, PostgreSQL for many.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import NullPool

from agent.errors import ConfigurationError
from agent.settings.files import require_believed
from agent.settings.model import Settings
from agent.store.database.hooks import require_done, run_before, take_after
from agent.store.database.migrate import migrate
from agent.store.database.schema import switches

STATEMENT_TIMEOUT_MS = 15_000
# A server whose machine is gone says nothing; by the system's defaults a statement would wait for it for minutes to
# hours.
NOTICE_LOSS = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
BUSY_TIMEOUT_MS = 10_000
_STAMP = "rehearsal_stamp"
_READ_ONLY = {"sc_agent_read_only": True}


def database_url(settings: Settings) -> str:
    """The URL of the settings, or the SQLite file in the data directory."""
    return settings.database_url or f"sqlite:///{settings.data_dir.absolute() / 'agent.sqlite'}"


def open_database(url: str) -> Engine:
    """Connect and bring the schema up to date, under a lock.

    Raises:
        ConfigurationError: the URL is wrong, the server does not answer, or the schema is newer than this program.
    """
    engine = connect(url)
    try:
        migrate(engine)
    except DatabaseError as err:
        engine.dispose()
        raise ConfigurationError(
            f"the database {shown_url(engine.url)} cannot be used: {_first_line(err)}; {_what_to_do(engine.url)}"
        ) from err
    except BaseException:
        engine.dispose()
        raise
    return engine


def _what_to_do(url: sa.URL) -> str:
    if url.get_backend_name() == "postgresql":
        return "start the server, or correct SC_AGENT_DATABASE_URL"
    folder = Path(url.database or ".").parent
    if folder.is_dir() and not os.access(folder, os.W_OK):
        return f"{folder} cannot be written by this user: run as the user that made it, or make it writable"
    return "restore it from a backup, or set SC_AGENT_DATA_DIR to where the data are"


def shown_url(url: sa.URL) -> str:
    """The address without what may be a secret: its password and all parameters."""
    return url.set(password=None, query={}).render_as_string()


def connect(url: str) -> Engine:
    """An engine with our settings, without looking at the schema.

    Raises:
        ConfigurationError: the URL is neither SQLite nor PostgreSQL.
    """
    parsed = parse_url(url)
    match parsed.get_backend_name():
        case "sqlite":
            engine = _connect_sqlite(parsed)
        case "postgresql":
            engine = _connect_postgres(parsed)
        case other:
            raise ConfigurationError(
                f"SC_AGENT_DATABASE_URL names {other}; expected sqlite:///FILE or postgresql://..."
            )
    event.listen(engine, "commit", require_done)
    return engine


def connect_apart(engine: Engine) -> Connection:
    """A connection to PostgreSQL of its own, outside of the pool.

    Each of its statements is a transaction.

    For one thread at a time; the caller that opens it closes it.
    """
    apart = _connect_postgres(engine.url, poolclass=NullPool, pool_pre_ping=False)
    return apart.connect().execution_options(isolation_level="AUTOCOMMIT")


def parse_url(url: str) -> sa.URL:
    """The parts of a database's address; nothing is opened.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return sa.make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is no ArgumentError; their words repeat a part of it
        raise ConfigurationError(
            "SC_AGENT_DATABASE_URL is not a database URL; expected sqlite:///FILE or postgresql://..."
        ) from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write.

    On SQLite it takes the write lock at once, so what it reads stays true until it commits. Its hooks are run: the
    events of what it changed are written with it.
    """
    with engine.begin() as conn:
        yield conn
        run_before(conn)
        told = take_after(conn)
    for action in told:
        action()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads; never waits for a writer."""
    with engine.execution_options(**_READ_ONLY).begin() as conn:
        yield conn


def stamp_data_dir(engine: Engine, *, signs: Sequence[str]) -> None:
    """Mark the data as rehearsal or production at first use.

    Refuse the other kind for ever.

    `signs` are the settings that only a rehearsal has; none: production.

    Raises:
        ConfigurationError: the data were made under the other kind of settings.
    """
    wanted = "rehearsal" if signs else "production"
    with writing(engine) as conn:
        found = conn.scalar(sa.select(switches.c.value).where(switches.c.name == _STAMP))
        if found is None:
            conn.execute(switches.insert().values(name=_STAMP, value=wanted, at=datetime.now(UTC)))
        elif found != wanted:
            raise ConfigurationError(
                f"these data were made in {found}, but the settings say {wanted} "
                f"({', '.join(signs) or 'no rehearsal setting'}); use another SC_AGENT_DATA_DIR or database, "
                "or remove what is left of the rehearsal"
            )


def _connect_sqlite(url: sa.URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigurationError("SC_AGENT_DATABASE_URL names no file; expected sqlite:///FILE")
    file = Path(url.database)
    if not file.parent.is_dir():
        raise ConfigurationError(f"the directory of the database {file} does not exist")
    if not file.exists():
        try:
            file.touch(mode=0o600)
        except OSError as err:
            raise ConfigurationError(
                f"the database {file} cannot be made ({err.strerror}); set SC_AGENT_DATA_DIR to a writable directory"
            ) from err
    require_believed(file, what="the database")
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"), hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; the driver's own BEGIN comes too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN" if conn.get_execution_options().get("sc_agent_read_only") else "BEGIN IMMEDIATE")


def _connect_postgres(url: sa.URL, **pool: Any) -> Engine:
    options = (
        f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
    )
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        **(pool or {"pool_pre_ping": True, "pool_size": 10}),
        connect_args={"options": options, "connect_timeout": 10, **NOTICE_LOSS},
    )


def _first_line(err: Exception) -> str:
    return str(getattr(err, "orig", err)).strip().splitlines()[0]
