"""The ways the seed of one-time codes is written.

As given, bare, in lower case, in groups, in an otpauth address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

_IN_ADDRESS = re.compile(r"[?&]secret=([^&#]*)", re.IGNORECASE)
_GROUP = 4  # as authenticator pages print it
_PRINTED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{4}[ \xa0-]){7,31}[A-Z2-7]{2,4}(?![A-Za-z0-9])")
_PRINTED_SMALL = re.compile(r"(?<![A-Za-z0-9])(?:[a-z2-7]{4}[ \xa0-]){7,31}[a-z2-7]{2,4}(?![A-Za-z0-9])")
_ADDRESSES = re.compile(r"otpauth(?::|%3a)[^\s\"'<>]{0,400}?secret(?:=|%3d)([A-Za-z2-7]{16,128})", re.IGNORECASE)


def seeds_in(text: str) -> Iterator[str]:
    """Yield what in a text is written as a seed, though none was registered.

    In groups or in an `otpauth://` address.
    """
    yield from _PRINTED.findall(text)
    yield from (found for found in _PRINTED_SMALL.findall(text) if any(char.isdigit() for char in found))
    yield from _ADDRESSES.findall(text)


def seed_forms(given: str) -> Iterator[str]:
    """Yield every way to write this seed: Base32, grouped or not, `otpauth://`."""
    yield given
    address = _IN_ADDRESS.search(given)
    bare = "".join(char for char in (unquote(address[1]) if address else given) if char.isalnum()).upper()
    for letters in (bare, bare.lower()):
        groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
        for between in ("", " ", "-", "\xa0"):
            yield between.join(groups)
