"""Reading the one code of a mail whose sender is proven already.

A mail that leaves a doubt is for a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from agent.mail.codes.purposes import NEVER, code_mails
from agent.mail.trust.body import Body
from agent.mail.trust.links import page_text

UNCLEAR = "unclear"
# As a reader sees a number: no part of a word, a longer number, an address or a date.
_CODE = re.compile(r"(?<![0-9A-Za-z#/=&%@_-])(?<![0-9][.,:])[0-9]{6}(?![0-9A-Za-z/=&%@_-])(?![.,:][0-9])")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:/[^\s\"'<>`]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedCode:
    """What a mail brought: a code and what it is for, or why only a person may use it."""

    purpose: str
    sent_at: datetime
    code: str | None = field(default=None, repr=False)
    problem: str | None = None


def is_code_sender(address: str | None) -> bool:
    """Whether an address is one that codes are sent from.

    Its domain is proven elsewhere.
    """
    return (address or "").partition("@")[0] in code_mails().senders


def is_code_domain(domain: str) -> bool:
    """Whether codes, but no known invitations, come from this domain of Amazon's."""
    return domain in code_mails().more_domains


def read_code(body: Body, *, subject: str, sent_at: datetime) -> MailedCode | None:
    """Read the code of a mail from a sender of codes.

    None for one without any number like it and without a purpose.
    """
    rules = code_mails()
    texts = [text for text in body.texts if text.strip()]
    page = page_text(body.page) if body.page is not None else ""
    written, shown = {n for text in texts for n in _numbers(text)}, _numbers(page)
    named, spoken = rules.by_subject(subject), rules.by_body(" ".join([*texts, page]))
    if len(named) != 1:
        if not (written | shown):
            return None
        return _unclear(sent_at, "a mail with a code came whose subject is in words or a language that nobody listed")
    [purpose] = named
    if purpose == NEVER:
        return None
    if spoken - named:
        return _unclear(sent_at, f"a mail's subject says {purpose} and its text {', '.join(sorted(spoken - named))}")
    numbers = written | shown
    if len(numbers) != 1:
        return MailedCode(
            purpose=purpose, sent_at=sent_at, problem=f"the mail with the code holds {len(numbers)} numbers"
        )
    return MailedCode(purpose=purpose, sent_at=sent_at, code=numbers.pop())


def _numbers(text: str) -> set[str]:
    return set(_CODE.findall(_URL.sub(" ", text)))


def _unclear(sent_at: datetime, problem: str) -> MailedCode:
    return MailedCode(purpose=UNCLEAR, sent_at=sent_at, problem=problem)
