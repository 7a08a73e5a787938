"""`exec://name/path`: a program of the settings prints the secret as JSON.

It gets an argument list and never a shell, an empty environment, five seconds, and the path as its last argument.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from agent.errors import ConfigurationError, UsageError
from agent.secret_stores.reference import Reference, StoreDeniedError, StoreUnavailableError
from agent.settings.groups.operation import SecretsSettings

_SECONDS = 5.0
_MOST = 100_000  # bytes of an answer
_DENIED = 77  # EX_NOPERM of sysexits.h: the program says that it is refused


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Run the program: `{"password", "totp_secret", "version"}` on standard output.

    Exit 77 means that it is refused.

    Raises:
        ConfigurationError: no program of this name is in SECRETS__EXEC.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    command = settings.exec.get(reference.name)
    if not command:
        raise ConfigurationError(f"{reference}: SECRETS__EXEC names no program {reference.name!r}")
    try:
        ended = subprocess.run(
            [*command, *([reference.path] if reference.path else [])],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as err:
        raise StoreUnavailableError(f"{reference}: the program took longer than {_SECONDS:g} s") from err
    except OSError as err:
        raise StoreUnavailableError(f"{reference}: the program cannot be started ({err.strerror})") from err
    if ended.returncode == _DENIED:
        raise StoreDeniedError(f"{reference}: the program says that it is refused")
    if ended.returncode != 0:
        raise StoreUnavailableError(f"{reference}: the program ended with {ended.returncode}")
    return _parsed(reference, ended.stdout)


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Refuse: a program is asked only.

    Raises:
        UsageError: always.
    """
    raise UsageError(f"{reference} can be read only")


def _parsed(reference: Reference, printed: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(printed) if len(printed) <= _MOST else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise StoreUnavailableError(f"{reference}: the program printed no JSON object")
    return fields
