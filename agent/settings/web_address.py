"""Where the web role of this data directory listens.

For commands on the same machine; port 0 is known only then.
"""

from __future__ import annotations

import os
from pathlib import Path

from agent.settings.model import Settings

NAME = "web-address"  # of the file in the data directory
_LONGEST = 100


def note_address(settings: Settings, address: str) -> None:
    """Write down the address listened on, as `host:port`."""
    file = _file(settings)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as stream:
        stream.write(address)


def forget_address(settings: Settings) -> None:
    """Forget it when nothing listens any more."""
    _file(settings).unlink(missing_ok=True)


def noted_address(settings: Settings) -> str | None:
    """The address a daemon of this data directory listens on; None where none does."""
    try:
        return _file(settings).read_text(encoding="ascii")[:_LONGEST] or None
    except (OSError, ValueError):
        return None


def _file(settings: Settings) -> Path:
    return settings.data_dir / NAME
