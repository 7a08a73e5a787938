"""How a mailbox can fail, and the fate of each family.

What is shown, how long to wait, whether to raise an alarm.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import StrEnum

from agent.errors import AgentError, ConfigurationError
from agent.mail.imap.connection.auth import is_login_refused
from agent.mail.imap.connection.client import Client
from agent.mail.trust.headers import plain_line

ALARM_DOWN_AFTER = 300.0  # seconds


class ConnectionState(StrEnum):
    """How a mailbox's connection stands; stored in `folders.state`."""

    UP = "up"
    DOWN = "down"  # network, server, half-open: back-off
    AUTH_FAILED = "auth_failed"  # who we say we are was refused
    CONFIG = "config"  # the account has no such mailbox, or a setting is wrong
    CERTIFICATE = "certificate"  # never weakened
    FOLDER_MISSING = "folder_missing"  # never made by us
    PASSIVE = "passive"  # another process watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure, sorted.

    `wait` None: capped exponential back-off, the first retry at once.
    """

    link: ConnectionState
    text: str
    wait: float | None = None
    alarm: bool = False
    new_token: bool = False


class FolderMissingError(Exception):
    """A watched folder cannot be opened."""


def classify(error: BaseException, *, farewell: str = "") -> Failure:
    """Sort an error; `farewell` is what the server said when it closed."""
    text = plain_line(f"{_told(error)} {farewell}".strip())
    lowered = text.lower()
    if "accesstokenexpired" in lowered:
        return Failure(link=ConnectionState.DOWN, text=text, wait=0.0, new_token=True)
    if "authenticated but not connected" in lowered:
        return Failure(link=ConnectionState.CONFIG, text=text, wait=900.0, alarm=True)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(link=ConnectionState.CERTIFICATE, text=text, wait=300.0, alarm=True)
    if isinstance(error, ConfigurationError):
        return Failure(link=ConnectionState.CONFIG, text=text, wait=900.0, alarm=True)
    if isinstance(error, FolderMissingError):
        return Failure(link=ConnectionState.FOLDER_MISSING, text=text, wait=60.0, alarm=True)
    if isinstance(error, Exception) and is_login_refused(error):
        return Failure(link=ConnectionState.AUTH_FAILED, text=text, wait=300.0, alarm=True, new_token=True)
    return Failure(link=ConnectionState.DOWN, text=text)


def _told(error: BaseException) -> str:
    """Our own sentences as they are.

    Of others' the class too, because some texts are empty, and a server's bytes as text.
    """
    if isinstance(error, AgentError):
        return str(error)
    said = str(error)
    if said[:2] in ("b'", 'b"') and said[-1:] == said[1]:
        said = said[2:-1]
    return f"{type(error).__name__}: {said}"


def is_connection_lost(error: BaseException) -> bool:
    """Whether the connection is of no use any more.

    Whatever else goes wrong is the matter of one command: the answer was read to its end, whether it was a refusal or
    not what we can parse.
    """
    return isinstance(error, Client.AbortError | OSError) or not isinstance(error, Exception)
