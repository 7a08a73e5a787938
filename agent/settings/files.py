"""Which files are believed: by owner and mode, not by the place they lie in.

A user who can write a configuration file can get our secrets; a user who can write a directory above it can put
another file there. Only root and our own user may.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from agent.errors import ConfigurationError
from agent.settings.model import PREFIX, Settings

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_PLACES = ("data_dir", "evidence_dir")  # looked at when the first is opened
_HOLD_SECRETS = (
    "vault_key_file",
    "tls_key_file",
    "certificate_file",
    "service_account_file",
    "token_file",
    "credentials_file",
)
_SECRET = re.compile(r"(?i)pass|secret|token|vault_(old_)?keys?\b|database_url|web__key|notify_urls")


def require_believed(path: Path, *, what: str) -> None:
    """Refuse a file or directory that another user could have written.

    One that is not there is the reader's business.

    Raises:
        ConfigurationError: it belongs to another user, others can write it, or they can put another one in its place.
    """
    try:
        real = path.resolve(strict=True)
        if path.is_symlink():
            _require_owner(path.lstat(), f"{what} {path}")
        found = real.stat()
        _require_owner(found, f"{what} {path}")
        if found.st_mode & _OTHERS_WRITE:
            raise ConfigurationError(
                f"{what} {path} can be written by others (mode {stat.S_IMODE(found.st_mode):04o}) and is not believed; "
                f"chmod go-w {path}"
            )
        for above in {*real.parents, *path.absolute().parents} - {Path(path.anchor or "/"), Path("/")}:
            _require_place(above, f"{what} {path}")
    except OSError:
        return


def paths_of(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file that the settings name, with the name of its setting."""
    yield from _paths(settings, ())


def require_files(settings: Settings) -> Iterator[str]:
    """What is wrong with the files that the settings name, one sentence each."""
    for name, path in paths_of(settings):
        try:
            require_believed(path, what=name)
        except ConfigurationError as err:
            yield str(err)


def readable_secrets(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Files that hold a secret and that others can read.

    To be told, not refused: container platforms mount them so.
    """
    named = [path for name, path in paths_of(settings) if name.lower().endswith(_HOLD_SECRETS)]
    given = (env_file(environment, settings.data_dir), _config_of(environment))
    named += [path for path in given if path is not None and _SECRET.search(_text_of(path))]
    return [path for path in named if path.exists() and path.stat().st_mode & _OTHERS_READ]


def env_file(environment: Mapping[str, str], data_dir: Path) -> Path | None:
    """The file of variables that is read.

    The one that SC_AGENT_ENV_FILE names, else `.env` in the data directory.

    Raises:
        ConfigurationError: the named one is not there.
    """
    named = value_of(environment, "ENV_FILE")
    if named:
        if not Path(named).is_file():
            raise ConfigurationError(f"{PREFIX}ENV_FILE names {named}, which is no file; correct the path")
        return Path(named)
    beside = data_dir / ".env"
    return beside if beside.is_file() else None


def value_of(environment: Mapping[str, str], name: str) -> str | None:
    """A setting as the environment gives it, whatever the case of its name."""
    return next((value for key, value in environment.items() if key.upper() == PREFIX + name and value), None)


def _config_of(environment: Mapping[str, str]) -> Path | None:
    name = value_of(environment, "CONFIG")
    return Path(name) if name else None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _paths(value: object, where: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    match value:
        case Path() if where[-1] not in _PLACES:
            yield PREFIX + "__".join(part.upper() for part in where), value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _paths(getattr(value, name), (*where, name))
        case list():
            for part in value:
                yield from _paths(part, where)


def _require_owner(found: os.stat_result, whose: str) -> None:
    if found.st_uid not in (0, os.geteuid()):
        raise ConfigurationError(
            f"{whose} belongs to user {found.st_uid} and is not believed; it must belong to root or to user "
            f"{os.geteuid()}"
        )


def _require_place(above: Path, whose: str) -> None:
    found = above.stat()
    writers = found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and _is_of_others(found.st_gid))
    if found.st_uid not in (0, os.geteuid()) or (writers and not found.st_mode & stat.S_ISVTX):
        raise ConfigurationError(
            f"{whose} is not believed: others could put another one in its place, because {above} belongs to "
            f"them or can be written by them; chmod go-w {above}, or choose another place"
        )


def _is_of_others(group: int) -> bool:
    """Whether others than us and root are in a group, as far as the system says."""
    if group == 0:
        return False
    if group not in {os.getegid(), *os.getgroups()}:
        return True
    try:
        return bool({*grp.getgrgid(group).gr_mem} - {"root", pwd.getpwuid(os.geteuid()).pw_name})
    except KeyError:
        return False  # a number without a name, as containers have them
