"""A message's header block, split exactly as DKIM splits it and refused where another parser might see other headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header
from email.utils import parsedate_to_datetime

MAX_HEADER_BLOCK = 64 * 1024
MAX_ADDRESS_HEADER = 2048
MAX_HEADERS = 300
# Those a second copy of could make two readers see two different messages.
SINGLE = frozenset(
    {
        "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
    }
)  # fmt: skip

_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:")
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_ADDRESS = rf"{_LOCAL}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,8}}"
_BARE = re.compile(rf"\s*({_ADDRESS})\s*")
_NAMED = re.compile(rf'\s*(?:"(?:[^"\\]|\\.)*"|[^"<>,;:@\\]*)\s*<({_ADDRESS})>\s*')


class HeaderError(Exception):
    """The header block cannot be trusted to mean one thing; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Headers:
    """Names in lower case with their unfolded values, top first."""

    fields: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Every value of a header, top first."""
        return [value for known, value in self.fields if known == name]

    def one(self, name: str) -> str | None:
        """The value of a header that stands once, else None."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def repeated(self) -> list[str]:
        """The headers that may stand once and stand more often."""
        return sorted(name for name in SINGLE if len(self.all(name)) > 1)


def parse_headers(raw: bytes) -> Headers:
    """Split the header block of a message.

    Raises:
        HeaderError: too long, a NUL or a bare carriage return, a line that is no header.
    """
    block = _block(raw)
    if len(block) > MAX_HEADER_BLOCK:
        raise HeaderError("header_too_big", f"the header block is longer than {MAX_HEADER_BLOCK} bytes")
    if b"\0" in block or re.search(rb"\r(?!\n)", block):
        raise HeaderError("header_malformed", "the header block holds a NUL or a bare carriage return")
    fields: list[tuple[str, bytes]] = []
    for line in re.split(rb"\r?\n", block):
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, value + b" " + line.strip())
        elif match := _NAME.match(line):
            fields.append((match.group(1).decode("ascii").lower(), line[match.end() :].strip()))
        elif line:
            raise HeaderError("header_malformed", "the header block holds a line that is no header")
    if len(fields) > MAX_HEADERS:
        raise HeaderError("header_too_big", f"the message has more than {MAX_HEADERS} headers")
    return Headers(tuple((name, value.decode("utf-8", "surrogateescape")) for name, value in fields))


def parse_address(value: str | None) -> str | None:
    """The one address of an address header, domain and local part in lower case; None when it is not plainly one."""
    if value is None or len(value) > MAX_ADDRESS_HEADER:
        return None
    match = _BARE.fullmatch(value) or _NAMED.fullmatch(value)
    return match.group(1).lower() if match else None


def parse_date(value: str | None) -> datetime | None:
    """An aware UTC time from a Date header, None when it is none."""
    if value is None or len(value) > 100:
        return None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (when.replace(tzinfo=UTC) if when.tzinfo is None else when).astimezone(UTC)


def readable(value: str | None, *, limit: int = 300) -> str:
    """A header for people to read: decoded, without control characters, cut to `limit`. Written by whoever wrote the
    mail.
    """
    text = (value or "")[:1000]
    try:
        parts = [
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(text)
        ]
        text = "".join(parts)
    except (LookupError, ValueError):
        pass
    text = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


def _block(raw: bytes) -> bytes:
    end = re.search(rb"\r?\n\r?\n", raw[: MAX_HEADER_BLOCK + 4])
    if end:
        return raw[: end.start()]
    return raw[: MAX_HEADER_BLOCK + 1]
