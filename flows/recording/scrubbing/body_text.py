"""A body as text: by its charset, else losslessly.

What is of no known text type is no text.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from email.message import Message

_TEXTS = re.compile(
    r"text/|json|xml|(?:java|ecma)script|x-www-form-urlencoded|multipart/form-data|csv|graphql|csp-report"
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_IN_PAGE = re.compile(rb"""<meta[^<>]{0,200}?charset\s*=\s*["']?\s*([\w:-]{2,30})""", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_EXAMINED = 4096  # bytes looked at for a charset
LOSSLESS = "latin-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyText:
    """A decoded body; `bytes_of` writes changed text back as it was written."""

    text: str
    charset: str
    is_json: bool = False

    def bytes_of(self, text: str) -> bytes:
        """Encode in the body's own charset."""
        return text.encode(self.charset, "xmlcharrefreplace")


def text_of(body: bytes, content_type: str) -> BodyText | None:
    """Decode a body, or return None if its type is no text we know.

    Without a type, bytes without controls are text.
    """
    media, named = _parsed(content_type)
    if media in ("", "application/octet-stream", "binary/octet-stream"):
        if _CONTROL.search(body):
            return None
    elif not _TEXTS.search(media) or (media.startswith("multipart/") and _CONTROL.search(body)):
        return None
    for charset in (_by_bom(body), named, _guessed(body), "utf-8"):
        if charset and (text := _decoded(body, charset)) is not None:
            return BodyText(text=text, charset=charset, is_json="json" in media)
    return BodyText(text=body.decode(LOSSLESS), charset=LOSSLESS, is_json="json" in media)


def told_bytes(body: bytes, content_type: str) -> str:
    """Say what stands in place of bytes that are not kept."""
    return f"[{len(body)} bytes of {_parsed(content_type)[0] or 'an unnamed type'}]"


def _parsed(content_type: str) -> tuple[str, str]:
    header = Message()
    header["Content-Type"] = " ".join(content_type.split()) or "x"
    charset = header.get_param("charset", "")
    media = header.get_content_type() if "/" in content_type else ""
    return media, charset.strip() if isinstance(charset, str) else ""


def _by_bom(body: bytes) -> str:
    return next((charset for bom, charset in _BOMS if body.startswith(bom)), "")


def _guessed(body: bytes) -> str:
    """UTF-16 by its zeros; else what the page says of itself."""
    start = body[:_EXAMINED]
    if start.count(0) * 4 > len(start):
        return "utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le"
    found = _IN_PAGE.search(start)
    return found[1].decode("ascii", "replace") if found else ""


def _decoded(body: bytes, charset: str) -> str | None:
    """Decode only if the same bytes come back.

    What is written again must not differ where nothing was replaced.
    """
    try:
        text = body.decode(charset)
        return text if text.encode(charset) == body else None
    except (UnicodeError, LookupError, ValueError):
        return None
