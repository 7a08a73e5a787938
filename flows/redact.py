"""Replacing secrets and names, known by value, wherever they show up in text."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import SecretStr


class Redactor:
    """Replaces registered values in any text by placeholders of the same shape.

    A value is found plain, URL-quoted, JSON-escaped, HTML-escaped, in Base64 (at any alignment) and in hex. The same value gives the same
    placeholder within one redactor. Safe to share between tasks and threads.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        raise NotImplementedError

    def register(self, value: str | SecretStr) -> None:
        """Replace this value from now on. Values under four characters are refused silently: they would eat the text."""
        raise NotImplementedError

    def register_all(self, values: Iterable[str | SecretStr]) -> None:
        """Register several values."""
        raise NotImplementedError

    def redact(self, text: str) -> str:
        """Replace every registered value, in any of its forms."""
        raise NotImplementedError
