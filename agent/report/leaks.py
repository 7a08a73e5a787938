"""What must not leave in a file, looked for once more after scrubbing."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterator

from flows import Redactor, telling_in

_PNG = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_SEED = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z2-7]{26,}|(?:[A-Z2-7]{4} ){6,}[A-Z2-7]{4})(?![A-Za-z0-9])")
_OWN_TOKEN = re.compile(r"\b(?:whsec_|whsk_|Bearer )[A-Za-z0-9+/=_.-]{16,}")
_COOKIE = re.compile(
    r"(?i)\b(?:session-token|session-id|ubid-[a-z]+|x-(?:main|acb[a-z]{2})|(?:sess-)?at-(?:main|acb[a-z]{2})|aws-waf-token)"
    r"[\"']?\s*[=:]\s*[\"']?[^\"'\s;,&]{6,}"
)
_EMBEDDED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_RULES = {"private key": _PRIVATE_KEY, "seed": _SEED, "token": _OWN_TOKEN, "cookie": _COOKIE}


def find_leaks(data: bytes, *, known: Redactor, allowed: Collection[str]) -> Iterator[str]:
    """Name the kinds of what must not be there.

    Never the value. Nothing found is no proof, only the last look.

    `known` holds values that must not appear, `allowed` the addresses and ids that may (the account's own).
    """
    if data.startswith(_PNG):
        yield from ("text in a picture" for chunk in _TEXT_CHUNKS if chunk in data)
        yield from _known(data.decode("latin-1"), known)
        return
    text = data.decode("utf-8", errors="replace")
    yield from _in_text(text, known, allowed)
    for found in _EMBEDDED.findall(text):
        try:
            inner = base64.b64decode(found + "=" * (-len(found) % 4), altchars=b"-_").decode("utf-8")
        except (binascii.Error, ValueError):
            continue
        if inner.isprintable():
            yield from _in_text(inner, known, allowed)


def without_lookalikes(text: str, *, instead: str) -> str:
    """Leave out what only looks like a secret.

    The placeholder of a seed keeps its shape, for example.
    """
    for rule in _RULES.values():
        text = rule.sub(instead, text)
    return text


def _in_text(text: str, known: Redactor, allowed: Collection[str]) -> Iterator[str]:
    yield from _known(text, known)
    yield from (kind for kind, rule in _RULES.items() if rule.search(text))
    if any(found.lower() not in allowed for found in telling_in(text)):
        yield "somebody else's address or id"


def _known(text: str, known: Redactor) -> Iterator[str]:
    if known.redact(text) != text:
        yield "a known secret"
