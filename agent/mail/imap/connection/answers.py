"""What a server's refusal means.

By its response code (RFC 5530, RFC 3206) first, by its words where it has none.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"\[([A-Za-z][A-Za-z0-9/_-]{1,40})")
_PASSING = frozenset(
    {
        "UNAVAILABLE",  # a part of the server is down
        "INUSE",  # another session has the mailbox
        "IN-USE",
        "LIMIT",  # too many of something, connections for example
        "SERVERBUG",
        "OVERQUOTA",  # Gmail: of commands or bandwidth
        "THROTTLED",
        "SYS/TEMP",
        "LOGIN-DELAY",
        "EXPUNGEISSUED",
    }
)
_LASTING = frozenset(
    {
        "AUTHENTICATIONFAILED",
        "AUTHORIZATIONFAILED",
        "EXPIRED",
        "PRIVACYREQUIRED",
        "CONTACTADMIN",
        "NOPERM",
        "NONEXISTENT",
        "CANNOT",
        "AUTH",
        "SYS/PERM",
    }
)
_PASSING_WORDS = (
    "temporar", "unavailable", "not available", "throttl", "too many", "bandwidth", "rate limit", "limit exceeded",
    "maximum number", "try later", "again later", "in use", "timed out", "socket error", "closed the connection",
    "busy", "overload", "maintenance", "internal error", "shutting down",
)  # fmt: skip
_WEAK_WORD = "try again"  # also the answer to a wrong password
_LASTING_WORDS = ("invalid", "incorrect", "wrong", "credential", "password", "authentication failed", "denied")


def is_passing(text: str) -> bool:
    """Whether waiting may help against a refusal with this text."""
    for code in _CODE.findall(text):
        if code.upper() in _PASSING:
            return True
        if code.upper() in _LASTING:
            return False
    lowered = text.lower()
    if any(word in lowered for word in _PASSING_WORDS):
        return True
    return _WEAK_WORD in lowered and not any(word in lowered for word in _LASTING_WORDS)
