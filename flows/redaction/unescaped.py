"""Text with its escapes read, and where each piece of it stood.

For finding a value that is escaped in any mixture.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_LEVELS = 4  # an escaped text inside an escaped text inside an address
_TOKEN = re.compile(
    r"%u[0-9a-fA-F]{4}|(?:%[0-9a-fA-F]{2})+|&#\d{1,7};?|&#[xX][0-9a-fA-F]{1,6};?|&[A-Za-z][A-Za-z0-9]{1,30};"
    r"|\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[\"'/\\&<>]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unescaped:
    """One level of escapes read.

    `starts` are places in `text`, `spans` the places they came from.
    """

    text: str
    starts: list[int]
    spans: list[tuple[int, int, bool]]  # start, end, is an escape

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Return where this range of `text` came from; an escape belongs to it as a whole."""
        return self._place(start)[0], self._place(end - 1)[1]

    def _place(self, at: int) -> tuple[int, int]:
        piece = bisect_right(self.starts, at) - 1
        start, end, is_escape = self.spans[piece]
        if is_escape:
            return start, end
        offset = start + at - self.starts[piece]
        return offset, offset + 1


def unescaped_levels(text: str) -> Iterator[list[Unescaped]]:
    """Yield the chain of levels.

    First one level read, then two, as long as there is anything to read.
    """
    chain: list[Unescaped] = []
    for _ in range(_LEVELS):
        level = _unescape(text)
        if level is None:
            return
        chain = [*chain, level]
        yield chain
        text = level.text


def source_of(chain: list[Unescaped], start: int, end: int) -> tuple[int, int]:
    """Follow a range of the last level's text back to the text it all came from."""
    for level in reversed(chain):
        start, end = level.source(start, end)
    return start, end


def _unescape(text: str) -> Unescaped | None:
    pieces, starts, spans, length, last = [], [], [], 0, 0
    for token in _TOKEN.finditer(text):
        if token.start() > last:
            pieces.append(text[last : token.start()])
            starts.append(length)
            spans.append((last, token.start(), False))
            length += token.start() - last
        read = _read(token.group())
        if read:
            pieces.append(read)
            starts.append(length)
            spans.append((token.start(), token.end(), True))
            length += len(read)
        last = token.end()
    if not last:
        return None
    pieces.append(text[last:])
    starts.append(length)
    spans.append((last, len(text), False))
    return Unescaped(text="".join(pieces), starts=starts, spans=spans)


def _read(token: str) -> str:
    if token.startswith("%u"):
        return chr(int(token[2:], 16))
    if token.startswith("%"):
        raw = unquote_to_bytes(token)
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("latin-1")
    if token.startswith("&"):
        return html.unescape(token if token.endswith(";") else f"{token};")
    if token.startswith(("\\u", "\\x")):
        code = int(token[2:].strip("{}"), 16)
        return chr(code) if code <= 0x10FFFF else ""
    return token[1:]
