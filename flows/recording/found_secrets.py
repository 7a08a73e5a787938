"""What in a recording has to be replaced although nobody registered it: session cookies, tokens, addresses, merchant
ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flows.marketplaces import MERCHANT_ID
from flows.recording.exchange import Captured, sent_body

_TOKEN_NAME = re.compile(
    r"token|csrf|workflowstate|prevrid|ssoresponse|otp|arb$|clientcontext|deviceid|device_?context|webauthn|session",
    re.I,
)
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_UUID = re.compile(r"(?<![0-9A-Za-z-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z-])")
_CODE_NAME = re.compile(r"otpCode|code|otc-\d|cvf-input-code")
_CARRIER = re.compile(r"<(?:input|meta)\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r"""\b(name|value|type|content)\s*=\s*["']([^"']*)["']""", re.I)
_IN_SCRIPT = re.compile(r"""["']([\w-]*(?:csrf|token)[\w-]*)["']\s*:\s*["']([^"'\\]{8,})["']""", re.I)
_SHORTEST = 8  # shorter values are words such as en_US; replacing them would change pages
_WORDS = re.compile(r"[A-Za-z]{1,15}([-_ .][A-Za-z]{1,15})*")  # and so are these


def secrets_of(exchanges: Iterable[Captured], *, public: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the values to replace. `public` holds what looks like a merchant id and is none, such as marketplace ids."""
    for captured in exchanges:
        yield from (value for value in _cookie_values(captured) if is_drawn(value))
        yield from (value for name, value in _named_values(captured) if is_drawn(value) and _TOKEN_NAME.search(name))
        yield from (value for name, value in _leaves("", sent_body(captured)) if _CODE_NAME.fullmatch(name))
        for text in (captured.url, captured.sent.decode("utf-8", "replace"), _text(captured)):
            yield from telling_in(text, public=public)


def telling_in(text: str, *, public: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the addresses and ids in a text that say whose it is."""
    yield from _EMAIL.findall(text)
    yield from _UUID.findall(text)
    yield from (found for found in MERCHANT_ID.findall(text) if found not in public)


def is_drawn(value: str) -> bool:
    """Tell whether a value is long enough, and not just words, to be somebody's."""
    return len(value) >= _SHORTEST and not _WORDS.fullmatch(value)


def _cookie_values(captured: Captured) -> Iterator[str]:
    yield from captured.cookies.values()
    for name, value in captured.headers:
        if name.lower() == "set-cookie":
            try:
                yield from (morsel.coded_value for morsel in SimpleCookie(value).values())
            except CookieError:
                yield value.split(";")[0].partition("=")[2]


def _named_values(captured: Captured) -> Iterator[tuple[str, str]]:
    yield from parse_qsl(urlsplit(captured.url).query)
    yield from _leaves("", sent_body(captured))
    yield from _IN_SCRIPT.findall(_text(captured))
    for tag in _CARRIER.findall(_text(captured)):
        attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(tag)}
        if attributes.get("type", "hidden") == "hidden":
            yield attributes.get("name", ""), attributes.get("value") or attributes.get("content", "")


def _leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _leaves(str(key), part)
        case [str(key), str(text)]:
            yield key, text
        case list():
            for part in value:
                yield from _leaves(name, part)
        case str():
            yield name, value


def _text(captured: Captured) -> str:
    return captured.body.decode("utf-8", "replace") if b"\0" not in captured.body[:1024] else ""
