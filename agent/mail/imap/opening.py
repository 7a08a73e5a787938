"""A folder that a connection has open, and how it is opened."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import Client, IMAPClientError, Selected
from agent.mail.imap.failures import FolderMissingError


@dataclass(slots=True)
class Opening:
    """The folder that a connection has open."""

    client: Client
    folder_id: int
    selected: Selected
    since: float = field(default_factory=time.monotonic)


def open_folder(client: Client, name: str) -> Selected:
    """Open a folder read-only.

    Raises:
        FolderMissingError: the server says NO, and not for now only; the connection is good.
    """
    try:
        return client.examine(name)
    except client.AbortError:
        raise
    except IMAPClientError as err:
        if is_passing(str(err)):
            raise
        raise FolderMissingError(f"folder {name} cannot be opened: {err}") from err
