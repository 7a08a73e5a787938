"""Mails with codes as the facts describe them, and the many that must never be taken for one; seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.second_mails.letters import SES, Letter, letter, multipart, part
from tests.second_mails.signing import Signature

REGISTRATION, SIGN_IN, ACCOUNT_DATA = "registration", "sign_in", "account_data"
_SUBJECTS = {
    REGISTRATION: "Verify your new Amazon account",
    SIGN_IN: "amazon.com: Sign-in attempt",
    ACCOUNT_DATA: "amazon.com: Account data access attempt",
}
_TEXTS = {
    REGISTRATION: "To verify your email address, please use the following One "
    "Time Password (OTP):\r\n\r\n{code}\r\n\r\nDon't share this OTP with anyone.",
    SIGN_IN: "Someone is attempting to sign in to your account.\r\nIf this was you, your verification code is: "
    "{code}\r\nIf not, deny it: https://www.amazon.com/a/c/r?k=112233abc",
    ACCOUNT_DATA: (
        "Someone is attempting to access your account data. If this was you, your verification code is: {code}"
    ),
}
SENDER = "Amazon <account-update@amazon.com>"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMail:
    """One mail, and whether its code may be used for a purpose that was asked for at a moment."""

    name: str
    raw: bytes
    is_ours: bool = False


def code_letter(purpose: str, code: str, *, to: str, at: datetime, html: bool = True) -> Letter:
    """A genuine mail with a code."""
    text = _TEXTS[purpose].format(code=code)
    page = (
        "<html><body><table><tr><td "
        f'class="data">{text.replace(chr(13) + chr(10), "<br>")}</td></tr></table></body></html>'
    )
    content = multipart(part(text, kind="text/plain"), part(page)) if html else part(text, kind="text/plain")
    return letter(content, sender=SENDER, subject=_SUBJECTS[purpose], to=to, date=at)


def others(*, to: str, asked_at: datetime, purpose: str, seed: int, count: int) -> Iterator[CodeMail]:
    """Mails of other purposes, for others, forged, old, or doubtful, each with a number of six digits."""
    draw = random.Random(seed)
    kinds = (
        _other_purpose, _other_person, _forged, _unsigned, _altered, _old, _two_numbers, _no_number, _strange_language,
        _contradiction, _password, _other_sender, _notice,
    )  # fmt: skip
    for number in range(count):
        kind = kinds[number % len(kinds)]
        code = f"{draw.randrange(10**6):06d}"
        at = asked_at + timedelta(seconds=draw.randrange(0, 60))
        mail = kind(code, to=to, at=at, purpose=purpose, draw=draw)
        mail = replace(mail, message_id=f"<{seed}-{number}@email.amazonses.com>")
        raw = mail.raw()
        if kind is _altered:
            raw = raw.replace(code.encode(), f"{(int(code) + 1) % 10**6:06d}".encode())
        yield CodeMail(name=f"{kind.__name__.strip('_')} {number}", raw=raw)


def _made(purpose: str, code: str, *, to: str, at: datetime, draw: random.Random) -> Letter:
    return code_letter(purpose, code, to=to, at=at, html=draw.random() < 0.7)


def _other_purpose(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    return _made(draw.choice([each for each in _SUBJECTS if each != purpose]), code, to=to, at=at, draw=draw)


def _other_person(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    return _made(purpose, code, to=f"other-{draw.randrange(99)}@users.example", at=at, draw=draw)


def _forged(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    evil = Signature(domain="evil.test", selector="own", key="evil")
    return _made(purpose, code, to=to, at=at, draw=draw).signed(evil, SES)


def _unsigned(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    return _made(purpose, code, to=to, at=at, draw=draw).signed()


def _altered(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    return _made(purpose, code, to=to, at=at, draw=draw)


def _old(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    return _made(purpose, code, to=to, at=at - timedelta(seconds=draw.randrange(70, 90_000)), draw=draw)


def _two_numbers(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    other = f"{(int(code) + 7) % 10**6:06d}"
    text = _TEXTS[purpose].format(code=code) + f"\r\nYour case is {other}."
    return letter(part(text, kind="text/plain"), sender=SENDER, subject=_SUBJECTS[purpose], to=to, date=at)


def _no_number(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    text = _TEXTS[purpose].format(code=" ".join(code))
    return letter(part(text, kind="text/plain"), sender=SENDER, subject=_SUBJECTS[purpose], to=to, date=at)


def _strange_language(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    subject = draw.choice(["Vahvista uusi Amazon-tilisi", "Bekreft den nye Amazon-kontoen din"])
    text = f"Koodi: {code}"
    return letter(part(text, kind="text/plain"), sender=SENDER, subject=subject, to=to, date=at)


def _contradiction(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    other = draw.choice([each for each in _TEXTS if each != purpose])
    text = _TEXTS[other].format(code=code)
    return letter(part(text, kind="text/plain"), sender=SENDER, subject=_SUBJECTS[purpose], to=to, date=at)


def _password(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    text = f"To reset your password, use this code: {code}"
    return letter(part(text, kind="text/plain"), sender=SENDER, subject="Amazon password assistance", to=to, date=at)


def _other_sender(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    sender = draw.choice(["Amazon <donotreply@amazon.com>", "Amazon <seller-notification@amazon.com>"])
    return replace(_made(purpose, code, to=to, at=at, draw=draw), sender=sender)


def _notice(code: str, *, to: str, at: datetime, purpose: str, draw: random.Random) -> Letter:
    text = f"Your order {code} has been dispatched."
    return letter(part(text, kind="text/plain"), sender=SENDER, subject="Your order", to=to, date=at)
