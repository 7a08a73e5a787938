"""`sc-agent backup` and `restore`: the database in one file."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from agent.actions.restored import NewEpoch, begin_epoch
from agent.cli import context
from agent.cli.output import now, say, warn
from agent.cli.output_file import STANDARD_OUTPUT, open_binary_output
from agent.errors import ConfigurationError, UsageError
from agent.settings.files import require_believed
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.copies import (
    checked_copy,
    copy_database,
    count_accounts,
    engine_file,
    remove_database,
    taken_copy,
)
from agent.store.database.engine import database_url, open_database, parse_url, reading, stamp_data_dir, writing
from agent.store.database.handles import URL
from agent.store.database.moving import move_rows
from agent.store.outbox.sequence import last_sequence, number_events
from agent.worker.data_lock import only_daemon

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.", show_default=False)]


def backup(file: File) -> None:
    """Write the database into one file, also while the daemon runs.

    The vault key is not part of it and must be kept somewhere else; neither is worth anything without the other.
    """
    settings = context.settings()
    database = _database(settings, instead="pg_dump")
    source = _file_of(database)
    if not source.exists():
        raise ConfigurationError(f"there is no database {source} to back up; set SC_AGENT_DATA_DIR")
    _require_other(file, source)
    with taken_copy(source) as copy, open_binary_output(file, what="backup") as into:
        with copy.open("rb") as whole:
            shutil.copyfileobj(whole, into)
        into.flush()
        with suppress(OSError):  # what is no regular file has nothing to be kept
            os.fsync(into.fileno())
    if file != STANDARD_OUTPUT:
        say(f"{file} holds the database; keep the vault key somewhere else, it is not part of it")


def restore(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a database that holds accounts.")] = False,
    moved: Annotated[
        bool,
        typer.Option(
            "--moved",
            help="Restore into an empty PostgreSQL database; the daemon was stopped before the backup was made.",
        ),
    ] = False,
) -> None:
    """Go on from a backup. The daemon must be stopped.

    What happened since the backup is not known: no password is typed before 'accounts release' or a new secret, open
    operations end, every account is first looked at, and events get numbers that no reader has seen.
    """
    settings = context.settings()
    if moved:
        return _move(file, settings)
    database = _database(settings, instead="pg_restore, or --moved for a backup of SQLite")
    target = _file_of(database)
    require_believed(file, what="the backup")
    if not file.is_file():
        raise UsageError(f"there is no backup {file}")
    _require_other(file, target)
    context.make_data_dir(settings)
    with only_daemon(database):
        if (count := count_accounts(target)) and not replace:
            raise UsageError(
                f"the database {target} holds {count} accounts; pass --replace to give them up for the backup"
            )
        with checked_copy(file, beside=target) as copy:
            epoch = _prepare(copy, settings, published=_published(database))
            remove_database(engine_file(target))  # its tickets say nothing about a restored database
            copy_database(copy, target)
    say(f"restored from {file}: {epoch.due} accounts are due now, {epoch.ended} open operations ended")
    if epoch.doubted:
        warn(f"{epoch.doubted} passwords are typed only after 'sc-agent accounts release ID' or a new secret")
    return None


def _move(file: Path, settings: Settings) -> None:
    """Go on from SQLite in PostgreSQL.

    Nothing has happened since the backup, so all that is known stays known.
    """
    context.require_place(settings)
    url = database_url(settings)
    if parse_url(url).get_backend_name() == "sqlite":
        raise UsageError("--moved is for an empty PostgreSQL database: set SC_AGENT_DATABASE_URL=postgresql://...")
    require_believed(file, what="the backup")
    if not file.is_file():
        raise UsageError(f"there is no backup {file}")
    context.make_data_dir(settings)
    with checked_copy(file, beside=settings.data_dir / "agent.sqlite") as copy:
        source, target = open_database(f"sqlite:///{copy}"), open_database(url)
        try:
            with writing(target) as conn:
                rows = move_rows(source, conn)
            with reading(target) as conn:
                count = len(accounts.list_all(conn))
        finally:
            source.dispose()
            target.dispose()
    say(f"moved from {file}: {count} accounts, {rows} rows; never start a daemon on the SQLite file again")


def _prepare(copy: Path, settings: Settings, *, published: int) -> NewEpoch:
    engine = open_database(f"sqlite:///{copy}")  # brings the schema up, refuses one that is newer
    try:
        stamp_data_dir(engine, signs=settings.rehearsal_signs)
        with writing(engine) as conn:
            return begin_epoch(conn, published=published, now=now())
    finally:
        engine.dispose()


def _published(database: URL) -> int:
    """The highest number of an event of the database that is to be replaced.

    0 when there is none.
    """
    if not count_accounts(_file_of(database)):
        return 0
    engine = open_database(database.render_as_string(hide_password=False))
    try:
        number_events(engine)
        with reading(engine) as conn:
            return last_sequence(conn)
    finally:
        engine.dispose()


def _database(settings: Settings, *, instead: str) -> URL:
    context.require_place(settings)
    database = parse_url(database_url(settings))
    if database.get_backend_name() != "sqlite":
        raise ConfigurationError(f"the database is PostgreSQL: use {instead}, as its own documentation says")
    return database


def _file_of(database: URL) -> Path:
    if not database.database or database.database == ":memory:":
        raise ConfigurationError("SC_AGENT_DATABASE_URL names no file; expected sqlite:///FILE")
    return Path(database.database)


def _require_other(file: Path, database: Path) -> None:
    own = {database.with_name(database.name + side).resolve() for side in ("", "-wal", "-shm", ".lock")}
    if file.resolve() in own:
        raise UsageError(f"{file} is the database itself; name another file")
