"""The key of the web role.

What API keys, cursors, tokens and webhook secrets are derived from.
"""

from __future__ import annotations

import hashlib
import hmac

from agent.errors import ConfigurationError
from agent.settings.model import Settings
from agent.store.vault.keys import Vault, configured_key, parse_key


class WebKey:
    """The 32 bytes of the web role.

    Each purpose gets a key of its own, so that what one of them signs means nothing to another.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def derive(self, purpose: str) -> bytes:
        """The 32 bytes of one purpose."""
        return hmac.digest(self._key, f"sc-agent web {purpose}".encode(), hashlib.sha256)

    def digest(self, data: bytes, *, purpose: str) -> str:
        """A keyed hash in hexadecimal, worth nothing without the key."""
        return hmac.digest(self.derive(purpose), data, hashlib.sha256).hex()

    def vault(self) -> Vault:
        """Seals what the web role itself keeps (webhook secrets)."""
        return Vault(self.derive("seal"))


def open_web_key(settings: Settings) -> WebKey:
    """The key of WEB__KEY.

    Without one it is derived from the vault key, which is enough for a single process.

    Raises:
        ConfigurationError: neither is at hand, or one is not 32 bytes in URL-safe Base64.
    """
    if settings.web.key is not None:
        return WebKey(parse_key(settings.web.key.get_secret_value(), source="SC_AGENT_WEB__KEY"))
    try:
        key = configured_key(settings)
    except ConfigurationError as err:
        raise ConfigurationError(
            "no key of the web role is set; set SC_AGENT_WEB__KEY to 32 random bytes in URL-safe Base64, for example "
            "from 'sc-agent vault key'"
        ) from err
    return WebKey(hmac.digest(key, b"sc-agent web key", hashlib.sha256))
