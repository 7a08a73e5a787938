"""What every command is wired from: settings, database, vault, and how errors end a command."""

from __future__ import annotations

import sys
import traceback
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from agent.errors import AgentError, ConfigurationError, Exit
from agent.printable import one_line
from agent.settings.load import load_settings
from agent.settings.model import Settings
from agent.settings.own_secrets import forget_environment

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from agent.store.vault.keys import Vault


@cache
def settings() -> Settings:
    """The settings of this process; their secrets are taken out of the environment, which child processes inherit.

    Raises:
        ConfigurationError: see load_settings.
    """
    loaded = load_settings()
    forget_environment(loaded)
    return loaded


def database(settings: Settings) -> Engine:
    """The migrated database in the data directory, which is made (mode 0700) and stamped if it is new."""
    from agent.store.database.engine import database_url, open_database, stamp_data_dir

    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as err:
        raise ConfigurationError(
            f"the data directory {settings.data_dir} cannot be made ({err.strerror}); set SC_AGENT_DATA_DIR"
        ) from err
    engine = open_database(database_url(settings))
    stamp_data_dir(engine, rehearsal=settings.is_rehearsal)
    return engine


def vault(settings: Settings) -> Vault:
    """The vault with the key the settings name."""
    from agent.store.vault.keys import open_vault

    return open_vault(settings)


def proven_vault(settings: Settings, engine: Engine) -> Vault:
    """The vault, once it is certain that its keys open what is stored: nothing new may be sealed with a wrong one."""
    from agent.worker.vault_check import require_right_key

    found = vault(settings)
    require_right_key(engine, found)
    return found


def quiet_logs() -> None:
    """Keep log lines off standard output, which is the command's result."""
    from agent.observe.logs import configure_logs

    configure_logs(level="ERROR", style="text")


def fail(message: str, code: Exit) -> NoReturn:
    """End the command with one line on stderr."""
    print(f"error: {one_line(message)}", file=sys.stderr)  # noqa: T201 - the contract's one clear line
    raise SystemExit(int(code))


def end_with(error: BaseException, *, debug: bool) -> NoReturn:
    """Turn any error into the contract's one line and exit code; the traceback only when asked for."""
    from flows.errors import FlowError

    if debug:
        traceback.print_exception(error)
    if isinstance(error, AgentError):
        fail(str(error), error.exit_code)
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
