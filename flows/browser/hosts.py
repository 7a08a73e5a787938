"""Which hosts a visit may touch, and judging one request by them; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, parse_qsl, urlsplit

from flows.browser.graphql import is_listed_query
from flows.browser.rules import front_hosts, is_never, plain_path, telemetry_hosts
from flows.marketplaces import RETAIL_HOSTS, SELLER_CENTRAL_HOSTS

# Scripts, silent challenges, picture and metrics services of the site itself. A leading dot means any host below.
RESOURCE_HOSTS = frozenset({".awswaf.com", ".media-amazon.com", ".ssl-images-amazon.com", ".amazon.com"})

PICTURE_HOSTS = frozenset({"opfcaptcha-prod.s3.amazonaws.com"})  # robot checks

_READS = ("GET", "HEAD")
_OTHER_ACCOUNT = ("/account-switcher", "/authorization/select-account")

# What a page's own header asks to draw its list of accounts (facts: news, 2); they are read, nothing is chosen by them.
_ACCOUNT_LISTS = (
    "/account-switcher/global-accounts",
    "/account-switcher/global-and-regional-account/merchantmarketplace",
    "/account-switcher/regional-accounts/merchantmarketplace",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPolicy:
    """Exact hosts, always https. `resources` may hold suffixes that start with a dot."""

    navigation: frozenset[str] = SELLER_CENTRAL_HOSTS | RETAIL_HOSTS  # documents and forms, subframes too
    sign_in: frozenset[str] = SELLER_CENTRAL_HOSTS | RETAIL_HOSTS  # where a password or code may be typed
    resources: frozenset[str] = field(default=RESOURCE_HOSTS)  # besides navigation: XHR, fetch, beacons, scripts
    pictures: frozenset[str] = PICTURE_HOSTS  # besides resources: pictures alone, and only while a person looks
    telemetry: frozenset[str] = field(default_factory=telemetry_hosts)  # the site's own measurements; may hold *
    errands: frozenset[str] = frozenset({"sign_in"})  # what the visit was sent for; sign_in, registration, rotation

    def is_resource(self, host: str) -> bool:
        """Whether a script may talk to the host."""
        return (
            host in self.navigation
            or host in self.resources
            or any(host.endswith(s) for s in self.resources if s.startswith("."))
            or self.is_telemetry(host)
        )

    def is_telemetry(self, host: str) -> bool:
        """Whether the host only takes the site's own measurements."""
        return any(fnmatchcase(host, pattern) for pattern in self.telemetry)

    def is_noise(self, method: str, host: str) -> bool:
        """Whether no script of the page waits for an answer.

        True for measurements, and for what a page sends to a host that is not the site's.

        The site's own data never come by a POST to another host.
        """
        return self.is_telemetry(host) or (method == "POST" and not self.is_resource(host))

    def patterns(self) -> Iterator[str]:
        """Yield every allowed host as the browser's resolver writes it."""
        for host in sorted(self.navigation | self.sign_in | self.resources | self.pictures | self.telemetry):
            yield f"*{host}" if host.startswith(".") else host


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """One call by script that reads although it is not a GET.

    `path` is exact or holds * and ?. With `queries`, the body must be one GraphQL query with one of these names.
    """

    method: str
    path: str
    queries: frozenset[str] = frozenset()

    def allows(self, *, method: str, parts: SplitResult, body: str | None) -> bool:
        """Whether this request is the call."""
        if self.method != method or not _matches(parts.path or "/", [self.path]):
            return False
        return not self.queries or (not parts.query and is_listed_query(body, self.queries))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOnly:
    """What passes while a visit only reads."""

    documents: tuple[str, ...]  # paths, exact or with * and ?
    calls: tuple[ReadCall, ...] = ()
    selection: frozenset[str] = frozenset()  # values of mons_sel_* that are active already


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRules:
    """What passes besides reading while a person acts on the page.

    From the challenge's catalogue file.

    Nothing here beats the never-list. While a person acts, the visit has no errand.
    """

    posts: tuple[str, ...] = ()  # paths that forms and scripts may send to, exact or with * and ?
    pictures: tuple[str, ...] = ()  # hosts whose pictures are shown; a leading dot means any host below
    documents: tuple[str, ...] = ("*",)  # paths of pages that may be opened by GET

    def shows(self, host: str) -> bool:
        """Whether a host's pictures are shown."""
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in self.pictures)


