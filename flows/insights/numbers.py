"""Numbers as pages and answers write them, in any listed language; pure.

Nothing is guessed: what can be read in two ways is not read.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

_PERCENT = re.compile(r"[%٪]")
_NUMBER = re.compile(r"\d(?:[\d.,\u00a0\u202f\u2009'’ ]*\d)?")


class NumberError(ValueError):
    """A text that is no number, or one that can be read in several ways."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    """A percentage as written: 0 to 100, and half a unit of its last digit."""

    value: float
    step: float


def is_nothing(text: str, nothing: list[str]) -> bool:
    """Whether a text says that there is no value.

    A listed word, or anything without a digit.
    """
    return plain_text(text).casefold() in nothing or not any(character.isdigit() for character in plain_text(text))


def parse_percent(text: str, *, most: float = 100.0) -> Percent:
    """Parse one percentage with its sign.

    Raises:
        NumberError: no sign, more than one number, below 0 or above `most`.
    """
    plain = plain_text(text)
    if len(_PERCENT.findall(plain)) != 1:
        raise NumberError(f"a percentage was expected, found {text[:40]!r}")
    number = _PERCENT.sub("", plain).strip()
    if not re.fullmatch(r"\d[\d.,\u00a0\u202f\u2009'’ ]*", number):
        raise NumberError(f"one percentage was expected, found {text[:40]!r}")
    digits, decimals = _decimal(number)
    if digits > most:
        raise NumberError(f"at most {most:g} % was expected, found {text[:40]!r}")
    return Percent(value=digits, step=0.5 * 10**-decimals)


def parse_count(text: str) -> int:
    """Parse one whole number, grouped or not.

    Raises:
        NumberError: it is not one.
    """
    numbers = counts_in(text)
    if len(numbers) != 1:
        raise NumberError(f"one whole number was expected, found {text[:40]!r}")
    return numbers[0]


def counts_in(text: str) -> list[int]:
    """List the whole numbers of a text, such as "3 of 1,204 orders", in its order.

    Raises:
        NumberError: one of them has decimals, or a sign.
    """
    plain = plain_text(text)
    if re.search(r"[-−–+]\s?\d", plain) or _PERCENT.search(plain):
        raise NumberError(f"whole numbers were expected, found {text[:40]!r}")
    return [_whole(found) for found in _NUMBER.findall(plain)]


def number_of(value: object, *, most: float = math.inf) -> float:
    """The number in an answer's field; a plain numeric text counts.

    Raises:
        NumberError: it is none, not finite, negative or above `most`.
    """
    if isinstance(value, str) and re.fullmatch(r"\d+(?:\.\d+)?", value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NumberError(f"a number was expected, found {str(value)[:40]!r}")
    if not 0 <= value <= most:
        raise NumberError(f"a number from 0 to {most:g} was expected, found {value}")
    return value


def count_of(value: object) -> int:
    """The whole number in an answer's field.

    Raises:
        NumberError: it is none.
    """
    number = number_of(value)
    if number != int(number):
        raise NumberError(f"a whole number was expected, found {number}")
    return int(number)


def plain_text(text: str) -> str:
    """Western digits and separators, single spaces, no invisible marks."""
    shown = "".join(
        str(unicodedata.decimal(character)) if unicodedata.category(character) == "Nd" else character
        for character in unicodedata.normalize("NFKC", text).replace("٫", ".").replace("٬", "'")
        if unicodedata.category(character) != "Cf"
    )
    return " ".join(shown.split())


def _decimal(number: str) -> tuple[float, int]:
    """A number below a thousand with at most one separator, and its decimals."""
    parts = re.split(r"[.,]", number)
    if len(parts) > 2 or not all(part.isdigit() for part in parts):
        raise NumberError(f"a number was expected, found {number[:40]!r}")
    decimals = len(parts[1]) if len(parts) == 2 else 0
    return float(".".join(parts)), decimals


def _whole(number: str) -> int:
    """A whole number, grouped by one separator or not.

    Groups have three digits (Indian ones two in front).
    """
    separators = {character for character in number if not character.isdigit()}
    groups = re.split(r"[^\d]", number)
    if not separators:
        return int(number)
    regular = len(separators) == 1 and len(groups[-1]) == 3 and 1 <= len(groups[0]) <= 3
    middle = {len(group) for group in groups[1:-1]}
    if not regular or not (middle <= {3} or (middle == {2} and len(groups[0]) <= 2)):
        raise NumberError(f"a whole number was expected, found {number[:40]!r}")
    return int("".join(groups))
