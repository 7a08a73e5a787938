"""`sc-agent init`: a first data directory with its vault key and settings."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.context import MARK
from agent.cli.output import now, say
from agent.errors import ConfigurationError, UsageError
from agent.settings.files import require_believed

_KEY, _ENV = "vault.key", ".env"
_PREFIX = "SC_AGENT_"


def init(
    data_dir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where the data will be; by default SC_AGENT_DATA_DIR, else ./data."),
    ] = None,
    imap_host: Annotated[str | None, typer.Option(metavar="HOST", help="The mailbox's server.")] = None,
    imap_username: Annotated[str | None, typer.Option(metavar="NAME", help="The mailbox's user.")] = None,
    imap_password_stdin: Annotated[
        bool, typer.Option("--imap-password-stdin", help="Read the mailbox's password from standard input.")
    ] = False,
) -> None:
    """Make a data directory with a vault key and a file of settings.

    Nothing that exists is changed, and a vault key that is set already is used. Ends with what 'sc-agent doctor' says.

    On a terminal what is missing is asked for, the password without an echo. Elsewhere what is not given is left out.
    """
    folder = (data_dir or Path(os.environ.get(f"{_PREFIX}DATA_DIR") or "data")).absolute()
    os.environ[f"{_PREFIX}DATA_DIR"] = str(folder)
    key, file = folder / _KEY, folder / _ENV
    has_key = _has_key_elsewhere(key)  # and whatever is wrong with the settings is told before anything is made
    lines = None if file.exists() else _settings(imap_host, imap_username, from_stdin=imap_password_stdin)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise ConfigurationError(f"the data directory {folder} cannot be made ({err.strerror})") from err
    require_believed(folder, what="the data directory")
    _write(folder / MARK, "made by sc-agent init\n")
    if has_key:
        say("the vault key that is set already is used; none was made")
    else:
        _tell(
            key, made=_write(key, _new_key() + "\n"), what="the vault key; keep a copy apart from backups of the data"
        )
        lines = None if lines is None else _line("VAULT_KEY_FILE", str(key)) + lines
    _tell(file, made=lines is not None and _write(file, lines), what="settings")
    who = _admin()
    say(f"{who} is admin of the console", "")
    _examine()
    say("", "next:", f"  export SC_AGENT_DATA_DIR={folder}", "  sc-agent accounts add --help", "  sc-agent run")


def _has_key_elsewhere(key: Path) -> bool:
    """Whether the settings name a vault key, and another one than `init` makes.

    Raises:
        ConfigurationError: the settings cannot be used.
    """
    from agent.settings.load import load_settings

    found = load_settings()
    return bool(found.vault_key or found.vault_keyring) or found.vault_key_file not in (None, key)


def _examine() -> None:
    """Say what `doctor` says, and what to do where something fails."""
    from agent.cli import context
    from agent.cli.operation.doctor import command as doctor

    if not doctor.tell(doctor.examine(context.settings())):
        say("mend what fails, in the file of settings above or in the environment; 'sc-agent doctor' looks again")


def _settings(host: str | None, username: str | None, *, from_stdin: bool) -> str:
    """The lines of the settings file; asked for on a terminal, otherwise as given."""
    asks = sys.stdin.isatty() and not from_stdin
    host = host or (typer.prompt("IMAP host (empty: later)", default="", show_default=False) if asks else "")
    if host:
        username = username or (typer.prompt("IMAP user name") if asks else "")
    password = sys.stdin.readline().rstrip("\r\n") if from_stdin else ""
    if host and asks:
        password = getpass.getpass("IMAP password (not shown): ")
    if from_stdin and not password:
        raise UsageError("a password was expected on standard input, there is none")
    values = {"IMAP__HOST": host, "IMAP__USERNAME": username, "IMAP__PASSWORD": password}
    return "".join(_line(name, value) for name, value in values.items() if value)


def _line(name: str, value: str) -> str:
    return f"{_PREFIX}{name}={_quoted(value)}\n"


def _quoted(value: str) -> str:
    """A value as a file of variables holds it."""
    if "\n" in value or "\r" in value:
        raise UsageError("a setting is one line")
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _admin() -> str:
    """Make the database and let the system's user into the console."""
    from agent.cli import context
    from agent.store.console import people
    from agent.store.console.people import Role
    from agent.store.database.engine import writing

    who = context.who()
    with writing(context.database(context.settings())) as conn:
        if people.find(conn, who) is None:
            people.save(conn, who, Role.ADMIN, now=now())
    return who


def _new_key() -> str:
    from agent.store.vault.keys import new_key

    return new_key()


def _write(file: Path, text: str) -> bool:
    """Write a new file, mode 0600; False where there is one."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return False
    except OSError as err:
        raise ConfigurationError(f"{file} cannot be written ({err.strerror})") from err
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as err:
        file.unlink(missing_ok=True)
        raise ConfigurationError(f"{file} cannot be written ({err.strerror})") from err
    return True


def _tell(file: Path, *, made: bool, what: str) -> None:
    say(f"{'made' if made else 'kept'} {file}: {what}")