class RequestRuling(StrEnum):
    """What becomes of a request."""

    PASS = "pass"  # noqa: S105 - a ruling, not a password
    STOP = "stop"  # stopped and listed
    DROP = "drop"  # stopped without a word
    FOREIGN = "foreign"  # stopped, and the visit ends


def judge(
    *,
    kind: str,
    method: str,
    url: str,
    policy: HostPolicy,
    read_only: ReadOnly | None = None,
    person: PersonRules | None = None,
    body: str | None = None,
) -> RequestRuling:
    """Rule on one request.

    `kind` is the DevTools resource type in lower case: document, xhr, fetch, ping, media, other ... `body` is what it
    carries, None where that cannot be told.

    A document or a form for another host ends the visit: it may hold a person's data. What a script sends in the
    background is stopped, and the visit goes on.
    """
    parts = urlsplit(url)
    if kind in ("media", "font", "image") and not (kind == "image" and person and _is_shown(method, parts, person)):
        return RequestRuling.STOP
    if parts.scheme in ("about", "blob", "data"):
        return RequestRuling.PASS
    host = parts.hostname or ""
    if (read_only or person) and kind not in ("document", "image") and policy.is_telemetry(host):
        return RequestRuling.DROP
    errands = frozenset() if read_only or person else policy.errands
    if is_never(parts.path, method=method, errands=errands) and policy.is_resource(host):
        return RequestRuling.STOP
    allowed = host in policy.navigation if kind == "document" else policy.is_resource(host)
    allowed = allowed or (kind == "image" and host in policy.pictures)
    if not allowed or parts.scheme != "https" or parts.port not in (None, 443):
        is_front = method in _READS and parts.scheme == "https" and host in front_hosts()
        return RequestRuling.FOREIGN if kind == "document" and not is_front else RequestRuling.STOP
    if read_only and kind == "other":
        return RequestRuling.STOP  # no page needs one; among them are rules for pages made beforehand
    if read_only and kind != "image" and not _only_reads(kind, method, parts, read_only, body):
        return RequestRuling.STOP
    if person and not _person_may(kind, method, parts, person):
        return RequestRuling.STOP
    return RequestRuling.PASS


def _is_shown(method: str, parts: SplitResult, person: PersonRules) -> bool:
    return parts.scheme in ("data", "blob") or (
        method == "GET" and parts.scheme == "https" and person.shows(parts.hostname or "")
    )


def _person_may(kind: str, method: str, parts: SplitResult, person: PersonRules) -> bool:
    path = parts.path or "/"
    if method in (*_READS, "OPTIONS"):
        return kind != "document" or _matches(path, person.documents)
    return kind in ("document", "xhr", "fetch") and _matches(plain_path(path), person.posts)


def _only_reads(kind: str, method: str, parts: SplitResult, rules: ReadOnly, body: str | None) -> bool:
    path = parts.path or "/"
    plain = plain_path(path)
    if _switches(parts, rules):
        return False
    if any(plain == refused or plain.startswith(refused + "/") for refused in _OTHER_ACCOUNT):
        return kind in ("xhr", "fetch") and method == "GET" and plain in _ACCOUNT_LISTS
    if kind == "document":
        return method in _READS and _matches(path, rules.documents)
    if kind == "ping":
        return False
    if any(call.queries and _matches(plain, [call.path.lower()]) for call in rules.calls) and method in _READS:
        return "query" not in dict(parse_qsl(parts.query, keep_blank_values=True))  # a question in the address
    return method in (*_READS, "OPTIONS") or any(
        call.allows(method=method, parts=parts, body=body) for call in rules.calls
    )


def _switches(parts: SplitResult, rules: ReadOnly) -> bool:
    """Whether the address would choose another account; its language is free."""
    chosen = [
        (key, value)
        for key, value in parse_qsl(parts.query)
        if key.startswith("mons_sel_") and key != "mons_sel_locale"
    ]
    return any(value not in rules.selection for _, value in chosen)


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(path, pattern) for pattern in patterns)
