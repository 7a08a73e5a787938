"""Invitation links: found, checked as browsers read them (WHATWG), rebuilt."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

import ada_url
from selectolax.lexbor import LexborHTMLParser

from agent.domain.invitation import PATH, Link, LinkPartsError, build_link
from flows import HOST_REGIONS

MAX_URL = 2048
_OTHER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,40}")
_OTHER_VALUE = re.compile(r"[A-Za-z0-9_.~-]{0,200}")
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:[^\s\"'<>`]+")
_PLAIN = re.compile(r"[\x21-\x7e]*")
_NEXT_LINE = re.compile(r"[ \t]*\r?\n[ \t]*([^\s\"'<>`]+)")
_BEGINNING = "https://sellercentral"
_MOST_BREAKS = 3  # in one address
_MOST_BROKEN = 50  # addresses in one text
_SENTENCE_END = ".,;:!?)]}>*_"
_MARKS = ("invitationid", "invitation/accept", "invitation\\accept")
_STRIPPED = "".join(map(chr, range(0x21)))  # what browsers take off both ends of an address (WHATWG URL 4.4)
_LINK_ATTRIBUTES = ("href", "action", "formaction")


class LinkError(Exception):
    """A link that is no invitation we may open; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_link(url: str) -> Link:
    """Check a link strictly and rebuild it from its parts.

    Nothing of the given text but the two ids survives.

    Raises:
        LinkError: with the first thing that is wrong.
    """
    _require_plain_text(url)
    try:
        parsed = ada_url.URL(url)
    except ValueError as err:
        raise LinkError("link_malformed", "the link is no URL") from err
    if parsed.protocol != "https:" or not url.startswith("https://"):
        raise LinkError("link_not_https", "the link does not start with https://")
    authority = re.split(r"[/?#]", url[len("https://") :], maxsplit=1)[0]
    if parsed.hostname not in HOST_REGIONS or authority.lower() != parsed.hostname:
        raise LinkError(
            "link_host", "the link's host is not a Seller Central host, or it carries a user name or a port"
        )
    path = url[len("https://") + len(authority) :].split("?", 1)[0]
    if parsed.pathname != PATH or path != PATH:
        raise LinkError("link_path", f"the link's path is not exactly {PATH}")
    return _rebuild(parsed.hostname, _parameters(url.split("?", 1)[1] if "?" in url else ""))


def find_anchors(document: str) -> Iterator[str]:
    """The addresses a reader reaches by a click on a link.

    A form or a base is not a link that a person was asked to follow.
    """
    for node in LexborHTMLParser(document).css("a[href],area[href]"):
        if value := (node.attributes.get("href") or "").strip(_STRIPPED):
            yield value


def page_text(document: str) -> str:
    """What a reader of an HTML document sees, roughly.

    Its text without styles, scripts and its head.
    """
    parser = LexborHTMLParser(document)
    parser.strip_tags(["style", "script", "head", "title", "template"])
    body = parser.body
    return "" if body is None else body.text(separator=" ")


def find_hrefs(document: str) -> Iterator[str]:
    """Every address an HTML document names as one, wherever it leads from.

    Links, forms, bases.
    """
    for node in LexborHTMLParser(document).css("[href],[action],[formaction]"):
        attributes = node.attributes
        for name in _LINK_ATTRIBUTES:
            if value := (attributes.get(name) or "").strip(_STRIPPED):
                yield value


def find_urls(text: str) -> Iterator[str]:
    """Everything in a text that looks like a URL, without the end of its sentence.

    An invitation broken over lines is joined. One that other letters follow without a blank ends before them, as
    scripts without blanks, their stops and quotation marks have it; and its ampersands may be written as in HTML.
    """
    broken = at = 0
    while match := _URL_IN_TEXT.search(text, at):
        at = match.end()
        if broken < _MOST_BROKEN and _may_go_on(match.group(), text, at):
            broken += 1
            if joined := _joined(match.group(), text[at : at + MAX_URL]):
                yield joined
                continue
        if whole := _whole_in(match.group()):
            at = match.start() + len(_plain_start(match.group()))  # behind it another one may stand
        yield whole or match.group().rstrip(_SENTENCE_END)


def _may_go_on(url: str, text: str, end: int) -> bool:
    """Whether a URL at a line's end begins a Seller Central address."""
    known = min(len(url), len(_BEGINNING))
    return url[:known] == _BEGINNING[:known] and text[end : end + 8].lstrip(" \t")[:1] in ("\r", "\n")


def _joined(url: str, rest: str) -> str | None:
    """The invitation that a mailer broke over up to four lines.

    RFC 3986, appendix C. None unless only the whole is
    one.
    """
    if _whole_in(url) is not None:
        return None
    for _ in range(_MOST_BREAKS):
        line = _NEXT_LINE.match(rest)
        if line is None:
            return None
        url, rest = url + line.group(1), rest[line.end() :]
        if (whole := _whole_in(url)) is not None:
            return whole
    return None


def _whole_in(run: str) -> str | None:
    """The invitation that a run of text without blanks is.

    Or is up to the first letter outside ASCII.
    """
    if PATH not in run:
        return None
    plain = _plain_start(run)
    spellings = (each.rstrip(_SENTENCE_END) for each in (plain, plain.replace("&amp;", "&")))
    return next((each for each in spellings if _is_invitation(each)), None)


def _plain_start(run: str) -> str:
    return _PLAIN.match(run).group()  # type: ignore[union-attr]  # it matches nothing, too


def _is_invitation(url: str) -> bool:
    try:
        check_link(url)
    except LinkError:
        return False
    return True


def find_urls_in_source(document: str) -> Iterator[str]:
    """Everything in the source of an HTML document that looks like a URL.

    Text, comments, templates and attributes alike.
    """
    yield from find_urls(html.unescape(document))


def pretends_to_invite(url: str) -> bool:
    """Whether a refused link still carries the marks of an invitation.

    However it is encoded or wrapped.
    """
    lowered = unquote(unquote(url)).casefold()
    return any(mark in lowered for mark in _MARKS)


def may_invite_otherwise(url: str) -> bool:
    """Whether a link may be another kind of invitation.

    It leads to a Seller Central page, such as an authorized
    partner's.
    """
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return False
    path = unquote(parsed.pathname).casefold()
    return parsed.hostname in HOST_REGIONS and any(mark in path for mark in ("invit", "partner", "authoriz"))


def _require_plain_text(url: str) -> None:
    if not url or len(url) > MAX_URL:
        raise LinkError("link_malformed", f"the link is empty or longer than {MAX_URL} characters")
    if any(not "\x21" <= char <= "\x7e" for char in url) or "\\" in url:
        raise LinkError(
            "link_malformed", "the link holds a space, a backslash, a control character or a letter outside ASCII"
        )
    if "#" in url:
        raise LinkError("link_malformed", "the link has a fragment")


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        if not equals or not _OTHER_NAME.fullmatch(name) or not _OTHER_VALUE.fullmatch(value):
            raise LinkError("link_parameters", "the link's parameters are not plain name=value pairs")
        if name.casefold() in {known.casefold() for known in found}:
            raise LinkError("link_parameters", "the link repeats a parameter")
        found[name] = value
    return found


def _rebuild(host: str, parameters: dict[str, str]) -> Link:
    try:
        return build_link(
            host=host,
            invitation_id=parameters.get("invitationId", ""),
            merchant_id=parameters.get("merchantId"),
            global_account_id=parameters.get("globalAccountId"),
        )
    except LinkPartsError as err:
        raise LinkError(err.reason, str(err)) from err
