"""A message's header block, split once for every reader.

It is refused where another parser might see other
headers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.utils import parsedate_to_datetime

MAX_HEADER_BLOCK = 64 * 1024
MAX_HEADERS = 300
# Those a second copy of could make two readers see two different messages.
SINGLE = frozenset(
    {
        "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition",
    }
)  # fmt: skip

_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]+)([ \t]*):")
_MBOX = re.compile(rb">?From [^\r\n]*\r?\n")  # what an mbox writes above each message (RFC 4155)
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")  # RFC 2047 6.2: not a part of the text
_LEAP_SECOND = re.compile(r"(\d{1,2}:\d{2}):60\b")


class HeaderError(Exception):
    """The header block cannot be trusted to mean one thing; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Headers:
    """Names in lower case with their unfolded values, top first.

    `raw` holds the same fields as bytes for DKIM: the name without blanks, the value with its folds, ending in CRLF.
    `spaced` names those with a blank before the colon (RFC 5322 4.5), which not every parser takes for headers.
    """

    fields: tuple[tuple[str, str], ...]
    raw: tuple[tuple[bytes, bytes], ...] = ()
    spaced: frozenset[str] = frozenset()

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


def parse_message(raw: bytes) -> tuple[Headers, bytes]:
    """Split a message into its headers and its body.

    The line of an mbox ahead of them is left out.

    Raises:
        HeaderError: too long, a NUL or a bare carriage return, a line that is no header.
    """
    if mbox := _MBOX.match(raw):
        raw = raw[mbox.end() :]
    block, body = _split(raw)
    return _parse(block), body


def parse_part(raw: bytes) -> tuple[Headers, bytes]:
    """Split a part of a multipart body, which may begin with the blank line.

    Raises:
        HeaderError: as `parse_message`.
    """
    block, body = _split(raw)
    return _parse(block), body


def parse_date(value: str | None) -> datetime | None:
    """An aware UTC time from a Date header, None when it is none.

    A leap second is the one before it.
    """
    if value is None or len(value) > 200:
        return None
    try:
        when = parsedate_to_datetime(_LEAP_SECOND.sub(r"\1:59", value))
        return (when.replace(tzinfo=UTC) if when.tzinfo is None else when).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def readable(value: str | None, *, limit: int = 300) -> str:
    """A header for people to read.

    Decoded, without control characters, cut to `limit`. Its text is the sender's. A malformed encoded word is
    shown as it is (RFC 2047 6.3).
    """
    text = _BETWEEN_WORDS.sub("", (value or "")[:1000])
    return plain_line(_WORD.sub(lambda match: _decoded(match.group()), text), limit=limit)


def plain_line(text: str, *, limit: int = 300) -> str:
    """A foreign text as one line without control characters, cut to `limit`.

    Nothing in it is decoded.
    """
    text = text[: limit * 4].encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:limit]


def _decoded(word: str) -> str:
    try:
        return "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in decode_header(word)
        )
    except (LookupError, ValueError, AssertionError, MessageError):
        return word


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and the body.

    A block that is too long comes with one byte more than is allowed.
    """
    if begins := re.match(rb"\r?\n", raw):
        return b"", raw[begins.end() :]
    if end := re.search(rb"\r?\n\r?\n", raw[: MAX_HEADER_BLOCK + 4]):
        return raw[: end.start()], raw[end.end() :]
    return raw[: MAX_HEADER_BLOCK + 1], b""


def _parse(block: bytes) -> Headers:
    if len(block) > MAX_HEADER_BLOCK:
        raise HeaderError("header_too_big", f"the header block is longer than {MAX_HEADER_BLOCK} bytes")
    if b"\0" in block or re.search(rb"\r(?!\n)", block):
        raise HeaderError("header_malformed", "the header block holds a NUL or a bare carriage return")
    names: list[bytes] = []
    lines: list[list[bytes]] = []
    spaced: set[str] = set()
    for line in re.split(rb"\r?\n", block):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1].append(line)
        elif match := _NAME.match(line):
            names.append(match.group(1))
            lines.append([line[match.end() :]])
            if match.group(2):
                spaced.add(match.group(1).decode("ascii").lower())
        elif line:
            raise HeaderError("header_malformed", "the header block holds a line that is no header")
    if len(names) > MAX_HEADERS:
        raise HeaderError("header_too_big", f"the message has more than {MAX_HEADERS} headers")
    return Headers(
        tuple((name.decode("ascii").lower(), _unfolded(found)) for name, found in zip(names, lines, strict=True)),
        tuple((name, b"".join(line + b"\r\n" for line in found)) for name, found in zip(names, lines, strict=True)),
        frozenset(spaced),
    )


def _unfolded(lines: list[bytes]) -> str:
    return b" ".join(line.strip() for line in lines).strip().decode("utf-8", "surrogateescape")
