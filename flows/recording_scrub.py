"""Scrubbing a recording: every secret becomes a made-up value of the same form, the same one everywhere, so that it still replays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from flows.marketplaces import MARKETPLACES
from flows.recording_exchange import Captured
from flows.recording_secrets import is_drawn, secrets_of
from flows.redact import Redactor

PUBLIC_IDS = frozenset(marketplace.marketplace_id for marketplace in MARKETPLACES.values())
_SECRET_INPUT = re.compile(r"password|secret|token")
_MADE_UP_EMAIL = re.compile(r"@(?:[^@]+\.)?(?:example|test|invalid)$", re.I)
_MADE_UP_MERCHANT = re.compile(r"^A[A-Z0-9]*EXAMPLE")
_MERCHANT = re.compile(r"^A[A-Z0-9]{12,13}$")
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)


@dataclass(slots=True)
class Scrub:
    """One recording's replacements, numbered in order of appearance: the same visit scrubs to the same bytes."""

    redactor: Redactor
    made_up: dict[str, str] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None
    _forms: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, exchanges: Iterable[Captured], inputs: Mapping[str, Any], session: Mapping[str, Any], redactor: Redactor) -> Scrub:
        """Collect what has to be replaced from what was exchanged, what the flow was given and what the session held."""
        scrub = cls(redactor)
        for name, value in inputs.items():
            if isinstance(value, str) and (_SECRET_INPUT.search(name) or _is_telling(value)):
                scrub.add(value)
        for cookie in session.get("cookies", ()):
            if is_drawn(cookie["value"]):
                scrub.add(cookie["value"])
        for value in secrets_of(exchanges, public=PUBLIC_IDS):
            scrub.add(value)
        return scrub

    def add(self, value: str) -> None:
        """Replace this value from now on."""
        if value and value not in self.made_up and value not in PUBLIC_IDS:
            self.made_up[value] = _placeholder(value, len(self.made_up) + 1)
            self._pattern = None

    def text(self, text: str) -> str:
        """Replace every collected value, plain or quoted for an address, HTML or JSON; then whatever the redactor knows besides."""
        if self._pattern is None:
            self._forms = {form: made for value, made in self.made_up.items() for form, made in _forms(value, made).items()}
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        return self.redactor.redact(self._pattern.sub(lambda found: self._forms[found[0]], text))

    def tree(self, value: Any) -> Any:
        """Replace in every string of a JSON value."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {key: self.tree(part) for key, part in value.items()}
            case list() | tuple():
                return [self.tree(part) for part in value]
            case _:
                return value

    def content(self, body: bytes) -> bytes:
        """Replace in a body if it is text; other bytes stay, since changing them would break what they are."""
        try:
            return self.text(body.decode()).encode()
        except UnicodeDecodeError:
            return body


def _is_telling(value: str) -> bool:
    return bool("@" in value or _UUID.match(value) or (_MERCHANT.match(value) and any(c.isdigit() for c in value)))


def _placeholder(value: str, number: int) -> str:
    if "@" in value:
        return value if _MADE_UP_EMAIL.search(value) else f"user{number}@users.example"
    if _MERCHANT.match(value):
        return value if _MADE_UP_MERCHANT.match(value) else f"A1EXAMPLE{number:0{len(value) - 9}}"
    if _UUID.match(value):
        return f"00000000-0000-4000-8000-{number:012}"
    if value.isdigit():
        return f"{number:0{len(value)}}"
    unit = f"example{number}."
    return (unit * (len(value) // len(unit) + 1))[: max(len(value), len(unit) - 1)]


def _forms(value: str, made: str) -> dict[str, str]:
    """The value as it stands in addresses, HTML and JSON, with the placeholder in the same writing."""
    return {
        value: made,
        quote(value, safe=""): quote(made, safe=""),
        quote_plus(value): quote_plus(made),
        escape(value): escape(made),
        json.dumps(value)[1:-1]: json.dumps(made)[1:-1],
    }
