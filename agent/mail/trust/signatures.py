"""DKIM (RFC 6376): every signature verified, and what each one covers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import dkim

from agent.mail.trust.headers import Headers
from agent.mail.trust.signature_tags import (
    ALGORITHMS,
    ProblemError,
    SignatureStanding,
    Tags,
    parse_tags,
    read_signature,
    require_sound,
)

__all__ = ["MAX_SIGNATURES", "Key", "Resolver", "Signature", "SignatureStanding", "verify_signatures"]

MAX_SIGNATURES = 8
MAX_VERIFIED = 2  # of the wanted domain; each costs a hash over the whole body
MIN_KEY_BITS = 1024  # Amazon's own keys, 2023-12 to 2026
_MAX_RECORDS = 5
_BLANKS = re.compile(rb"\s{41}")  # dkimpy's search for b= takes cubic time over a run of blanks


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The answer to a key look-up: the record's bytes, or None when there is none.

    `problem` when no server gave an answer.

    `more` holds further records at the same name, to be tried in turn (RFC 6376 6.1.2).
    """

    record: bytes | None = None
    problem: str | None = None
    more: tuple[bytes, ...] = ()

    @property
    def records(self) -> tuple[bytes, ...]:
        """Every record, in the order of the answer."""
        return (*(() if self.record is None else (self.record,)), *self.more)


