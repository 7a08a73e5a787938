"""Schema migrations: run at start, under a lock, forward only."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.errors import ConfigurationError
from agent.store.database.schema import switches
from agent.store.database.upsert import upsert

RELEASED = {"0.1.0": "0002"}  # the newest revision of each release; the last one's programs may still be at work
_NOTE = "schema_works_with"  # among the switches
_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x5C_A6_E7  # the same number in every process


def migrate(engine: Engine) -> None:
    """Bring the schema to this program's version.

    Does nothing when it is there already, or when a newer program says that its schema works with this one, too: so one
    goes back by a release.

    Raises:
        ConfigurationError: the schema was made by a newer program, and does not work with this one.
    """
    if current_revision(engine) != newest_revision():
        _upgrade(engine)


def note_compatible(conn: Connection, *, newest: str, works_with: Sequence[str]) -> None:
    """Write down whose programs a schema works with, for older ones to read.

    By their newest revisions.
    """
    value = json.dumps({"newest": newest, "works_with": list(works_with)})
    upsert(conn, switches, {"name": _NOTE}, {"value": value, "at": datetime.now(UTC)})


def compatible(conn: Connection) -> tuple[str, list[str]] | None:
    """The newest revision, and those of the programs the schema works with.

    None: not noted.
    """
    text = conn.scalar(sa.select(switches.c.value).where(switches.c.name == _NOTE))
    if text is None:
        return None
    note = json.loads(text)
    return str(note["newest"]), [str(each) for each in note["works_with"]]


def newest_revision() -> str:
    """The revision that this program knows last: `r0001_first.py` is 0001."""
    return max(script.stem[1:5] for script in (_SCRIPTS / "versions").glob("r[0-9]*.py"))


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at; None when it is empty."""
    if not sa.inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as conn:
        revision: str | None = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return revision


def _upgrade(engine: Engine) -> None:
    from alembic import command  # only when there is something to do: every command opens the database
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with _one_transaction(engine) as conn:
        scripts = ScriptDirectory.from_config(config)
        known = sorted(script.revision for script in scripts.walk_revisions())
        if _is_newer(conn, known):
            return
        is_first = MigrationContext.configure(conn).get_current_revision() is None
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
        if not is_first:  # no older program was ever at work on a new one
            last = list(RELEASED.values())[-1]
            note_compatible(conn, newest=known[-1], works_with=[each for each in known if each >= last])


@contextmanager
def _one_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other process migrates in.

    SQLite changes a table by making it anew and dropping the old one. With foreign keys enforced, dropping deletes the
    rows of every table that refers to it; they are enforced again afterwards, and looked through before the commit
    (https://sqlite.org/lang_altertable.html, section 7).
    """
    with engine.connect() as conn:
        if engine.dialect.name != "sqlite":
            with conn.begin():
                conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield conn
            return
        _enforce_references(conn, False)
        try:
            with conn.begin():
                yield conn
                if lost := conn.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise RuntimeError(
                        f"{len(lost)} rows would refer to nothing after the migration; nothing was changed"
                    )
        finally:
            _enforce_references(conn, True)


def _enforce_references(conn: Connection, is_on: bool) -> None:
    """Say so to the driver itself: within a transaction it would be ignored."""
    driver: Any = conn.connection.dbapi_connection
    driver.execute(f"PRAGMA foreign_keys={'ON' if is_on else 'OFF'}").close()


def _is_newer(conn: Connection, known: Sequence[str]) -> bool:
    """Whether a newer program made the schema, and says that it works with this one.

    Raises:
        ConfigurationError: a newer one made it, and says no such thing.
    """
    from alembic.runtime.migration import MigrationContext

    found = MigrationContext.configure(conn).get_current_revision()
    if found is None or found in known:
        return False
    note = compatible(conn)
    if note is not None and note[0] == found and known[-1] in note[1]:
        return True
    raise ConfigurationError(
        f"the database has schema {found}, which this program does not know (its newest is {known[-1]}); "
        "it was used by a newer version: install that one"
    )
