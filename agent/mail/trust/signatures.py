"""DKIM: every signature of a message verified over its raw bytes, and what each one covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import dkim
from dkim.util import parse_tag_value

MAX_SIGNATURES = 8
MIN_KEY_BITS = 1024  # Amazon's own keys, 2023-12 to 2026
REQUIRED = ("from", "to", "subject", "date", "content-type")
_ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")
_SELECTOR = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The answer to a key look-up: the record's bytes, or None when there is none; `problem` when nobody could tell."""

    record: bytes | None = None
    problem: str | None = None


Resolver = Callable[[str], Key]  # "selector._domainkey.domain" -> Key


class Standing(StrEnum):
    """How one signature stands."""

    VALID = "valid"
    OTHER_DOMAIN = "other_domain"  # proves somebody else
    INVALID = "invalid"
    UNKNOWN = "unknown"  # its key could not be looked up


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature header."""

    number: int  # 0 is the topmost
    standing: Standing
    detail: str
    domain: str = ""
    selector: str = ""
    covers: tuple[str, ...] = ()


def verify_signatures(raw: bytes, *, domain: str, resolver: Resolver, now: datetime) -> tuple[Signature, ...]:
    """Verify each signature that claims exactly `domain`; the others are listed, their keys are not asked for."""
    try:
        count = sum(1 for name, _ in dkim.DKIM(raw).headers if name.lower() == b"dkim-signature")
    except Exception as err:  # noqa: BLE001 - dkimpy leaks many kinds on hostile mail
        return (
            Signature(
                number=0,
                standing=Standing.INVALID,
                detail=f"the message cannot be read for DKIM ({type(err).__name__})",
            ),
        )
    return tuple(
        _verify(raw, number, domain=domain, resolver=resolver, now=now) for number in range(min(count, MAX_SIGNATURES))
    )


def _verify(raw: bytes, number: int, *, domain: str, resolver: Resolver, now: datetime) -> Signature:
    try:
        verifier = dkim.DKIM(raw, minkey=MIN_KEY_BITS)
        headers = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
        tags = parse_tag_value(headers[number])
        signer = tags.get(b"d", b"").decode("ascii").lower()
        selector = tags.get(b"s", b"").decode("ascii")
        covers = tuple(part.strip().lower() for part in tags.get(b"h", b"").decode("ascii").split(":"))
    except Exception as err:  # noqa: BLE001 - as above
        return Signature(
            number=number, standing=Standing.INVALID, detail=f"the signature cannot be read ({type(err).__name__})"
        )

    def end(standing: Standing, detail: str) -> Signature:
        return Signature(
            number=number,
            standing=standing,
            detail=detail,
            domain=signer[:255],
            selector=selector[:255],
            covers=covers[:50],
        )

    if signer != domain:
        return end(Standing.OTHER_DOMAIN, f"signed by {signer or 'nobody'}, which proves nothing about {domain}")
    if problem := _problem_of_tags(tags, signer=signer, selector=selector, covers=covers, now=now):
        return end(Standing.INVALID, problem)
    key = resolver(f"{selector}._domainkey.{signer}")
    if key.problem:
        return end(Standing.UNKNOWN, f"its key could not be looked up: {key.problem}")
    if key.record is None:
        return end(Standing.INVALID, "the domain publishes no such key")
    if problem := _problem_of_key(key.record, tags, signer=signer):
        return end(Standing.INVALID, problem)
    try:
        valid = verifier.verify(number, dnsfunc=lambda name, timeout=5: key.record)
    except Exception as err:  # noqa: BLE001 - as above
        return end(Standing.INVALID, f"it does not verify ({type(err).__name__})")
    return (
        end(Standing.VALID, "it verifies")
        if valid is True
        else end(Standing.INVALID, "it does not verify: signed bytes or the key differ")
    )


def _problem_of_tags(
    tags: dict[bytes, bytes], *, signer: str, selector: str, covers: tuple[str, ...], now: datetime
) -> str | None:
    missing = [name for name in REQUIRED if name not in covers]
    expires = tags.get(b"x", b"")
    if not _DOMAIN.fullmatch(signer) or not _SELECTOR.fullmatch(selector):
        return "its domain or selector is malformed"
    if tags.get(b"a") not in _ALGORITHMS:
        return "its algorithm is not accepted (RFC 8301)"
    if b"l" in tags:
        return "it covers only a part of the body (l=)"
    if missing:
        return f"it does not cover {', '.join(missing)}"
    if expires and (not expires.isdigit() or len(expires) > 12 or datetime.fromtimestamp(int(expires), UTC) < now):
        return "it has expired (x=)"
    return None


def _problem_of_key(record: bytes, tags: dict[bytes, bytes], *, signer: str) -> str | None:
    try:
        key = parse_tag_value(record)
    except Exception as err:  # noqa: BLE001 - as above
        return f"the published key cannot be read ({type(err).__name__})"
    flags = {flag.strip() for flag in key.get(b"t", b"").split(b":")}
    services = {service.strip() for service in key.get(b"s", b"*").split(b":")}
    identity = tags.get(b"i", b"@" + signer.encode()).rpartition(b"@")[2].strip().lower()
    if b"y" in flags:
        return "the published key is for tests only (t=y)"
    if not key.get(b"p", b"").strip():
        return "the published key was revoked"
    if b"s" in flags and identity != signer.encode():
        return "the published key does not allow this identity (t=s)"
    if not services & {b"*", b"email"}:
        return "the published key is not for e-mail"
    if b"h" in key and b"sha256" not in {part.strip() for part in key[b"h"].split(b":")}:
        return "the published key does not allow sha256"
    return None
