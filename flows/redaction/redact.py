"""Replacing secrets and names, known by value, wherever they show up in text."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote, quote_plus

from pydantic import SecretStr

from flows.redaction.literals import compile_literals

_SHORTEST = 4  # anything shorter would eat the text

Encoding = Callable[[str], str]


class Redactor:
    """Replaces registered values in any text by placeholders of the same shape.

    A value is found plain, URL-quoted, JSON-escaped, HTML-escaped, in Base64 (at any alignment) and in hex. The same
    value gives the same
    placeholder within one redactor, and everywhere for redactors of one key. Safe to share between tasks and threads.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._forms: dict[str, str] = {}
        self._compiled: tuple[re.Pattern[str], dict[str, str]] | None = (
            None  # for the forms as they were when text was last redacted
        )
        self._names: set[str] = set()

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def register(self, value: str | SecretStr) -> None:
        """Replace this value from now on. Values under four characters are ignored: they would eat the text."""
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if len(plain.strip()) < _SHORTEST:
            return
        shown = self._placeholder(plain)
        forms = dict(self._forms)
        for form, replacement in _forms(plain, shown):
            forms.setdefault(form, replacement)
        self._forms = forms

    def register_all(self, values: Iterable[str | SecretStr]) -> None:
        """Register several values."""
        for value in values:
            self.register(value)

    def name(self, value: str) -> None:
        """Register a name: replaced like any value, and also covered in screenshots (its text goes into the page for
        that).
        """
        self.register(value)
        if len(value.strip()) >= _SHORTEST:
            self._names.add(value)

    def names(self) -> list[str]:
        """List the values registered as names; secrets are not among them."""
        return sorted(self._names)

    def redact(self, text: str) -> str:
        """Replace every registered value, in any of its forms."""
        forms = self._forms
        if not forms:
            return text
        compiled = self._compiled
        if compiled is None or compiled[1] is not forms:
            compiled = self._compiled = (compile_literals(forms), forms)
        return compiled[0].sub(
            lambda match: forms.get(match.group()) or forms.get(match.group().lower()) or "[redacted]", text
        )

    def _placeholder(self, value: str) -> str:
        """Same length, same kind of character at every place, taken from a keyed stream; an address stays an address."""
        if "@" in value and " " not in value:
            local, _, domain = value.rpartition("@")
            return f"{self._shaped(local)}@{self._shaped(domain.partition('.')[0])}.example"
        return self._shaped(value)

    def _shaped(self, value: str) -> str:
        stream = self._stream(value)
        return "".join(_same_kind(char, next(stream)) for char in value)

    def _stream(self, value: str) -> Iterator[int]:
        count = 0
        while True:
            yield from hmac.digest(self._key, f"{count}:{value}".encode(), hashlib.sha256)
            count += 1


def _same_kind(char: str, draw: int) -> str:
    if char.isdigit():
        return string.digits[draw % 10]
    if char.isalpha():
        letters = string.ascii_uppercase if char.isupper() else string.ascii_lowercase
        return letters[draw % 26]
    return char if char in "-_.:@ /+" else "x"


def _forms(plain: str, shown: str) -> Iterator[tuple[str, str]]:
    """Every way the value may be written, with the placeholder written the same way; longest forms are matched first."""
    for encode in _ENCODINGS:
        written = encode(plain)
        if len(written) >= _SHORTEST:
            yield written, encode(shown)
    for value in {plain, quote_plus(plain)}:
        for core in _base64_cores(value.encode()):
            yield core, _stub(core)
            yield core.replace("+", "-").replace("/", "_"), _stub(core)


def _stub(core: str) -> str:
    return ("UkVEQUNURUQ" * (len(core) // 11 + 1))[: len(core)]


def _base64_cores(raw: bytes) -> Iterator[str]:
    """Yield the characters of Base64 that the value alone decides, for each of the three places it may start at."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = (offset * 8 + 5) // 6
        last = (offset + len(raw)) * 8 // 6
        if last - first >= 6:
            yield encoded[first:last]


def _hex(text: str) -> str:
    return text.encode().hex()


_ENCODINGS: tuple[Encoding, ...] = (
    lambda text: text,
    lambda text: quote(text, safe=""),
    lambda text: quote(text),
    quote_plus,
    lambda text: quote(text, safe="@"),
    lambda text: quote(text, safe="").lower(),
    lambda text: quote(quote(text, safe=""), safe=""),
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
    _hex,
    lambda text: _hex(text).upper(),
)
