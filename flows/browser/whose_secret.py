"""Whose secret a request takes along; pure.

A page may change its form after the last look at it, so what leaves is looked at as well.
"""

from __future__ import annotations

import hashlib
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
_SITE = "@amazon."  # the site's own addresses name no user


@dataclass(frozen=True, slots=True)
class Sending:
    """A request that may take a secret along."""

    url: str = field(repr=False)
    carried: str = field(repr=False)
    sender: str = ""  # which part of the page sends it

    @property
    def place(self) -> str:
        """Where it goes to, without what is asked there."""
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path}"

    @property
    def hash(self) -> bytes:
        """The same for the same request alone; it can be kept, unlike what is carried."""
        return hashlib.sha256(f"{self.sender}\n{self.url}\n{self.carried}".encode("utf-8", "surrogateescape")).digest()


@dataclass(slots=True, kw_only=True)
class OwnedSecret:
    """A secret that was typed once, for one address."""

    secret: SecretStr
    owner: str
    _went: dict[str, bytes] = field(default_factory=dict)  # by place, the hash of the request that took it there
    _untried: bytes | None = None  # the hash of the request that the firewall answered last
    _went_again: bool = False

    def misdirection(self, sending: Sending, *, counts: bool = True) -> str | None:
        """Say what is wrong with a request that carries the secret.

        None where nothing is, or it does not carry it. A request that is looked at in two places `counts` in one.
        The browser itself sends a form again where the site redirects it so (RFC 9110, 307 and 308): to another place,
        that is one sign-in; to the same one again, the secret would be tried twice. What the firewall answered in the
        site's place was not tried, and goes once more.
        """
        value = self.secret.get_secret_value()
        in_address = parse_qsl(urlsplit(sending.url).query, keep_blank_values=True)
        if any(text == value for _, text in in_address):
            return (
                "expected the password in the body of a form, found it in an address, which is kept in many places: "
                "that request was stopped; look at the kept page"
            )
        read = (list(fields) for fields in _readings(sending.carried))
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
        if sending.place in self._went and not self._goes_again(sending):
            return (
                "expected the password to be sent once, found that the page or the site sends it again: that request "
                "was stopped; look at the kept page"
            )
        self._went[sending.place] = sending.hash
        return None

    def is_under_way(self, sending: Sending) -> bool:
        """Whether a request is one that took the secret along, without any change."""
        return sending.hash in self._went.values()

    def note_untried(self, sending: Sending) -> None:
        """Note that the firewall answered a request, if that took the secret along."""
        if self.is_under_way(sending):
            self._untried = sending.hash

    def is_endless(self, sending: Sending) -> bool:
        """Whether a request is one that the firewall answers again and again."""
        return self._went_again and self._untried == sending.hash

    def _goes_again(self, sending: Sending) -> bool:
        """Whether a request may go once more, which is said once."""
        may = sending.hash == self._untried and not self._went_again
        if may:
            self._untried, self._went_again = None, True
        return may


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
