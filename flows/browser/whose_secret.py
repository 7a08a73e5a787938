"""Whose secret a request takes along; pure.

A page may change its form after the last look at it, so what leaves is looked at as well.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

_MAIL = re.compile(r"""[^\s@<>"'(),;:/?&=]{1,64}@[^\s@<>"'(),;:/?&=]{1,255}\.[^\s@<>"'(),;:/?&=.]{1,63}""")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_PART_NAME = re.compile(r'name="([^"]{0,200})"')
_MOST = 200_000  # characters of a request that are looked at; a sign-in's has a few thousand
_SITE = "@amazon."  # the site's own addresses name no user


@dataclass(slots=True, kw_only=True)
class OwnedSecret:
    """A secret that was typed once, for one address."""

    secret: SecretStr
    owner: str
    _went: set[str] = field(default_factory=set)  # the places it was sent to

    def misdirection(self, *, url: str, carried: str, counts: bool = True) -> str | None:
        """Say what is wrong with a request that carries the secret.

        None where nothing is, or it does not carry it. A request that is looked at in two places `counts` in one.
        The browser itself sends a form again where the site redirects it so (RFC 9110, 307 and 308): to another place,
        that is one sign-in; to the same one again, the secret would be tried twice.
        """
        value = self.secret.get_secret_value()
        parts = urlsplit(url)
        in_address = parse_qsl(parts.query, keep_blank_values=True)
        if any(text == value for _, text in in_address):
            return (
                "expected the password in the body of a form, found it in an address, which is kept in many places: "
                "that request was stopped; look at the kept page"
            )
        read = (list(fields) for fields in _readings(carried[:_MOST]))
        fields = next((fields for fields in read if any(text == value for _, text in fields)), None)
        if fields is None:
            return None
        known = (self.owner.strip().lower(), value.lower())
        others = [*in_address, *((name, text) for name, text in fields if text != value)]
        if any(address not in known for _, text in others for address in _addresses(text)):
            return (
                "expected the password to be sent for the account's user alone, found another address beside it: that "
                "request was stopped; look at the kept page"
            )
        if not counts:
            return None
        place = f"{parts.netloc}{parts.path}"
        if place in self._went:
            return (
                "expected the password to be sent once, found that the page or the site sends it again: that request "
                "was stopped; look at the kept page"
            )
        self._went.add(place)
        return None


def _addresses(text: str) -> Iterator[str]:
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", unquote(unquote(text)))).lower()
    return (address for address in _MAIL.findall(plain) if _SITE not in address)


def _readings(carried: str) -> Iterator[Iterator[tuple[str, str]]]:
    """Names and values, by each form in which a page can write them."""
    yield iter(parse_qsl(carried, keep_blank_values=True))
    yield from (_parts(carried), _lines(carried), _json(carried))


def _parts(carried: str) -> Iterator[tuple[str, str]]:
    for part in carried.split("\r\n--"):
        head, gap, text = part.partition("\r\n\r\n")
        if gap and (found := _PART_NAME.search(head)):
            yield found[1], text


def _lines(carried: str) -> Iterator[tuple[str, str]]:
    for line in carried.splitlines():
        name, equals, text = line.partition("=")
        if equals:
            yield name, text


def _json(carried: str) -> Iterator[tuple[str, str]]:
    if carried[:1] in ("{", "["):
        try:
            yield from _strings(json.loads(carried))
        except (ValueError, RecursionError):
            return


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _strings(part, str(key))
        case list():
            for part in value:
                yield from _strings(part, name)
        case str():
            yield name, value
