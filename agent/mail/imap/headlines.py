"""What a server tells of folders and messages, read leniently.

What is not as it should be is None, not an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_MOST_BYTES = 2**63 - 1  # RFC 9051 9: number64; what is more, no database takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A folder as EXAMINE showed it; some servers (Courier) do not say uidnext."""

    uidvalidity: int
    exists: int
    uidnext: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What is fetched of every new message before anything else.

    None is what did not come, or not as it should.
    """

    uid: int
    size: int | None
    arrived_at: datetime | None
    header: bytes | None


def is_asked_for(item: bytes) -> bool:
    """Whether an item of an answer is one of a headline.

    Servers tell of flags in passing, by number instead of UID.
    """
    return item in (b"RFC822.SIZE", b"INTERNALDATE") or item.startswith(b"BODY[")


def headline_of(uid: int, data: dict[bytes, Any]) -> Headline:
    """The headline in the answer to a FETCH."""
    size = data.get(b"RFC822.SIZE")
    header = bytes_of(data, b"BODY[HEADER]")
    return Headline(
        uid=uid,
        size=size if isinstance(size, int) and 0 <= size <= _MOST_BYTES else None,
        arrived_at=_in_utc(data.get(b"INTERNALDATE")),
        header=header if header and header.strip() else None,
    )


def bytes_of(data: dict[bytes, Any], item: bytes) -> bytes | None:
    """The bytes of an item, wherever they begin.

    None for NIL and for what is no string.
    """
    return next((value for key, value in data.items() if key.startswith(item) and isinstance(value, bytes)), None)


def _in_utc(value: object) -> datetime | None:
    """A time that can be stored; a date that does not exist in UTC is none."""
    if not isinstance(value, datetime):
        return None
    try:
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
