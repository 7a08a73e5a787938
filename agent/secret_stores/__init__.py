"""Secrets that are kept in a store outside the agent.

References, what they name, and how reading one fails.
"""

from __future__ import annotations

from agent.secret_stores.read import KeptSecret, move_secret, read_secret, require_writable
from agent.secret_stores.reference import (
    Reference,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
    parse_reference,
)

__all__ = [
    "KeptSecret",
    "Reference",
    "StoreDeniedError",
    "StoreError",
    "StoreUnavailableError",
    "move_secret",
    "parse_reference",
    "read_secret",
    "require_writable",
]
