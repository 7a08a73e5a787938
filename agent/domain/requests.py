"""What the agent may ask of a person, and what counts as an answer."""

from __future__ import annotations

import re
from enum import StrEnum


class RequestKind(StrEnum):
    """What is wanted."""

    SMS_CODE = "sms_code"  # the code that the site sent to a telephone
    MAIL_CODE = "mail_code"  # the code that the site sent to a mailbox we do not read
    PHONE = "phone"  # a telephone number in E.164
    APPROVAL = "approval"  # a person approves on a device, and says so here
    TERMS = "terms"  # a person agrees to the conditions that the words name
    PUZZLE = "puzzle"  # the answer to a picture, as text
    WHEEL = "wheel"  # a person must drive the page; no text answers it


class Ending(StrEnum):
    """Why a request is no longer open."""

    ANSWERED = "answered"  # the visit took the answer
    EXPIRED = "expired"  # no answer in time
    WITHDRAWN = "withdrawn"  # the page went on, or no person could be asked
    SUPERSEDED = "superseded"  # the same was asked again for this account
    VISIT_ENDED = "visit_ended"  # paused, lease lost, stopped, or the worker died
    TAKEN_OVER = "taken_over"  # a person took the wheel instead
    REPEATED = "repeated"  # the answer was given before; it is not typed twice


LONGEST_WORDS = 300

_CODE = re.compile(r"[0-9A-Za-z]{4,10}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_PUZZLE = 60


class NotAnAnswerError(ValueError):
    """The text cannot be an answer of this kind; it is not repeated."""


def parse_answer(kind: RequestKind, text: str) -> str:
    """Read what a person gave, as it will be typed.

    Empty for kinds that are answered by saying so.

    Raises:
        NotAnAnswerError: it is nothing of this kind.
    """
    match kind:
        case RequestKind.SMS_CODE | RequestKind.MAIL_CODE:
            return _matching(_CODE, re.sub(r"[\s-]", "", text), "a code of 4 to 10 letters or digits")
        case RequestKind.PHONE:
            return _matching(_PHONE, re.sub(r"[\s().-]", "", text), "a telephone number such as +14255550100")
        case RequestKind.PUZZLE:
            found = text.strip()
            if not 1 <= len(found) <= _LONGEST_PUZZLE or not found.isprintable():
                raise NotAnAnswerError(f"Expected the picture's text, at most {_LONGEST_PUZZLE} characters.")
            return found
        case RequestKind.APPROVAL | RequestKind.TERMS:
            if text.strip():
                raise NotAnAnswerError("This is answered without a text.")
            return ""
        case RequestKind.WHEEL:
            raise NotAnAnswerError("No text answers this; take the page over.")


def _matching(pattern: re.Pattern[str], text: str, expected: str) -> str:
    if not (text.isascii() and pattern.fullmatch(text)):
        raise NotAnAnswerError(f"Expected {expected}.")
    return text
