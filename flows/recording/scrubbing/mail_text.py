"""Scrubbing the mail that started a visit.

Replaced inside its encodings, and without the signatures, which are no longer valid.
"""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from flows.recording.scrubbing.body_text import LOSSLESS, text_of, told_bytes

_SIGNATURES = (
    "DKIM-Signature",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    "X-SES-Outgoing",
    "Feedback-ID",
)


def scrub_mail(raw: bytes, redact: Callable[[str], str]) -> bytes:
    """Return the mail, scrubbed.

    Every text part is decoded, replaced and written as UTF-8, every header replaced, and
    signatures removed. What is no text is replaced by its length and type.
    """
    message = _parsed(raw)
    removed = [name for name in _SIGNATURES if name in message]
    for name in removed:
        del message[name]
    for part in message.walk():
        _scrub_headers(part, redact)
        if part.get_content_maintype() == "text":
            part.set_content(redact(_text(part)), subtype=part.get_content_subtype(), charset="utf-8", cte="8bit")
        elif not part.is_multipart():
            part.set_content(told_bytes(_raw(part), part.get_content_type()))
    if removed:
        message["X-Recording-Removed"] = ", ".join(removed)
    return message.as_bytes()


def mail_text(raw: bytes) -> str:
    """Return every header and text part of a mail, decoded."""
    message = _parsed(raw)
    headers = [str(value) for part in message.walk() for name, value in part.items() if name not in _SIGNATURES]
    return "\n".join([*headers, *(_text(part) for part in message.walk() if part.get_content_maintype() == "text")])


def _text(part: Any) -> str:
    """Decode a text part.

    Without loss, also where the charset is unknown or wrongly named.
    """
    raw = _raw(part)
    read = text_of(raw, str(part.get("Content-Type", "text/plain")))
    return (read.text if read is not None else raw.decode(LOSSLESS)).replace("\r\n", "\n")


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default.clone(max_line_length=None, cte_type="8bit", utf8=True))


def _scrub_headers(part: EmailMessage, redact: Callable[[str], str]) -> None:
    for name, value in part.items():
        shown = redact(str(value))
        if shown != str(value):
            part.replace_header(name, shown)


def _raw(part: Any) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
