"""The ways the seed of one-time codes is written.

As given, bare, in lower case, in groups, in an otpauth address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

_IN_ADDRESS = re.compile(r"[?&]secret=([^&#]*)", re.IGNORECASE)
_GROUP = 4  # as authenticator pages print it


def seed_forms(given: str) -> Iterator[str]:
    """Yield every way to write this seed, given in Base32 (grouped or not) or as an `otpauth://` address."""
    yield given
    address = _IN_ADDRESS.search(given)
    bare = "".join(char for char in (unquote(address[1]) if address else given) if char.isalnum()).upper()
    for letters in (bare, bare.lower()):
        groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
        for between in ("", " ", "-", "\xa0"):
            yield between.join(groups)
