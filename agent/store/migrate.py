"""Schema migrations: run at start, under a lock, forward only."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from agent.errors import ConfigurationError

_LOCK = 0x5C_A6_E7  # the same number in every process


def migrate(engine: Engine) -> None:
    """Bring the schema to this program's version; does nothing when it is there already.

    Raises:
        ConfigurationError: the schema was made by a newer program.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    if current_revision(engine) == scripts.get_current_head():
        return
    with engine.begin() as conn:
        if engine.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _refuse_newer(conn, scripts)
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def current_revision(engine: Engine) -> str | None:
    """The revision the database stands at; None when it is empty."""
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def _refuse_newer(conn: Connection, scripts: ScriptDirectory) -> None:
    found = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"the database has schema {found}, which this program does not know (its newest is {scripts.get_current_head()}); "
            "it was used by a newer version: install that one"
        )
