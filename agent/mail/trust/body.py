"""A message's body: its HTML document, plain text and invitation links."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from agent.domain.invitation import Link
from agent.mail.trust.headers import Headers
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
from agent.mail.trust.mime import BodyError, Part, decode, find_parts

MAX_HTML = 500_000
_MOST_TAGS = (
    20_000  # of an HTML document; its parser takes quadratic time over nested ones and over one tag's attributes
)
_MOST_ATTRIBUTES = 4_000  # of one tag, or other text without a bracket
_MOST_URLS = 5_000
_CHARSETS = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})  # Python's names; every alias of them is as good
_TAG = re.compile(r"<[A-Za-z][^<>]{8000,}")  # shorter ones hold fewer
_SEPARATOR = re.compile(r"[\s/]+")
_CHARSET_NAME = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,40}")
_LANGUAGE = re.compile(r"<html[^>]{0,200}\slang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)", re.IGNORECASE)


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


def read_body(headers: Headers, content: bytes) -> Body:
    """Decode the text parts of a message that is split already.

    Raises:
        BodyError: too deep, too many parts, a second HTML document, an attachment, a charset or transfer encoding that
        is not plain.
    """
    parts = find_parts(headers, content)
    for part in parts:
        _require_plain(part)
    pages = [_decode(part) for part in parts if part.kind == "text/html"]
    if len(pages) > 1:
        raise BodyError("several_pages", "the message has more than one HTML part")
    texts = tuple(_decode(part) for part in parts if part.kind == "text/plain")
    page = pages[0] if pages else None
    if page is not None and _is_complex(page):
        raise BodyError("too_complex", f"the HTML part has more than {_MOST_TAGS} tags or a tag of endless attributes")
    return Body(page=page, texts=texts)


def find_invitation(body: Body) -> Link:
    """The one invitation a body offers, wherever a link could be found in it.

    Raises:
        BodyError: none, more than one, or one that only pretends.
    """
    anywhere = set(find_urls_in_source(body.page)) if body.page is not None else set()
    named = set(find_hrefs(body.page)) if body.page is not None else set()
    written = {url for text in body.texts for url in find_urls(text)}
    if len(anywhere | named | written) > _MOST_URLS:
        raise BodyError("too_complex", f"the message holds more than {_MOST_URLS} addresses")
    links, wrong = _sort(anywhere | named | written)
    if wrong:
        raise BodyError("suspicious_link", f"a link pretends to be an invitation and is none: {wrong[0]}")
    if body.page is None and not any(text.strip() for text in body.texts):
        raise BodyError("empty_body", "the message holds no text")
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


def invites_nobody(headers: Headers, content: bytes) -> bool:
    """Whether a message can be read whole and no link of it invites, or pretends to."""
    try:
        find_invitation(read_body(headers, content))
    except BodyError as err:
        return err.reason == "no_invitation"
    return False


def _sort(urls: Iterable[str]) -> tuple[list[Link], list[str]]:
    """The invitations among them, and the reasons why others only pretend.

    A beginning of an invitation's address, as a text shows one that it cut short, pretends nothing.
    """
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


def _is_complex(page: str) -> bool:
    if page.count("<") > _MOST_TAGS:
        return True
    return any(len(_SEPARATOR.findall(match.group())) > _MOST_ATTRIBUTES for match in _TAG.finditer(page))


def _require_plain(part: Part) -> None:
    if part.kind.startswith("text/") and part.attached:
        raise BodyError("unexpected_part", "a text of the message is an attachment, which a reader does not see")
    if not part.kind.startswith(("text/", "image/")):
        raise BodyError("unexpected_part", f"the message has a part of the kind {part.kind[:80]}")


def _decode(part: Part) -> str:
    charset = _charset(part.charset)
    if charset is None:
        raise BodyError("strange_charset", f"a text part has an unusual charset, {part.charset[:40]}")
    content = decode(part)
    if len(content) > MAX_HTML:
        raise BodyError("text_too_big", f"a text part is longer than {MAX_HTML} bytes")
    try:
        return content.decode(charset)
    except UnicodeDecodeError as err:
        raise BodyError("strange_charset", "a text part is not in the charset it names") from err


def _charset(name: str) -> str | None:
    """Python's name of a charset that we read, whichever of its names was written.

    None for the others.
    """
    if not _CHARSET_NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if found in _CHARSETS else None
