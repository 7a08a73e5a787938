"""Ways to write a value that no log uses, but a script may in a page.

As numbers, octal, quoted-printable, Base32, UTF-7, in Base64 twice; and the key that a seed stands for.
Too many to look for in every line: for what is kept.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Callable, Iterator

from flows.redaction.written_forms import base64_cores, cores, in_charsets, stubs

_CHARSETS = frozenset({"utf-8", "cp1252", "latin-1"})
_SEED = re.compile(r"[A-Z2-7]{16,128}")


def spelt_forms(plain: str, shown: str) -> Iterator[tuple[str, str]]:
    """Yield (form, its replacement)."""
    for encode in _TEXT_SPELLINGS:
        yield encode(plain), encode(shown)
    for raw in dict.fromkeys(raw for charset, raw in in_charsets(plain) if charset in _CHARSETS):
        yield from _spelt_out(raw)
    if _SEED.fullmatch(plain):
        yield from _key_bytes(plain)


def _spelt_out(raw: bytes) -> Iterator[tuple[str, str]]:
    """The bytes in each spelling, in Base32, and in Base64 twice."""
    shown = (b"redacted" * (len(raw) // 8 + 1))[: len(raw)]
    yield from ((encode(raw), encode(shown)) for encode in _SPELLINGS)
    for core in cores(raw, base64.b32encode, bits=5, offsets=5):
        stub = ("KJCUIQKD" * (len(core) // 8 + 1))[: len(core)]
        yield core, stub
        yield core.lower(), stub.lower()
    for inner in base64_cores(raw):
        for core in base64_cores(inner.encode()):
            yield from stubs(core)


def _key_bytes(seed: str) -> Iterator[tuple[str, str]]:
    """The key itself, as programs print bytes."""
    try:
        key = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except ValueError:
        return  # no seed after all
    shown = (b"redacted" * (len(key) // 8 + 1))[: len(key)]
    yield from ((encode(key), encode(shown)) for encode in (_hex, _upper_hex, *_SPELLINGS))
    for core in base64_cores(key):
        yield from stubs(core)


def _hex(raw: bytes) -> str:
    return raw.hex()


def _upper_hex(raw: bytes) -> str:
    return raw.hex().upper()


_TEXT_SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text.encode("utf-7").decode().rstrip("-"),
    lambda text: "".join(f"\\{ord(char):x} " for char in text).rstrip(),
)
_SPELLINGS: tuple[Callable[[bytes], str], ...] = (
    lambda raw: ",".join(map(str, raw)),
    lambda raw: ", ".join(map(str, raw)),
    lambda raw: raw.hex(" "),
    lambda raw: raw.hex(" ").upper(),
    lambda raw: raw.hex(":"),
    lambda raw: "".join(f"\\{byte:03o}" for byte in raw),
    lambda raw: "".join(f"={byte:02X}" for byte in raw),
    lambda raw: quopri.encodestring(raw).decode(),
)
