"""What every command is wired from.

Settings, database, vault, and how errors end a command.
"""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import tempfile
import traceback
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from agent.errors import AgentError, ConfigurationError, Exit
from agent.printable import one_line

MARK = ".sc-agent"  # made by `init`: a data directory that was wanted here
_DATA_DIR = "the data directory"
_EVIDENCE_DIR = "the directory of the evidence"

if TYPE_CHECKING:
    from agent.settings.model import Settings
    from agent.store.database.handles import Engine
    from agent.store.vault.keys import Vault


def who() -> str:
    """Who runs this command, as the audit log names them.

    A container may run under a number that no user has.
    """
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


@cache
def settings() -> Settings:
    """The settings of this process.

    Their secrets are taken out of the environment, which child processes inherit.

    Raises:
        ConfigurationError: see load_settings.
    """
    from agent.settings.load import load_settings  # what reads settings takes half of the time of a --help
    from agent.settings.own_secrets import forget_environment

    loaded = load_settings()
    forget_environment(loaded)
    return loaded


def database(settings: Settings, *, reads: bool = False) -> Engine:
    """The migrated database.

    A command that changes something makes one if there is none, mode 0700, and stamps it.

    A command that only `reads` makes nothing: where there is no database yet it sees an empty one, that is nowhere.

    Raises:
        ConfigurationError: the place was not named, or the database cannot be made or used.
    """
    from agent.store.database.engine import database_url, open_database, stamp_data_dir

    require_place(settings)
    if reads and is_new(settings):
        return open_database(f"sqlite:///{_nowhere()}/agent.sqlite")
    if not reads:
        make_data_dir(settings)
    engine = open_database(database_url(settings))
    stamp_data_dir(engine, signs=settings.rehearsal_signs)
    return engine


def make_data_dir(settings: Settings) -> None:
    """Make the data directory, readable by its owner alone.

    Raises:
        ConfigurationError: it cannot be made, or another user could put another one in its place.
    """
    from agent.settings.files import require_believed

    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as err:
        raise ConfigurationError(
            f"the data directory {settings.data_dir} cannot be made ({err.strerror}); set SC_AGENT_DATA_DIR"
        ) from err
    require_believed(settings.data_dir, what=_DATA_DIR)


def require_place(settings: Settings) -> None:
    """Refuse a data directory that was not named or that another user could write.

    And a place for evidence that others could write.

    The one rule for all commands and the daemon.

    `./data` below the directory in which a command happens to start counts as not named.

    Raises:
        ConfigurationError: it was neither named nor made by `init`, or others could write it.
    """
    from agent.settings.files import require_believed

    require_believed(settings.data_dir, what=_DATA_DIR)
    require_believed(settings.evidence_root, what=_EVIDENCE_DIR)
    if settings.data_dir.exists() and not settings.data_dir.is_dir():
        raise ConfigurationError(
            f"the data directory {settings.data_dir} is a file; set SC_AGENT_DATA_DIR to a directory"
        )
    is_chosen = "data_dir" in settings.model_fields_set or (settings.data_dir / MARK).exists()
    if is_new(settings) and not is_chosen:
        raise ConfigurationError(
            f"no data of the agent in {settings.data_dir.absolute()}, and SC_AGENT_DATA_DIR is not set: set it "
            "to where the data are, or begin here with 'sc-agent init'"
        )


def is_new(settings: Settings) -> bool:
    """Whether nothing was ever stored where the settings say."""
    return not settings.database_url and not (settings.data_dir / "agent.sqlite").exists()


def _nowhere() -> str:
    """A directory for an empty database, gone when the command ends."""
    directory = tempfile.mkdtemp(prefix="sc-agent-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def vault(settings: Settings) -> Vault:
    """The vault with the key the settings name."""
    from agent.store.vault.keys import open_vault

    return open_vault(settings)


def proven_vault(settings: Settings, engine: Engine) -> Vault:
    """The vault, once it is certain that its keys open what is stored.

    Nothing new may be sealed with a wrong one.
    """
    from agent.worker.vault_check import require_right_key

    found = vault(settings)
    require_right_key(engine, found)
    return found


def quiet_logs() -> None:
    """Keep log lines off standard output, which is the command's result."""
    from agent.observe.logs import configure_logs

    configure_logs(level="ERROR", style="text")


def fail(message: str, code: Exit) -> NoReturn:
    """End the command with one line on stderr.

    A secret of the settings is never part of it.
    """
    tell_error(message)
    raise SystemExit(int(code))


def tell_error(message: str) -> None:
    """Print one error as one line on stderr, without a secret of the settings."""
    from agent.cli.output import warn  # its tables take longer to load than a --help

    warn(f"error: {one_line(_without_secrets(message))}")


def _without_secrets(message: str) -> str:
    if not settings.cache_info().currsize:
        return message  # they could not be read; what is wrong with them is told without their values
    from agent.observe.redaction import Redaction
    from agent.settings.own_secrets import secret_values

    return Redaction(secret_values(settings())).redact(message)


def end_with(error: BaseException, *, debug: bool) -> NoReturn:
    """Turn any error into the contract's one line and exit code.

    The traceback only when asked for.
    """
    from flows import BrowserMissingError, FlowError

    if debug:
        from agent.cli.output import say_text

        say_text(_without_secrets("".join(traceback.format_exception(error))), err=True)
    while isinstance(error, BaseExceptionGroup):  # what ran side by side ended together: the first tells why
        error = error.exceptions[0]
    if isinstance(error, AgentError):
        fail(str(error), error.exit_code)
    if isinstance(error, BrowserMissingError):  # of this machine, whatever command needed it
        fail(str(error), Exit.ENVIRONMENT)
    if isinstance(error, FlowError):
        fail(str(error), Exit.UNCONFIRMED)
    if isinstance(error, KeyboardInterrupt):
        fail("interrupted; nothing was left half-done, run the command again", Exit.UNCONFIRMED)
    if isinstance(error, OSError) and error.strerror:
        fail(error.strerror.lower() + (f": {error.filename}" if error.filename else ""), Exit.ENVIRONMENT)
    fail(
        f"unexpected {type(error).__name__}; run again with --debug to see where it came from, and report it",
        Exit.ENVIRONMENT,
    )
