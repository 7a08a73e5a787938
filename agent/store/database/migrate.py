"""Schema migrations: run at start, under a lock, forward only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 0x5C_A6_E7  # the same number in every process


def migrate(engine: Engine) -> None:
    """Bring the schema to this program's version.

    Does nothing when it is there already.

    Raises:
        ConfigurationError: the schema was made by a newer program.
    """
    if current_revision(engine) != newest_revision():
        _upgrade(engine)


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
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with engine.begin() as conn:
        if engine.dialect.name == "postgresql":
            conn.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        _refuse_newer(conn, ScriptDirectory.from_config(config))
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def _refuse_newer(conn: Connection, scripts: ScriptDirectory) -> None:
    from alembic.runtime.migration import MigrationContext

    found = MigrationContext.configure(conn).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"the database has schema {found}, which this program does not know (its newest is {newest_revision()}); "
            "it was used by a newer version: install that one"
        )
