"""Texts that are written into an address, as `data:` has them.

Decoded, scrubbed and written back.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import quote_from_bytes, unquote_to_bytes

from flows.recording.scrubbing.body_text import LOSSLESS

_TEXT = re.compile(
    r"(data:(?:text/[\w.+-]{1,40}|application/[\w.+-]{1,40}|image/svg\+xml)?(?:;[\w-]{1,30}=[\w.-]{1,40}){0,3})"
    r"(;base64)?,([^\s\"'<>()\\]{8,})",
    re.IGNORECASE,
)
# Base64 may be broken into lines; between quotes it is known where it ends.
_LINES = re.compile(r"(?<=[\"'])data:[\w/+.;=-]{0,120};base64,[^\"'<>]*(?=[\"'])", re.IGNORECASE)
_DEEPEST = 3  # one in another in another


def scrub_data(text: str, scrub: Callable[[str], str], *, depth: int = 0) -> str:
    """Scrub what stands in `data:` addresses of a text type.

    One that cannot be decoded is emptied.
    """
    if "data:" not in text.lower():  # far faster than the expression, and any mixture of cases is an address
        return text
    text = _LINES.sub(lambda found: "".join(found[0].split()), text)
    return _TEXT.sub(lambda found: _scrubbed(found, scrub, depth), text)


def _scrubbed(found: re.Match[str], scrub: Callable[[str], str], depth: int) -> str:
    kind, is_base64, written = found[1], found[2] or "", unquote_to_bytes(found[3])
    plain = _from_base64(written) if is_base64 else written
    if depth >= _DEEPEST or plain is None:
        return f"{kind}{is_base64},"
    read, charset = _decoded(plain)
    shown = scrub(scrub_data(read, scrub, depth=depth + 1))
    if shown == read:
        return found[0]
    told = shown.encode(charset, "xmlcharrefreplace")
    return f"{kind}{is_base64},{base64.b64encode(told).decode() if is_base64 else quote_from_bytes(told)}"


def _from_base64(written: bytes) -> bytes | None:
    try:
        return base64.b64decode(written.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(written) % 4))
    except ValueError:
        return None


def _decoded(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode(), "utf-8"
    except UnicodeDecodeError:
        return raw.decode(LOSSLESS), LOSSLESS
