"""What in a recording has to be replaced although it was not registered.

Session cookies, tokens, addresses, merchant ids.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from flows.marketplaces import MERCHANT_ID
from flows.recording.exchange import Captured, sent_body
from flows.recording.scrubbing.body_text import text_of
from flows.recording.scrubbing.masked_json import strings_of
from flows.recording.scrubbing.named_values import named_values, secret_boxes
from flows.recording.scrubbing.secret_names import is_secret_name
from flows.redaction.seeds import seed_forms, seeds_in

_EMAIL = re.compile(r"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_UUID = re.compile(r"(?<![0-9A-Za-z-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z-])")
# Signed tokens, the access tokens of Amazon's logins, and keys of its cloud: secrets whatever stands beside them.
_TOKEN = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,2000})?|Atz[ar]\|[\w+/=-]{12,}|(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
)
_CODE_NAME = re.compile(r"otpCode|code|otc-\d|cvf-input-code")
_PASSWORD_NAME = re.compile(r"pass(?:word|wd|code|phrase)|pwd", re.I)
_IN_PATH = re.compile(r"/([\w-]{1,80})(?=/([\w.~%+=-]{8,}))")
_SHORTEST = 8  # shorter values are words such as en_US; replacing them would change pages
_WORDS = re.compile(r"[A-Za-z]{1,15}([-_ .][A-Za-z]{1,15})*")  # and so are these
_ADDRESS = re.compile(r"(?:https?:)?/|https?%3a", re.I)  # it holds its secrets in its own parameters


def secrets_of(
    exchanges: Iterable[Captured], *, public: frozenset[str] = frozenset(), boxes: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield the values to replace.

    `public` holds what looks like a merchant id and is none, such as marketplace ids; `boxes` are names of fields that
    secrets were typed into.
    """
    for captured in exchanges:
        yield from (value for value in _cookie_values(captured) if is_drawn(value))
        yield from _named(captured, boxes)
        for text in _texts(captured):
            yield from telling_in(text, public=public)
            yield from _TOKEN.findall(text)
            yield from (form for seed in seeds_in(text) for form in seed_forms(seed))
            yield from (value for name, value in _IN_PATH.findall(text) if is_secret_name(name) and _is_token(value))


def boxes_of(captured: Captured) -> frozenset[str]:
    """Name the boxes of an answered page that passwords and codes are typed into."""
    read = text_of(captured.body, captured.received_content_type) if captured.kind != "script" else None
    return secret_boxes(read.text) if read is not None else frozenset()


def telling_in(text: str, *, public: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the addresses and ids in a text that say whose it is."""
    yield from _EMAIL.findall(text)
    yield from _UUID.findall(text)
    yield from (found for found in MERCHANT_ID.findall(text) if found not in public)


def is_drawn(value: str) -> bool:
    """Tell whether a value is long enough, and not just words, to be a secret."""
    return len(value) >= _SHORTEST and not _WORDS.fullmatch(value)


def _cookie_values(captured: Captured) -> Iterator[str]:
    yield from captured.cookies.values()
    for name, value in captured.headers:
        if name.lower() == "set-cookie":
            given = value.split(";")[0].partition("=")[2].strip()
            yield from {given, given.strip('"')}


def _named(captured: Captured, boxes: frozenset[str]) -> Iterator[str]:
    """What was sent or told under a secret's name and is no mere word."""
    sent = sent_body(captured)
    fields = [*parse_qsl(urlsplit(captured.url).query), *sent.get("form", ()), *strings_of(sent.get("json"))]
    for name, value in fields:
        if (
            _CODE_NAME.fullmatch(name)
            or ((_PASSWORD_NAME.search(name) or name in boxes) and not _WORDS.fullmatch(value))
            or (is_secret_name(name, also=boxes) and is_drawn(value))
        ):
            yield value
    for text in _texts(captured):
        for one in named_values(text, also=boxes):
            if is_drawn(one.value) and not _ADDRESS.match(one.value):
                yield from {one.value, html.unescape(one.value)}


def _texts(captured: Captured) -> Iterator[str]:
    """Every text of an exchange: addresses, what was sent, what came."""
    yield captured.url
    yield from (value for name, value in captured.headers if name.lower() != "set-cookie")
    for body, kind in ((captured.sent, captured.content_type), (captured.body, captured.received_content_type)):
        if body and (read := text_of(body, kind)) is not None:
            yield read.text


def _is_token(value: str) -> bool:
    return is_drawn(value) and any(char.isdigit() for char in value)
