"""Opaque cursors: where a page ended, signed.

What comes back is what was given out.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json

from agent.store.api.web_key import WebKey
from agent.web.http.problems import Problem, invalid

_MAC_BYTES = 12
_PURPOSE = "cursor"
_LONGEST = 500


def encode(web_key: WebKey, kind: str, place: str) -> str:
    """A cursor for a list of this kind."""
    data = json.dumps([kind, place]).encode()
    return base64.urlsafe_b64encode(_mac(web_key, data) + data).decode().rstrip("=")


def decode(web_key: WebKey, kind: str, cursor: str | None) -> str | None:
    """The place that a cursor stands for; None stays None.

    Raises:
        Problem: 422, it is none of ours, or of another list.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _refused() from None
    mac, data = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if len(cursor) > _LONGEST or not hmac.compare_digest(mac, _mac(web_key, data)):
        raise _refused()
    found, place = json.loads(data)
    if found != kind:
        raise _refused()
    return str(place)


def _mac(web_key: WebKey, data: bytes) -> bytes:
    return bytes.fromhex(web_key.digest(data, purpose=_PURPOSE))[:_MAC_BYTES]


def _refused() -> Problem:
    return invalid("The cursor is none of this list; begin again without one.", pointer="/query/cursor")
