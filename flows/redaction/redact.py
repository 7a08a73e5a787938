"""Replacing secrets and names, known by value, wherever they show up in text."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable, Iterator

from pydantic import SecretStr

from flows.redaction.literals import compile_literals, is_address
from flows.redaction.spelt_forms import spelt_forms
from flows.redaction.unescaped import source_of, unescaped_levels
from flows.redaction.written_forms import SHORTEST, written_forms

_A_LINE = 2_000  # characters; looking for every form in more takes longer than compiling them once


class Redactor:
    """Replaces registered values in any text by placeholders of the same shape.

    A value is found plain, reversed, in Base64 (at any alignment), in hex, in the bytes of other charsets, and escaped
    for addresses, HTML, JSON and JavaScript in any mixture. The same value gives the same placeholder within one
    redactor, and everywhere for redactors of one key. Safe to share between tasks and threads.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._forms: dict[str, str] = {}
        self._compiled: tuple[re.Pattern[str], dict[str, str]] | None = (
            None  # for the forms as they were when text was last redacted
        )
        self._names: set[str] = set()
        self._plains: dict[str, str] = {}
        self._spelt: tuple[re.Pattern[str], dict[str, str], int] | None = None  # for so many values

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"

    def register(self, value: str | SecretStr) -> None:
        """Replace this value from now on.

        Values under four characters are ignored: they would eat the text.
        """
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if len(plain.strip()) < SHORTEST:
            return
        shown = self._placeholder(plain)
        forms = dict(self._forms)
        for form, replacement in written_forms(plain, shown):
            forms.setdefault(form, replacement)
        forms[plain] = shown  # also where it is another value's, written otherwise
        self._forms = forms
        self._plains = {**self._plains, plain: shown}

    def register_all(self, values: Iterable[str | SecretStr]) -> None:
        """Register several values."""
        for value in values:
            self.register(value)

    def name(self, value: str) -> None:
        """Register a name: replaced like a value, and covered in screenshots.

        Its text goes into the page for
        that).
        """
        self.register(value)
        if len(value.strip()) >= SHORTEST:
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
            if len(text) <= _A_LINE and not _may_hold(text, forms):
                return text
            compiled = self._compiled = (compile_literals(forms), forms)
        expression = compiled[0]
        return _without_escaped(expression.sub(lambda match: _shown(forms, match.group()), text), expression, forms)

    def redact_kept(self, text: str) -> str:
        """Replace also what is spelt out, as only what is kept for long is looked through."""
        text, plains = self.redact(text), self._plains
        if not plains:
            return text
        if self._spelt is None or self._spelt[2] != len(plains):
            forms: dict[str, str] = {}
            for plain, shown in plains.items():
                for form, replacement in spelt_forms(plain, shown):
                    if len(form) >= SHORTEST:
                        forms.setdefault(form, replacement)
            self._spelt = (compile_literals(forms), forms, len(plains))
        expression, forms, _ = self._spelt
        return _without_escaped(expression.sub(lambda match: _shown(forms, match.group()), text), expression, forms)

    def _placeholder(self, value: str) -> str:
        """Same length, same kind of character at every place, taken from a keyed stream.

        An address stays an address.
        """
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


def _may_hold(text: str, forms: dict[str, str]) -> bool:
    """Whether the expression could find anything: never False where it would.

    Compiling it takes a tenth of a second, and most visits log a few harmless lines and nothing else.
    """
    for level in (text, *(chain[-1].text for chain in unescaped_levels(text))):
        if not level.isascii():
            return True  # which letters are the same in another case is the expression's to know
        lowered = level.lower()
        if any(form in level or (is_address(form) and _may_be(form, lowered)) for form in forms):
            return True
    return False


def _may_be(address: str, lowered: str) -> bool:
    return not address.isascii() or address.lower() in lowered


def _same_kind(char: str, draw: int) -> str:
    if char.isdigit():
        return string.digits[draw % 10]
    if char.isalpha():
        letters = string.ascii_uppercase if char.isupper() else string.ascii_lowercase
        return letters[draw % 26]
    return char if char in "-_.:@ /+" else "x"


def _shown(forms: dict[str, str], found: str) -> str:
    return forms.get(found) or forms.get(found.lower()) or "[redacted]"


def _without_escaped(text: str, expression: re.Pattern[str], forms: dict[str, str]) -> str:
    """Replace what only shows when escapes are read, however they are written."""
    found = {
        source_of(chain, match.start(), match.end()): _shown(forms, match.group())
        for chain in unescaped_levels(text)
        for match in expression.finditer(chain[-1].text)
    }
    pieces, last = [], 0
    for (start, end), shown in sorted(found.items()):
        if start >= last:
            pieces += [text[last:start], shown]
        last = max(last, end)
    return "".join([*pieces, text[last:]])
