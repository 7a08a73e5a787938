"""A message's body: the one HTML document, the plain text, and the invitation links in them."""

from __future__ import annotations

import email
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from email.policy import compat32

from agent.domain.invitation import Link
from agent.mail.trust.links import (
    LinkError,
    check_link,
    find_anchors,
    find_hrefs,
    find_urls,
    find_urls_in_source,
    may_invite_otherwise,
    pretends_to_invite,
)

MAX_HTML = 500_000
MAX_PARTS = 40
MAX_DEPTH = 6
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin-1": "latin-1",
}
_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
_LANGUAGE = re.compile(r"<html[^>]{0,200}\slang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)", re.IGNORECASE)


class BodyError(Exception):
    """A body that is not plainly one readable invitation; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The decoded texts of a message; `page` is its HTML document if it has one."""

    page: str | None
    texts: tuple[str, ...]

    @property
    def language(self) -> str | None:
        """The language the HTML document claims to be in."""
        match = _LANGUAGE.search((self.page or "")[:5000])
        return match.group(1) if match else None


def parse_body(raw: bytes) -> Body:
    """Decode the text parts of a message.

    Raises:
        BodyError: too deep, too many parts, a second HTML document, an attachment, a charset or transfer encoding that
        is not plain.
    """
    parts = _leaves(email.message_from_bytes(raw, policy=compat32))
    pages = [_decode(part) for part in parts if part.get_content_type() == "text/html"]
    if len(pages) > 1:
        raise BodyError("several_pages", "the message has more than one HTML part")
    texts = tuple(_decode(part) for part in parts if part.get_content_type() == "text/plain")
    return Body(page=pages[0] if pages else None, texts=texts)


def find_invitation(body: Body) -> Link:
    """The one invitation a body offers, wherever a reader or a program could find a link in it.

    Raises:
        BodyError: none, more than one, or one that only pretends.
    """
    anywhere = set(find_urls_in_source(body.page)) if body.page is not None else set()
    named = set(find_hrefs(body.page)) if body.page is not None else set()
    written = {url for text in body.texts for url in find_urls(text)}
    links, wrong = _sort(anywhere | named | written)
    if wrong:
        raise BodyError("suspicious_link", f"a link pretends to be an invitation and is none: {wrong[0]}")
    if not links and any(may_invite_otherwise(url) for url in anywhere | named | written):
        raise BodyError(
            "other_invitation",
            "the message links to another kind of invitation, perhaps an authorized partner's; a person must take it",
        )
    if not links:
        raise BodyError("no_invitation", "the message holds no invitation link")
    if len({link.url for link in links}) > 1:
        raise BodyError("several_invitations", "the message holds more than one invitation")
    source, _ = _sort(find_anchors(body.page) if body.page is not None else written)
    if not source:
        raise BodyError(
            "link_not_clickable", "the invitation link stands in the message, but not where a reader would click it"
        )
    return source[0]


def _sort(urls: Iterable[str]) -> tuple[list[Link], list[str]]:
    """The invitations among them, and the reasons why others only pretend. A beginning of an invitation's address, as a
    text shows
    one that it cut short, pretends nothing."""
    links: dict[str, Link] = {}
    wrong: dict[str, str] = {}
    for url in sorted(urls):
        try:
            links[url] = check_link(url)
        except LinkError as err:
            if pretends_to_invite(url):
                wrong[url] = str(err)
    whole = tuple(links)
    return list(links.values()), [
        why for url, why in wrong.items() if not any(each.startswith(url.rstrip("….")) for each in whole)
    ]


def _leaves(message: Message) -> list[Message]:
    leaves: list[Message] = []
    stack = [(message, 0)]
    seen = 0
    while stack:
        part, depth = stack.pop()
        seen += 1
        if seen > MAX_PARTS or depth > MAX_DEPTH:
            raise BodyError("too_complex", f"the message has more than {MAX_PARTS} parts or {MAX_DEPTH} levels")
        kind = part.get_content_maintype()
        payload = part.get_payload()
        if kind == "multipart" and isinstance(payload, list):
            stack += [(child, depth + 1) for child in reversed(payload) if isinstance(child, Message)]
        elif kind == "text" and part.get_content_disposition() == "attachment":
            raise BodyError("unexpected_part", "a text of the message is an attachment, which a reader does not see")
        elif kind in ("text", "image") and not isinstance(payload, list):
            leaves.append(part)
        else:
            raise BodyError("unexpected_part", f"the message has a part of the kind {part.get_content_type()[:80]}")
    return leaves


def _decode(part: Message) -> str:
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    charset = _CHARSETS.get(str(part.get_param("charset", "us-ascii")).strip().lower())
    if encoding not in _ENCODINGS:
        raise BodyError("strange_encoding", "a text part has an unusual transfer encoding")
    if charset is None:
        raise BodyError("strange_charset", "a text part has an unusual charset")
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or len(payload) > MAX_HTML:
        raise BodyError("text_too_big", f"a text part is longer than {MAX_HTML} bytes")
    try:
        return payload.decode(charset)
    except UnicodeDecodeError as err:
        raise BodyError("strange_charset", "a text part is not in the charset it names") from err
