"""The tag lists of DKIM (RFC 6376 3.2).

What a signature says of itself, and whether it may count at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

REQUIRED = ("from", "to", "subject", "date", "content-type")
ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}  # and the kind of key each needs
_FORBIDDEN = b"rsa-sha1"  # RFC 8301
_CANONICAL = (b"simple", b"relaxed")
_MAX_HEADER, _MAX_COVERED = 16_384, 100
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_SELECTOR = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,4}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_CLOCKS_APART = 36_000  # seconds that a signer's clock may be ahead of ours, as dkimpy allows


class SignatureStanding(StrEnum):
    """How one signature stands."""

    VALID = "valid"
    OTHER_DOMAIN = "other_domain"  # a proof about another domain
    INVALID = "invalid"
    UNKNOWN = "unknown"  # its key could not be looked up
    UNREADABLE = "unreadable"  # neither shown to be genuine nor to be forged


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """A signature's tags, those whose letters may be of either case in lower case."""

    known: dict[bytes, bytes]
    signer: str
    selector: str
    covers: tuple[str, ...]
    algorithm: bytes
    header_form: bytes
    body_form: bytes


class ProblemError(Exception):
    """Why a signature does not count."""

    def __init__(self, standing: SignatureStanding, detail: str) -> None:
        super().__init__(detail)
        self.standing = standing


def parse_tags(text: bytes) -> dict[bytes, bytes]:
    """A tag list as a mapping; blanks around names and values do not count.

    Raises:
        ValueError: it is none, or a tag stands twice.
    """
    found: dict[bytes, bytes] = {}
    *items, last = text.split(b";")
    for item in (*items, last) if last.strip() else items:
        name, equals, value = item.partition(b"=")
        name = name.strip()
        if not equals or not _NAME.fullmatch(name) or name in found:
            raise ValueError("a malformed or repeated tag")
        found[name] = value.strip()
    return found


def read_signature(value: bytes) -> Tags:
    """The tags of a signature.

    Raises:
        ProblemError: they cannot be read.
    """
    if len(value) > _MAX_HEADER:
        raise ProblemError(SignatureStanding.UNREADABLE, "the signature is longer than any is")
    try:
        known = parse_tags(value)
        signer = known.get(b"d", b"").decode("ascii").lower()
        selector = known.get(b"s", b"").decode("ascii")
        covers = tuple(part.strip().lower() for part in known.get(b"h", b"").decode("ascii").split(":"))
    except ValueError as err:
        raise ProblemError(
            SignatureStanding.UNREADABLE, f"the signature cannot be read ({type(err).__name__})"
        ) from err
    header_form, _, body_form = known.get(b"c", b"simple/simple").lower().partition(b"/")
    algorithm = known.get(b"a", b"").lower()
    forms = {b"a": algorithm, b"c": b"/".join((header_form.strip(), body_form.strip() or b"simple"))}
    return Tags(
        known=known | forms,
        signer=signer,
        selector=selector,
        covers=covers,
        algorithm=algorithm,
        header_form=header_form.strip(),
        body_form=body_form.strip() or b"simple",
    )


def require_sound(tags: Tags, *, arrived_at: datetime) -> None:
    """Refuse a signature that could not count even if it verified.

    Raises:
        ProblemError: with the first thing that is wrong.
    """
    known = tags.known
    missing = [name for name in REQUIRED if name not in tags.covers]
    if not _DOMAIN.fullmatch(tags.signer) or not _SELECTOR.fullmatch(tags.selector):
        raise ProblemError(SignatureStanding.INVALID, "its domain or selector is malformed")
    if tags.algorithm == _FORBIDDEN:
        raise ProblemError(SignatureStanding.INVALID, "its algorithm is not accepted (RFC 8301)")
    if b"l" in known:
        raise ProblemError(SignatureStanding.INVALID, "it covers only a part of the body (l=)")
    if missing:
        raise ProblemError(SignatureStanding.INVALID, f"it does not cover {', '.join(missing)}")
    for name in (b"b", b"bh"):
        text = b"".join(known.get(name, b"").split())
        if not _BASE64.fullmatch(text) or len(text) % 4:
            raise ProblemError(SignatureStanding.INVALID, f"its {name.decode()}= is missing or not Base64")
    _, at, identity = known.get(b"i", b"@" + tags.signer.encode()).lower().rpartition(b"@")
    if not at or not (b"." + identity).endswith(b"." + tags.signer.encode()):
        raise ProblemError(SignatureStanding.INVALID, "its identity is not of its domain (i=)")
    _require_in_time(known, arrived_at=arrived_at)
    _require_known_forms(tags)


def _require_in_time(known: Mapping[bytes, bytes], *, arrived_at: datetime) -> None:
    times: dict[bytes, int] = {}
    for name in (b"t", b"x"):
        if name in known:
            if not known[name].isdigit() or len(known[name]) > 12:
                raise ProblemError(SignatureStanding.INVALID, f"its time is malformed ({name.decode()}=)")
            times[name] = int(known[name])
    if times.get(b"t", 0) > arrived_at.timestamp() + _CLOCKS_APART:  # a clock is wrong, and it may be ours
        raise ProblemError(
            SignatureStanding.UNREADABLE, "it is dated in the future: later than the message arrived (t=)"
        )
    if b"x" in times and times[b"x"] < max(arrived_at.timestamp(), times.get(b"t", 0)):
        raise ProblemError(SignatureStanding.INVALID, "it had expired when the message arrived (x=)")


def _require_known_forms(tags: Tags) -> None:
    """Unknown forms are no forgery.

    A sender may begin to sign so, and we cannot check it.
    """
    if tags.known.get(b"v", b"1") != b"1":
        raise ProblemError(SignatureStanding.UNREADABLE, "it is of an unknown version (v=)")
    if tags.algorithm not in ALGORITHMS:
        raise ProblemError(SignatureStanding.UNREADABLE, "its algorithm is not one we can check (a=)")
    if tags.header_form not in _CANONICAL or tags.body_form not in _CANONICAL:
        raise ProblemError(SignatureStanding.UNREADABLE, "its canonical form is not one we can check (c=)")
    queries = {query.strip().lower() for query in tags.known.get(b"q", b"dns/txt").split(b":")}
    if b"dns/txt" not in queries:
        raise ProblemError(SignatureStanding.UNREADABLE, "its key is not published in DNS (q=)")
    if len(tags.covers) > _MAX_COVERED:
        raise ProblemError(SignatureStanding.UNREADABLE, f"it covers more than {_MAX_COVERED} headers")
