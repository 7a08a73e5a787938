"""A reference to a secret, and how reading one can fail.

Such as `vault://mount/path` or `aws-sm://name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.errors import AgentError, Exit, UsageError

_REFERENCE = re.compile(
    r"(?P<scheme>[a-z][a-z0-9-]*)://(?P<name>[A-Za-z0-9][\w.:-]*)(?:/(?P<path>[\w./@+=-]+))?(?:#(?P<field>[\w.@-]+))?"
)
_ARN = re.compile(r"arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w.-]+")
_EXAMPLES = {  # by scheme; each that names no path gives it below `name`
    "aws-sm": "aws-sm://accounts/A1 or aws-sm://arn:aws:secretsmanager:...",
    "azure-kv": "azure-kv://vault/secret",
    "exec": "exec://name/A1",
    "gcp-sm": "gcp-sm://project/secret",
    "op": "op://vault/item",
    "vault": "vault://secret/accounts/A1",
}
SCHEMES = tuple(_EXAMPLES)
WRITABLE = tuple(scheme for scheme in SCHEMES if scheme != "exec")
_ONE_PART = ("azure-kv", "gcp-sm", "op")  # their path is one name
_WHOLE = ("exec", "op")  # they give fields already; there is none inside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a secret is kept.

    `name` is the mount, vault, project, the program of the settings, or for AWS the first part of the secret's name or
    its ARN; `path` is what is asked for below it; `field` is the member that holds the two, where it is not the whole.
    """

    scheme: str
    name: str
    path: str
    field: str = ""

    def __str__(self) -> str:
        whole = f"{self.scheme}://{self.name}" + (f"/{self.path}" if self.path else "")
        return f"{whole}#{self.field}" if self.field else whole

    @property
    def store(self) -> str:
        """What fails together: a mount, a vault, a project, a program; AWS as a whole."""
        return self.scheme if self.scheme == "aws-sm" else f"{self.scheme}://{self.name}"


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
    scheme, path, field = found["scheme"], found["path"] or "", found["field"] or ""
    if scheme not in SCHEMES:
        raise UsageError(
            f"{scheme}:// is not supported; expected {' or '.join(f'{each}://' for each in SCHEMES)}. exec:// runs any "
            "store's own program (SECRETS__EXEC)"
        )
    is_misshapen = (
        (":" in found["name"] and (scheme != "aws-sm" or _ARN.fullmatch(found["name"]) is None))
        or (scheme not in ("aws-sm", "exec") and not path)
        or (scheme in _ONE_PART and "/" in path)
        or (scheme in _WHOLE and field)
    )
    if is_misshapen:
        raise UsageError(f"expected a reference such as {_EXAMPLES[scheme]}")
    return Reference(scheme=scheme, name=found["name"], path=path, field=field)
