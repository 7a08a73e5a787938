"""Every way a value may be written, with its placeholder written likewise.

In pages, forms, addresses and logs.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 4  # anything shorter would eat the text

Encoding = Callable[[str], str]

_CHARSETS = ("utf-8", "cp1252", "latin-1", "shift_jis", "euc_jp", "gb18030", "utf-16-le", "utf-16-be")
_SHORTEST_CORE = 6
_ESCAPE_KEEPS = "@*_+-./"  # what JavaScript's escape() leaves besides letters and digits (ECMA-262, B.2.1.1)


def written_forms(plain: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield (form, its replacement).

    Quoted, escaped, in Base64 and hex, and in the bytes of other charsets.
    """
    for encode in _ENCODINGS:
        yield from _long_enough(encode(plain), encode(shown))
    for charset, raw in in_charsets(plain):
        yield from _as_bytes(raw, shown.encode(charset))
    for core in base64_cores(quote_plus(plain).encode()):
        yield from stubs(core)


def _long_enough(written: str, replacement: str) -> Iterator[tuple[str, str]]:
    if len(written) >= SHORTEST:
        yield written, replacement


def in_charsets(plain: str) -> Iterator[tuple[str, bytes]]:
    """Yield each charset that can write the value, and the bytes, once each."""
    seen = set()
    for charset in _CHARSETS:
        try:
            raw = plain.encode(charset)
        except UnicodeEncodeError:
            continue
        if raw not in seen:
            seen.add(raw)
            yield charset, raw


def _as_bytes(raw: bytes, shown: bytes) -> Iterator[tuple[str, str]]:
    """The bytes as Latin-1, percent-encoded, in Base64 and in hex.

    Latin-1 is for text without a named charset.
    """
    pairs = [(raw, shown)]
    if raw[:1] == b"\0" or raw[-1:] == b"\0":  # UTF-16: the outer zeros may belong to the neighbours
        pairs = [(raw.strip(b"\0"), shown.strip(b"\0"))]
    for written, replacement in pairs:
        yield from _long_enough(written.decode("latin-1"), replacement.decode("latin-1"))
        for encode in (quote, quote_plus):
            yield from _long_enough(encode(written), encode(replacement))
        for form, stub in ((_percent(written), _percent(replacement)), (written.hex(), replacement.hex())):
            yield from _long_enough(form, stub)
            yield from _long_enough(form.swapcase(), stub.swapcase())
    for core in base64_cores(raw):
        yield from stubs(core)


def _percent(raw: bytes) -> str:
    return f"%{raw.hex('%').upper()}" if raw else ""


def stubs(core: str) -> Iterator[tuple[str, str]]:
    """Yield a piece of Base64 in both alphabets, and what stands in its place."""
    stub = ("UkVEQUNURUQ" * (len(core) // 11 + 1))[: len(core)]
    yield core, stub
    yield core.replace("+", "-").replace("/", "_"), stub


def base64_cores(raw: bytes) -> Iterator[str]:
    """Yield the Base64 characters that the value alone decides."""
    return cores(raw, base64.b64encode, bits=6, offsets=3)


def cores(raw: bytes, encode: Callable[[bytes], bytes], *, bits: int, offsets: int) -> Iterator[str]:
    """Yield the characters that the value alone decides.

    For each of the places it may start at.
    """
    for offset in range(offsets):
        encoded = encode(b"\0" * offset + raw).decode().rstrip("=")
        first = -(-offset * 8 // bits)
        last = (offset + len(raw)) * 8 // bits
        if last - first >= _SHORTEST_CORE:
            yield encoded[first:last]


def _javascript_escape(text: str) -> str:
    """Write as JavaScript's escape() does.

    %XX up to U+00FF, %uXXXX for each UTF-16 unit above.
    """
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(_escaped_unit(units[at] * 256 + units[at + 1]) for at in range(0, len(units), 2))


def _escaped_unit(unit: int) -> str:
    char = chr(unit)
    if (char.isascii() and char.isalnum()) or char in _ESCAPE_KEEPS:
        return char
    return f"%{unit:02X}" if unit < 256 else f"%u{unit:04X}"


_ENCODINGS: tuple[Encoding, ...] = (
    lambda text: text,
    lambda text: text[::-1],
    lambda text: quote(text, safe=""),
    lambda text: quote(text),
    quote_plus,
    lambda text: quote(text, safe="@"),
    lambda text: quote(text, safe="").lower(),
    lambda text: quote(quote(text, safe=""), safe=""),
    _javascript_escape,
    lambda text: _javascript_escape(text).lower(),
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    lambda text: json.dumps(json.dumps(text))[1:-1].strip('\\"'),
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    lambda text: json.dumps(text)[1:-1].replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"),
    html.escape,
    lambda text: html.escape(text).replace("&#x27;", "&#39;"),
    lambda text: html.escape(text, quote=False),
    lambda text: html.escape(text).replace("@", "&#64;"),
    lambda text: html.escape(text).replace("@", "&#x40;"),
    lambda text: "".join(f"&#{ord(char)};" for char in text),
    lambda text: repr(text)[1:-1],
)
