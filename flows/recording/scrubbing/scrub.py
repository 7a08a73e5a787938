"""Scrubbing a recording.

Every secret becomes a made-up value of its form, the same one everywhere, so that it still
replays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import SecretStr

from flows.marketplaces import MARKETPLACE_IDS, MERCHANT_ID
from flows.recording.exchange import Captured
from flows.recording.scrubbing.body_text import LOSSLESS, text_of, told_bytes
from flows.recording.scrubbing.data_addresses import scrub_data
from flows.recording.scrubbing.found_secrets import boxes_of, is_drawn, secrets_of, telling_in
from flows.recording.scrubbing.mail_text import mail_text
from flows.recording.scrubbing.masked_json import FieldMask
from flows.recording.scrubbing.named_values import MASK, mask_named
from flows.redaction.redact import Redactor

_TOLD_INPUT = re.compile(r"password|secret|token|merchant_name")
_MADE_UP_EMAIL = re.compile(r"@(?:[^@]+\.)?(?:example|test|invalid)$", re.IGNORECASE)
_AMAZON = re.compile(
    r"@(?:[a-z0-9-]+\.)*amazon(?:ses)?\.[a-z.]{2,6}$", re.IGNORECASE
)  # who sends such mails is no secret
_MADE_UP_MERCHANT = re.compile(r"^A[A-Z0-9]*EXAMPLE")
_PUBLIC_COOKIE = re.compile(r"|[a-z]{2,3}(?:[_-][A-Z]{2})?|[A-Z]{3}|\d{1,3}|true|false|-|volatile")
# A picture may be a QR code that holds a seed; a small one cannot.
_PICTURE = re.compile(r"data:image/[a-z.+-]{1,20}(?:;[a-z=0-9-]{1,30}){0,3},[^\s\"'<>()\\]{280,}", re.IGNORECASE)
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)


class Scrub(Redactor):
    """The redactor of one recording.

    Numbered placeholders that say they are made up, so the same visit scrubs to the same bytes.

    Give `scrub.redact` to the player to replay with the values that were live when the visit was recorded.
    """

    def __init__(self, beside: Redactor) -> None:
        super().__init__(key=b"recording")
        self._beside = beside
        self._numbers: dict[str, int] = {}
        self._cookies: dict[str, str] = {}
        self.boxes: frozenset[str] = frozenset()  # names of the boxes that secrets are typed into

    @classmethod
    def of(
        cls,
        exchanges: Iterable[Captured],
        inputs: Mapping[str, Any],
        session: Mapping[str, Any],
        beside: Redactor,
        *,
        mail: bytes | None = None,
    ) -> Scrub:
        """Collect what has to be replaced.

        From what was exchanged, what the flow was given, what the session contained and
        the mail said.
        """
        scrub = cls(beside)
        exchanges = list(exchanges)
        scrub.boxes = frozenset().union(*(boxes_of(captured) for captured in exchanges))
        given = list(_leaves("", inputs))
        scrub.register_all(value for name, value in given if _TOLD_INPUT.search(name) or _is_telling(value))
        scrub.register_all(cookie["value"] for cookie in session.get("cookies", ()) if is_drawn(cookie["value"]))
        scrub.register_all(secrets_of(exchanges, public=MARKETPLACE_IDS, boxes=scrub.boxes))
        if mail is not None:
            scrub.register_all(
                found for found in telling_in(mail_text(mail), public=MARKETPLACE_IDS) if not _AMAZON.search(found)
            )
        return scrub

    def register(self, value: str | SecretStr) -> None:
        """Replace this value from now on, once.

        Public ids and values that are made up already stay.
        """
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        if plain and plain not in self._numbers and plain not in MARKETPLACE_IDS and not _is_made_up(plain):
            self._numbers[plain] = len(self._numbers) + 1
            super().register(plain)

    def redact(self, text: str) -> str:
        """Replace every collected value.

        Then whatever the visit's own redactor knows besides.
        """
        return self._beside.redact_kept(super().redact(text))

    def is_known(self, value: str) -> bool:
        """Tell whether this value as a whole is replaced by value, or made up."""
        return value in self._numbers or value == MASK or _is_made_up(value)

    def text(self, text: str, *, is_json: bool = False) -> str:
        """Replace every collected value and every picture written into the text.

        What stands under a secret's name is masked.
        """
        shown = scrub_data(_PICTURE.sub(_NO_PICTURE, text), self._plain_text)
        return self._plain_text(shown, is_json=is_json)

    def _plain_text(self, shown: str, *, is_json: bool = False) -> str:
        return self.redact(mask_named(shown, self.is_known, is_json=is_json, also=self.boxes))

    def fields(self, *, is_answer: bool = False) -> FieldMask:
        """Begin to mask the fields of one request or answer."""
        return FieldMask(is_known=self.is_known, also=self.boxes, is_answer=is_answer)

    def tree(self, value: Any) -> Any:
        """Replace in every string of a JSON value."""
        match value:
            case str():
                return self.text(value, is_json=True)  # it may be a form, headers or JSON in its turn
            case Mapping():
                return {key: self.tree(part) for key, part in value.items()}
            case list() | tuple():
                return [self.tree(part) for part in value]
            case _:
                return value

    def cookie(self, value: str) -> str:
        """Replace a cookie's value, the same everywhere.

        What only names a language or a currency stays.
        """
        if self.is_known(value):
            return self.redact(value)
        if _PUBLIC_COOKIE.fullmatch(value):
            return value
        return self._cookies.setdefault(value, f"example-cookie-{len(self._cookies) + 1}")

    def set_cookie(self, header: str) -> str:
        """Replace the value in a Set-Cookie header; its attributes stay."""
        pair, semicolon, attributes = header.partition(";")
        name, equals, value = pair.partition("=")
        quote = '"' if len(value) > 1 and value[0] == value[-1] == '"' else ""
        shown = self.cookie(value.strip('"') if quote else value.strip())
        return f"{self.redact(name)}{equals}{quote}{shown}{quote}{semicolon}{self.redact(attributes)}"

    def content(self, body: bytes, content_type: str = "") -> bytes:
        """Replace in a body.

        One that is no text we know becomes a line that says how long it was and of what type.
        """
        kept = self.body(body, content_type)
        return told_bytes(body, content_type).encode() if kept is None else kept

    def body(self, body: bytes, content_type: str) -> bytes | None:
        """Replace in a body by its charset, else losslessly.

        None if it is no text we know and must not be kept.
        """
        read = text_of(body, content_type)
        if read is None:
            return None
        shown = read.bytes_of(self._answer(read.text) if read.is_json else self.text(read.text))
        if shown.isascii():
            return shown
        return self.redact(shown.decode(LOSSLESS)).encode(LOSSLESS, "xmlcharrefreplace")  # the charset may be a lie

    def _answer(self, text: str) -> str:
        """Mask the keys of a JSON answer.

        One that cannot be parsed is masked as it stands.
        """
        try:
            value = json.loads(text.lstrip("\ufeff"))
        except (ValueError, RecursionError):
            return self.text(text, is_json=True)
        mask = self.fields(is_answer=True)
        shown = mask.tree(value)
        return self.text(json.dumps(shown, ensure_ascii=False, separators=(",", ":")) if mask.masked else text)

    def _placeholder(self, value: str) -> str:
        number = self._numbers[value]
        if "@" in value and " " not in value:
            return f"user{number}@users.example"
        if MERCHANT_ID.fullmatch(value.strip()):
            return f"A1EXAMPLE{number:0{len(value) - 9}}"
        if _UUID.match(value):
            return f"00000000-0000-4000-8000-{number:012}"
        if value.isdigit():
            return f"{number:0{len(value)}}"
        unit = f"example{number}."
        return (unit * (len(value) // len(unit) + 1))[: max(len(value), len(unit) - 1)]


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(str(key), part)
    elif isinstance(value, str):
        yield name, value


def _is_telling(value: str) -> bool:
    return bool(_is_address(value) or _UUID.match(value) or MERCHANT_ID.fullmatch(value.strip()))


def _is_address(value: str) -> bool:
    return "@" in value and " " not in value and "/" not in value


def _is_made_up(value: str) -> bool:
    return bool((_is_address(value) and _MADE_UP_EMAIL.search(value)) or _MADE_UP_MERCHANT.match(value))