Resolver = Callable[[str], Key]  # "selector._domainkey.domain" -> Key


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One DKIM-Signature header."""

    number: int  # 0 is the topmost
    standing: SignatureStanding
    detail: str
    domain: str = ""
    selector: str = ""
    covers: tuple[str, ...] = ()


def verify_signatures(
    headers: Headers, body: bytes, *, domain: str, resolver: Resolver, now: datetime, arrived_at: datetime | None = None
) -> tuple[Signature, ...]:
    """Verify each signature that claims exactly `domain`.

    The others are listed, their keys are not asked for.

    Whether one has expired (x=) is judged at `arrived_at`, or `now` if that is not known. At most `MAX_VERIFIED` are
    verified; who puts more above a message is told `UNREADABLE`.
    """
    message = _Message(headers, body, domain=domain, resolver=resolver, arrived_at=arrived_at or now)
    found = [each for each in headers.raw if each[0].lower() == b"dkim-signature"]
    return tuple(message.look_at(number, header) for number, header in enumerate(found[:MAX_SIGNATURES]))


@dataclass(slots=True)
class _Message:
    """One message while its signatures are verified."""

    headers: Headers
    body: bytes
    domain: str = field(kw_only=True)
    resolver: Resolver = field(kw_only=True)
    arrived_at: datetime = field(kw_only=True)
    verified: int = 0
    forms: dict[bytes, bytes] = field(default_factory=dict)  # the canonical bodies, by the form's name

    def look_at(self, number: int, header: tuple[bytes, bytes]) -> Signature:
        """How one signature stands."""
        try:
            tags = read_signature(header[1])
        except ProblemError as problem:
            return Signature(number=number, standing=problem.standing, detail=str(problem))
        standing, detail = SignatureStanding.VALID, "it verifies"
        try:
            self._verify(tags, header)
        except ProblemError as problem:
            standing, detail = problem.standing, str(problem)
        return Signature(
            number=number,
            standing=standing,
            detail=detail,
            domain=tags.signer[:255],
            selector=tags.selector[:255],
            covers=tags.covers[:50],
        )

    def _verify(self, tags: Tags, header: tuple[bytes, bytes]) -> None:
        if tags.signer != self.domain:
            raise ProblemError(
                SignatureStanding.OTHER_DOMAIN,
                f"signed by {tags.signer or 'nobody'}, which proves nothing about {self.domain}",
            )
        require_sound(tags, arrived_at=self.arrived_at)
        if spaced := sorted(self.headers.spaced & set(tags.covers)):
            raise ProblemError(
                SignatureStanding.UNREADABLE, f"it covers a header with a blank before its colon ({spaced[0]})"
            )
        name = f"{tags.selector}._domainkey.{tags.signer}"
        key = self.resolver(name)
        if key.problem:
            raise ProblemError(SignatureStanding.UNKNOWN, f"its key could not be looked up: {key.problem}")
        records = [record for record in key.records if _is_key_record(record)][:_MAX_RECORDS]
        if not records:
            raise ProblemError(SignatureStanding.INVALID, "the domain publishes no such key")
        self.verified += 1
        if self.verified > MAX_VERIFIED:
            raise ProblemError(
                SignatureStanding.UNREADABLE,
                f"it was not checked: more than {MAX_VERIFIED} signatures claim {self.domain}",
            )
        problems = [problem for record in records if (problem := self._problem_with(record, tags, header))]
        if len(problems) == len(records):
            raise next((each for each in problems if each.standing is SignatureStanding.UNREADABLE), problems[0])

    def _problem_with(self, record: bytes, tags: Tags, header: tuple[bytes, bytes]) -> ProblemError | None:
        try:
            key, bits, kind = _read_key(record, tags)
            verifier = dkim.DKIM(minkey=MIN_KEY_BITS)
            verifier.headers = [list(each) for each in self.headers.raw]
            verifier.body = self._canonical_body(tags.body_form)
            verifier.pk, verifier.keysize, verifier.ktag = key, bits, kind
            signed = [name.encode() for name in tags.covers]
            own = (header[0], _bounded(header[1], tags.header_form))
            valid = verifier.verify_sig_process(tags.known, signed, own, None)
        except ProblemError as problem:
            return problem
        except dkim.ValidationError:
            valid = False  # the body's hash differs
        except Exception as err:  # noqa: BLE001 - dkimpy leaks many kinds on hostile mail
            return ProblemError(SignatureStanding.UNREADABLE, f"it cannot be checked ({type(err).__name__})")
        if valid is True:
            return None
        if b"z" in tags.known:  # dkimpy may take a part of it for the signature
            return ProblemError(SignatureStanding.UNREADABLE, "it copies headers (z=) and cannot be checked")
        return ProblemError(SignatureStanding.INVALID, "it does not verify: signed bytes or the key differ")

    def _canonical_body(self, form: bytes) -> bytes:
        """The body with CRLF, in the relaxed form already where that is wanted.

        Dkimpy would take quadratic time.
        """
        if form not in self.forms:
            lines = re.split(rb"\r?\n", self.body)
            if form == b"relaxed":
                lines = [re.sub(rb"[\t ]+", b" ", line).rstrip(b" ") for line in lines]
            self.forms[form] = b"\r\n".join(lines)
        return self.forms[form]


def _bounded(value: bytes, form: bytes) -> bytes:
    """The signature's own header.

    In the relaxed form already where that is wanted, without a long run of blanks.

    Raises:
        ProblemError: it has one.
    """
    if form == b"relaxed":
        value = b" " + re.sub(rb"[\t ]+", b" ", re.sub(rb"\r?\n", b"", value)).strip() + b"\r\n"
    if _BLANKS.search(value):
        raise ProblemError(SignatureStanding.UNREADABLE, "the signature holds more blanks than any does")
    return value


def _is_key_record(record: bytes) -> bool:
    """Whether a TXT record is a DKIM key, if perhaps a broken one.

    Other records may stand at its name.
    """
    try:
        tags = parse_tags(record)
    except ValueError:
        return b"p=" in record
    return b"p" in tags and tags.get(b"v", b"DKIM1") == b"DKIM1"


def _read_key(record: bytes, tags: Tags) -> tuple[object, int, bytes]:
    """The key, its size in bits and its kind.

    Raises:
        ProblemError: it cannot be read, or must not be used for this signature.
    """
    try:
        found = parse_tags(record)
    except ValueError as err:
        raise ProblemError(
            SignatureStanding.UNREADABLE, f"the published key cannot be read ({type(err).__name__})"
        ) from err
    kind = found.get(b"k", b"rsa").strip().lower()
    _require_usable(found, tags, kind=kind)
    plain = b"v=DKIM1; k=" + kind + b"; p=" + b"".join(found[b"p"].split())
    try:
        key, bits, ktag, _ = dkim.evaluate_pk("", plain)
    except Exception as err:
        raise ProblemError(
            SignatureStanding.UNREADABLE, f"the published key cannot be read ({type(err).__name__})"
        ) from err
    if ktag == b"rsa" and bits < MIN_KEY_BITS:
        raise ProblemError(SignatureStanding.INVALID, f"the published key is too short ({bits} bits)")
    return key, bits, ktag


def _require_usable(found: dict[bytes, bytes], tags: Tags, *, kind: bytes) -> None:
    words = {name: _words(found.get(name, default)) for name, default in ((b"t", b""), (b"s", b"*"), (b"h", b"sha256"))}
    identity = tags.known.get(b"i", b"@" + tags.signer.encode()).rpartition(b"@")[2].strip().lower()
    if b"y" in words[b"t"]:
        raise ProblemError(SignatureStanding.INVALID, "the published key is for tests only (t=y)")
    if not found[b"p"].strip():
        raise ProblemError(SignatureStanding.INVALID, "the published key was revoked")
    if b"s" in words[b"t"] and identity != tags.signer.encode():
        raise ProblemError(SignatureStanding.INVALID, "the published key does not allow this identity (t=s)")
    if not words[b"s"] & {b"*", b"email"}:
        raise ProblemError(SignatureStanding.INVALID, "the published key is not for e-mail")
    if b"sha256" not in words[b"h"]:
        raise ProblemError(SignatureStanding.INVALID, "the published key does not allow sha256")
    if kind not in ALGORITHMS.values():
        raise ProblemError(SignatureStanding.UNREADABLE, "the published key is of a kind we cannot check")
    if kind != ALGORITHMS[tags.algorithm]:
        raise ProblemError(SignatureStanding.INVALID, "the published key is of another kind than the signature")


def _words(value: bytes) -> set[bytes]:
    return {word.strip().lower() for word in value.split(b":")}
