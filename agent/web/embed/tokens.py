"""Embed tokens: 15 minutes, one account, one origin, read-only.

Nothing of them is stored.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.store.api.web_key import WebKey

LIFE = timedelta(minutes=15)
_PREFIX = "sce_"
_PURPOSE = "embed token"
_MAC_BYTES = 32
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedToken:
    """What a token says."""

    account_id: str
    origin: str
    key_id: str  # the API key that made it: revoking that ends this
    expires_at: datetime


def encode(web_key: WebKey, token: EmbedToken) -> str:
    """The token as it is handed out."""
    data = json.dumps([token.account_id, token.origin, token.key_id, int(token.expires_at.timestamp())]).encode()
    return _PREFIX + base64.urlsafe_b64encode(_mac(web_key, data) + data).decode().rstrip("=")


def decode(web_key: WebKey, text: str, *, now: datetime) -> EmbedToken | None:
    """What a live token says; None for anything else."""
    if len(text) > _LONGEST or not text.startswith(_PREFIX):
        return None
    body = text.removeprefix(_PREFIX)
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    mac, data = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(web_key, data)):
        return None
    account_id, origin, key_id, expires = json.loads(data)
    expires_at = datetime.fromtimestamp(expires, tz=now.tzinfo)
    if now >= expires_at:
        return None
    return EmbedToken(account_id=account_id, origin=origin, key_id=key_id, expires_at=expires_at)


def _mac(web_key: WebKey, data: bytes) -> bytes:
    return bytes.fromhex(web_key.digest(data, purpose=_PURPOSE))
