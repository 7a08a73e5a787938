"""A reference to a secret: `vault://mount/path` or `exec://name/path`, and how it can fail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.errors import AgentError, Exit, UsageError

_REFERENCE = re.compile(r"(?P<scheme>[a-z][a-z-]*)://(?P<name>[A-Za-z0-9][\w.-]*)(?:/(?P<path>[\w./@+=-]+))?")
SCHEMES = ("exec", "vault")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a secret is kept. `name` is the mount, or the program of the settings; `path` is what it is asked for."""

    scheme: str
    name: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.name}" + (f"/{self.path}" if self.path else "")


class StoreError(AgentError):
    """A store did not give a secret. Never a password attempt: nothing was typed."""

    code = "secret_store_unavailable"
    exit_code = Exit.ENVIRONMENT


class StoreUnavailableError(StoreError):
    """It cannot be reached, takes too long, or answers what cannot be read."""


class StoreDeniedError(StoreError):
    """It refuses us, or has no such secret."""

    code = "secret_store_denied"


def parse_reference(text: str) -> Reference:
    """Read a reference.

    Raises:
        UsageError: it is none, or its store is not supported.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None or any(part in ("", ".", "..") for part in (found["path"] or "x").split("/")):
        raise UsageError("expected a reference such as vault://secret/accounts/A1 or exec://name/A1")
    if found["scheme"] not in SCHEMES:
        raise UsageError(
            f"{found['scheme']}:// is not supported; expected {' or '.join(f'{each}://' for each in SCHEMES)}. exec:// runs any "
            "store's own program (SECRETS__EXEC)"
        )
    if found["scheme"] == "vault" and not found["path"]:
        raise UsageError("expected the path of the secret below the mount, such as vault://secret/accounts/A1")
    return Reference(scheme=found["scheme"], name=found["name"], path=found["path"] or "")
